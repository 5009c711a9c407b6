//! Ways to tamper with the world's dossier, by name; with and without the log's key at hand.

use crate::{
    dossiers::{FIRST, SECOND, THIRD, with_manifest, with_record},
    outsiders,
    world::{Dossier, LOG, World, log_signer, payload, signed, signing_key},
};
use zhijian::{
    base::{Digest, Moment},
    ledger::{
        Checkpoint, NoteSigner,
        dossier::{
            FileRef,
            manifest::{self, CHECKPOINT, MANIFEST, README, SEAL},
        },
        note,
        record::Custody,
    },
};

/// One way to change a dossier.
pub type Change = Box<dyn Fn(&mut Dossier)>;
pub type Named = (&'static str, Change);

pub fn named(name: &'static str, change: impl Fn(&mut Dossier) + 'static) -> Named {
    (name, Box::new(change))
}

/// Every way that must be refused.
pub fn all() -> Vec<Named> {
    [files(), lists(), places(), signatures(), contents(), notes(), spellings(), outsiders::all()]
        .into_iter()
        .flatten()
        .collect()
}

fn replace(dossier: &mut Dossier, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(dossier.files[name].clone()).unwrap();
    assert!(text.contains(from), "{from} is not in {name}");
    dossier.files.insert(name.into(), text.replacen(from, to, 1).into_bytes());
}

/// Writes a manifest that the writer would refuse, under a true seal.
pub fn sealed(dossier: &mut Dossier, from: &str, to: &str) {
    replace(dossier, MANIFEST, from, to);
    let seal = manifest::seal(&dossier.files[MANIFEST], &[&log_signer()]).unwrap();
    dossier.files.insert(SEAL.into(), seal.into_bytes());
}

/// Another checkpoint with its digest in a sealed manifest.
pub fn with_checkpoint(dossier: &mut Dossier, note: String) {
    let bytes = note.into_bytes();
    with_manifest(dossier, |m| m.checkpoint = FileRef::to(CHECKPOINT, &bytes));
    dossier.files.insert(CHECKPOINT.into(), bytes);
}

fn swap(dossier: &mut Dossier, a: &str, b: &str) {
    let (first, second) = (dossier.files[a].clone(), dossier.files[b].clone());
    dossier.files.insert(a.into(), second);
    dossier.files.insert(b.into(), first);
}

fn photo() -> String {
    World::new().exhibits[0].0.file.clone()
}

/// Whole files, by somebody who has only the folder.
fn files() -> Vec<Named> {
    let mut changes = Vec::new();
    for name in World::new().dossier().files.into_keys() {
        let name: &'static str = name.leak();
        let each = |what: &str| -> &'static str { format!("{name} {what}").leak() };
        let edit = |what, act: fn(&mut Vec<u8>)| {
            named(each(what), move |d| act(d.files.get_mut(name).unwrap()))
        };
        changes.push(named(each("dropped"), move |d| drop(d.files.remove(name))));
        changes.push(edit("emptied", Vec::clear));
        changes.push(edit("cut in half", |bytes| bytes.truncate(bytes.len() / 2)));
        changes.push(edit("one byte short", |bytes| bytes.truncate(bytes.len() - 1)));
        changes.push(edit("one byte longer", |bytes| bytes.push(b'\n')));
        changes.push(edit("doubled", |bytes| bytes.extend(bytes.clone())));
        changes.push(edit("turned round", |bytes| bytes.reverse()));
    }
    changes.push(named("records swapped", |d| swap(d, FIRST, SECOND)));
    changes.push(named("exhibits swapped", |d| {
        let world = World::new();
        swap(d, &world.exhibits[0].0.file, &world.exhibits[1].0.file);
    }));
    changes.push(named("seal and checkpoint swapped", |d| swap(d, SEAL, CHECKPOINT)));
    changes.push(named("a record copied to the end", |d| {
        drop(d.files.insert(manifest::record_file(3), d.files[THIRD].clone()));
    }));
    changes.push(named("a stranger's file", |d| {
        drop(d.files.insert("exhibits/extra.jpg".into(), vec![1]));
    }));
    changes.push(named("every file dropped but the manifest", |d| {
        d.files.retain(|name, _| name == MANIFEST);
    }));
    changes
}

/// The table of contents, most of it by somebody who can seal.
fn lists() -> Vec<Named> {
    vec![
        named("last record dropped without a seal", |d| {
            d.files.remove(THIRD);
            let mut manifest = d.manifest();
            manifest.records.pop();
            d.files.insert(MANIFEST.into(), manifest.to_bytes().unwrap());
        }),
        named("another number without a seal", |d| {
            replace(d, MANIFEST, "7号", "8号");
        }),
        named("no records at all", |d| {
            d.files.retain(|name, _| !name.contains('/'));
            with_manifest(d, |m| {
                m.records.clear();
                m.exhibits.clear();
            });
        }),
        named("another case", |d| with_manifest(d, |m| m.case.push('x'))),
        named("exhibit of another size", |d| with_manifest(d, |m| m.exhibits[0].size += 1)),
        named("exhibit of another type", |d| {
            with_manifest(d, |m| m.exhibits[0].media_type = "text/html".into());
        }),
        named("exhibit of another chunk root", |d| {
            with_manifest(d, |m| m.exhibits[0].chunk_root = Digest::ZERO);
        }),
        named("exhibit unlisted and dropped", |d| {
            d.files.remove(&photo());
            with_manifest(d, |m| drop(m.exhibits.remove(0)));
        }),
        named("record dropped, exhibit changed", |d| {
            d.files.remove(SECOND);
            d.files.get_mut(&photo()).unwrap().push(0);
        }),
        named("exhibit listed twice", |d| {
            let manifest = d.manifest();
            let one = serde_json::to_string(&manifest.exhibits[0]).unwrap();
            let value: serde_json::Value = serde_json::from_str(&one).unwrap();
            let text = value.to_string();
            sealed(d, "\"exhibits\":[", &format!("\"exhibits\":[{text},"));
        }),
        named("a name that leads elsewhere", |d| sealed(d, FIRST, "records/../0000.json")),
        named("another format", |d| sealed(d, "zhijian/dossier/v2", "zhijian/dossier/v3")),
        named("an unknown member", |d| sealed(d, "{\"case\"", "{\"aaa\":1,\"case\"")),
        named("a date of no calendar", |d| {
            sealed(d, "\"made_at\":\"2025-11", "\"made_at\":\"2025-13")
        }),
        named("the year nought", |d| sealed(d, "\"made_at\":\"2025", "\"made_at\":\"0000")),
        named("the last day of all", |d| {
            sealed(d, "\"made_at\":\"2025-11-22", "\"made_at\":\"9999-12-31");
        }),
    ]
}

/// Order and place in chain and log, under a true seal.
fn places() -> Vec<Named> {
    vec![
        named("records reordered", |d| {
            with_manifest(d, |m| {
                let (second, third) = (m.records[1].sha256, m.records[2].sha256);
                (m.records[1].sha256, m.records[2].sha256) = (third, second);
            });
            swap(d, SECOND, THIRD);
        }),
        named("a record left out of the middle", |d| {
            let third = d.files.remove(THIRD).unwrap();
            with_manifest(d, |m| {
                m.records.pop();
                m.records[1] = FileRef::to(SECOND, &third);
                m.exhibits.clear();
            });
            d.files.insert(SECOND.into(), third);
            d.files.retain(|name, _| !name.starts_with("exhibits/"));
        }),
        named("a record twice", |d| {
            let second = d.files[SECOND].clone();
            with_manifest(d, |m| m.records[2] = FileRef::to(THIRD, &second));
            d.files.insert(THIRD.into(), second);
        }),
        named("another prev", |d| with_record(d, 1, |r| r.entry.prev.0[0] ^= 1)),
        named("another seq", |d| with_record(d, 1, |r| r.entry.seq += 1)),
        named("another chain", |d| with_record(d, 1, |r| r.entry.chain.push('x'))),
        named("another time of receipt", |d| {
            with_record(d, 1, |r| r.entry.received_at = Moment::from_millis(1));
        }),
        named("another record's digest", |d| with_record(d, 1, |r| r.entry.record = Digest::ZERO)),
        named("another nonce", |d| with_record(d, 1, |r| r.leaf.nonce[31] ^= 0x80)),
        named("another leaf", |d| with_record(d, 1, |r| r.leaf.index += 1)),
        named("a leaf beyond the log", |d| with_record(d, 1, |r| r.leaf.index += 1 << 40)),
        named("a shorter path", |d| with_record(d, 1, |r| r.inclusion.truncate(4))),
        named("a longer path", |d| with_record(d, 1, |r| r.inclusion.push(Digest::ZERO))),
        named("a path turned round", |d| with_record(d, 1, |r| r.inclusion.reverse())),
        named("another's path", |d| {
            let other = World::new().record_proof(0).inclusion;
            with_record(d, 1, |r| r.inclusion = other.clone());
        }),
    ]
}

/// Signatures and the keys they are checked with, under a true seal.
fn signatures() -> Vec<Named> {
    let envelope = |change: fn(&mut zhijian::ledger::Envelope)| {
        move |d: &mut Dossier| {
            let mut envelope = World::new().made[0].envelope.clone();
            change(&mut envelope);
            with_record(d, 0, |r| r.envelope = envelope.to_bytes());
        }
    };
    vec![
        named("a signature changed", envelope(|e| e.signatures[0].sig[5] ^= 1)),
        named("a signature dropped", envelope(|e| drop(e.signatures.pop()))),
        named("a signature twice", envelope(|e| e.signatures.push(e.signatures[0].clone()))),
        named(
            "signatures under each other's name",
            envelope(|e| {
                let (one, two) = (e.signatures[0].sig, e.signatures[1].sig);
                (e.signatures[0].sig, e.signatures[1].sig) = (two, one);
            }),
        ),
        named("signatures in another order", envelope(|e| e.signatures.reverse())),
        named("a signature of nobody", envelope(|e| e.add("service", [7; 64]))),
        named("a scalar not reduced", envelope(|e| e.signatures[0].sig[63] |= 0xe0)),
        named("a key dropped", |d| with_manifest(d, |m| drop(m.keys.remove(0)))),
        named("another's key", |d| {
            with_manifest(d, |m| {
                m.keys[0].public_key = signing_key("x").verifying_key().to_bytes()
            });
        }),
        named("a weak key", |d| with_manifest(d, |m| m.keys[0].public_key = [0; 32])),
        named("a key of another custody", |d| {
            with_manifest(d, |m| m.keys[0].custody = Custody::Service);
        }),
        named("a key registered too late", |d| {
            with_manifest(d, |m| m.keys[0].registered_leaf = 5);
        }),
        named("a key revoked before", |d| {
            with_manifest(d, |m| m.keys[0].revoked_leaf = Some(3));
        }),
        named("a key twice", |d| {
            let key = serde_json::to_value(&d.manifest().keys[0]).unwrap();
            sealed(d, "\"keys\":[", &format!("\"keys\":[{key},"));
        }),
    ]
}

/// Fields and payloads, under a true seal.
fn contents() -> Vec<Named> {
    vec![
        named("a value changed", |d| with_record(d, 0, |r| r.opened[0].value = "李四".into())),
        named("a salt changed", |d| with_record(d, 0, |r| r.opened[0].salt[0] ^= 1)),
        named("a mask dropped", |d| with_record(d, 0, |r| r.opened[0].mask = None)),
        named("a path changed", |d| with_record(d, 0, |r| r.opened[0].path.push('x'))),
        named("a hidden field dropped", |d| with_record(d, 0, |r| r.hidden.clear())),
        named("a hidden field changed", |d| with_record(d, 0, |r| r.hidden[0].0[9] ^= 4)),
        named("a field shown twice", |d| {
            with_record(d, 0, |r| r.opened.push(r.opened[0].clone()));
        }),
        named("a field both shown and hidden", |d| {
            with_record(d, 0, |r| r.hidden.push(r.opened[0].digest()));
        }),
        named("another record in its place", |d| {
            with_record(d, 0, |r| {
                let fields = World::new().made[0].fields.clone();
                let signers = [("officer-1", Custody::Browser)];
                r.envelope = signed(&payload("decision", &signers, &fields, &[])).to_bytes();
            });
        }),
    ]
}

/// Seals and checkpoints.
fn notes() -> Vec<Named> {
    let signer = log_signer;
    let text = || World::new().checkpoint().split_once("\n\n").unwrap().0.to_owned() + "\n";
    let again = |text: String, by: &NoteSigner| note::sign(&text, &[by]).unwrap();
    vec![
        named("a seal by another key of the same name", move |d| {
            let forger = NoteSigner::new(LOG, signing_key("forger")).unwrap();
            let seal = manifest::seal(&d.files[MANIFEST], &[&forger]).unwrap();
            d.files.insert(SEAL.into(), seal.into_bytes());
        }),
        named("a whole dossier under another's key", move |d| {
            let forger = NoteSigner::new(LOG, signing_key("forger")).unwrap();
            let note = again(text(), &forger).into_bytes();
            let mut manifest = d.manifest();
            manifest.log_key = forger.verifier().to_string();
            manifest.checkpoint = FileRef::to(CHECKPOINT, &note);
            let bytes = manifest.to_bytes().unwrap();
            d.files.insert(CHECKPOINT.into(), note);
            d.files.insert(SEAL.into(), manifest::seal(&bytes, &[&forger]).unwrap().into_bytes());
            d.files.insert(MANIFEST.into(), bytes);
        }),
        named("a checkpoint of another root", move |d| {
            let other = Checkpoint { origin: LOG.into(), size: 21, root: Digest::ZERO };
            with_checkpoint(d, again(other.to_text(), &signer()));
        }),
        named("a checkpoint of a smaller size", move |d| {
            with_checkpoint(d, again(text().replace("\n21\n", "\n15\n"), &signer()));
        }),
        named("a checkpoint of another log", move |d| {
            with_checkpoint(d, again(text().replacen(LOG, "other.example", 1), &signer()));
        }),
        named("a checkpoint with an extension", move |d| {
            with_checkpoint(d, again(text() + "more\n", &signer()));
        }),
        named("a size with a leading nought", move |d| {
            with_checkpoint(d, again(text().replace("\n21\n", "\n021\n"), &signer()));
        }),
        named("a seal for a checkpoint", move |d| {
            with_checkpoint(d, String::from_utf8(d.files[SEAL].clone()).unwrap());
        }),
        named("a checkpoint signed twice, once badly", move |d| {
            let other = again("another text\n".into(), &signer());
            let (note, bad) = (World::new().checkpoint(), other.lines().last().unwrap());
            with_checkpoint(d, format!("{note}{bad}\n"));
        }),
    ]
}

/// Other spellings of the same meaning, under a true seal.
fn spellings() -> Vec<Named> {
    let spelled = |from: &'static str, to: &'static str| {
        move |d: &mut Dossier| {
            replace(d, FIRST, from, to);
            let bytes = d.files[FIRST].clone();
            with_manifest(d, |m| m.records[0] = FileRef::to(FIRST, &bytes));
        }
    };
    vec![
        named("a space in a record", spelled("\"seq\":", "\"seq\": ")),
        named("a fraction", spelled("\"seq\":0", "\"seq\":0.0")),
        named("minus nought", spelled("\"seq\":0", "\"seq\":-0")),
        named("an exponent", spelled("\"index\":4", "\"index\":4e0")),
        named("a leading nought", spelled("\"index\":4", "\"index\":04")),
        named("an escape", spelled("party", "p\\u0061rty")),
        named("a member twice", spelled("\"seq\":0", "\"seq\":0,\"seq\":0")),
        named(
            "an absent member as null",
            spelled("{\"path\":\"party.address\"", "{\"mask\":null,\"path\":\"party.address\""),
        ),
        named("upper-case hex", spelled("\"nonce\":\"7e", "\"nonce\":\"7E")),
        named("a truth for a number", spelled("\"seq\":0", "\"seq\":false")),
        named("a space in the manifest", |d| sealed(d, "\"case\":", "\"case\": ")),
        named("a byte order mark", |d| sealed(d, "{\"case\"", "\u{feff}{\"case\"")),
    ]
}

/// Ways that change nothing a dossier says; refusing one would be a false alarm.
pub fn harmless() -> Vec<Named> {
    let mut own = vec![
        named("nothing", |_| ()),
        named("what systems leave", |d| {
            d.files.insert(".DS_Store".into(), vec![0]);
            d.files.insert("exhibits/Thumbs.db".into(), vec![0]);
        }),
        named("all fields shown", |d| {
            with_record(d, 0, |r| {
                r.opened = World::new().made[0].fields.clone();
                r.hidden.clear();
            });
        }),
        named("all fields hidden", |d| {
            with_record(d, 0, |r| {
                r.hidden = World::new().made[0].fields.iter().map(|f| f.digest()).collect();
                r.opened.clear();
            });
        }),
        named("a cosigned checkpoint", |d| {
            let more = NoteSigner::new("more.example", signing_key("more")).unwrap();
            let note = note::Note::parse(&World::new().checkpoint()).unwrap();
            let line = note::Note::parse(&note::sign(&note.text, &[&more]).unwrap()).unwrap();
            let note = note.with(line.signatures[0].clone()).unwrap();
            with_checkpoint(d, note.to_string());
        }),
        named("a cosigned seal", |d| {
            let witness = NoteSigner::new("witness.example", signing_key("witness")).unwrap();
            let seal = String::from_utf8(d.files[SEAL].clone()).unwrap();
            let text = seal.split_once("\n\n").unwrap().0.to_owned() + "\n";
            let line = note::sign(&text, &[&witness]).unwrap();
            let line = line.split_once("\n\n").unwrap().1;
            d.files.insert(SEAL.into(), format!("{seal}{line}").into_bytes());
        }),
        named("another explanation", |d| {
            let text = "另一份说明。\n".as_bytes().to_vec();
            with_manifest(d, |m| m.readme = FileRef::to(README, &text));
            d.files.insert(README.into(), text);
        }),
    ];
    own.extend(outsiders::harmless());
    own
}
