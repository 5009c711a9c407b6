//! Forgeries about what others vouch for and what is left out: keys' records, witnesses, time stamps, withheld parts.

use crate::{
    dossiers::{SECOND, THIRD, with_manifest},
    forgeries::{Named, named, with_checkpoint},
    world::{Dossier, World, key_record, log_signer, policy, seed, signing_key, witness},
};
use zhijian::{
    base::Digest,
    ledger::{
        CosignatureSigner, NoteSigner, RecordProof,
        dossier::{
            FileRef, Variant, WithheldRecord,
            manifest::{self, POLICY, WithheldExhibit},
        },
        note::Note,
        record::Custody,
    },
};

const KEY: &str = "keys/0000.json";
const STAMP: &str = "timestamps/0000.tst";

fn relist(dossier: &mut Dossier, name: &'static str, bytes: Vec<u8>) {
    with_manifest(dossier, |m| {
        let all = m.key_records.iter_mut().chain(&mut m.records).chain([&mut m.policy]);
        for file in all.filter(|file| file.file == name) {
            *file = FileRef::to(name, &bytes);
        }
        for token in m.timestamps.iter_mut().filter(|token| token.file == name) {
            token.sha256 = Digest::of(&bytes);
        }
    });
    dossier.files.insert(name.into(), bytes);
}

fn with_policy(text: String) -> impl Fn(&mut Dossier) {
    move |d| relist(d, POLICY, text.clone().into_bytes())
}

fn with_key_record(change: impl Fn(&mut RecordProof)) -> impl Fn(&mut Dossier) {
    move |d| {
        let mut record = RecordProof::parse(&d.files[KEY]).unwrap();
        change(&mut record);
        relist(d, KEY, record.to_bytes().unwrap());
    }
}

/// The checkpoint with other cosignatures.
fn cosigned_by(by: Vec<CosignatureSigner>) -> impl Fn(&mut Dossier) {
    move |d| {
        let mut note = Note::parse(&World::new().bare_checkpoint()).unwrap();
        for witness in &by {
            let line = witness.cosign(&note.text, 1_763_700_100).unwrap();
            note = note.with(line).unwrap();
        }
        with_checkpoint(d, note.to_string());
    }
}

/// The same log in which something else became of a key.
fn another_log(change: impl Fn(&mut World)) -> impl Fn(&mut Dossier) {
    move |d| {
        let mut world = World::new();
        change(&mut world);
        *d = world.dossier();
    }
}

/// A record's content, or an exhibit, left out.
fn withhold_record(d: &mut Dossier) {
    let record = RecordProof::parse(&d.files[THIRD]).unwrap();
    let bytes = WithheldRecord::of(record, "内部材料").to_bytes().unwrap();
    relist(d, THIRD, bytes);
}

fn withhold_exhibit(d: &mut Dossier) {
    let gone = d.manifest().exhibits[0].clone();
    d.files.remove(&gone.file);
    with_manifest(d, |m| {
        m.exhibits.remove(0);
        m.withheld.push(WithheldExhibit { sha256: gone.sha256, reason: "保密".into() });
    });
}

fn for_the_party(d: &mut Dossier) {
    with_manifest(d, |m| m.variant = Variant::Party);
}

/// Every way that must be refused.
pub fn all() -> Vec<Named> {
    let impostor = || CosignatureSigner::new("witness.example/w", signing_key("impostor")).unwrap();
    [keys(), stamps(), withheld()]
        .into_iter()
        .flatten()
        .chain([
            named("no cosignature", cosigned_by(Vec::new())),
            named("an impostor's cosignature", cosigned_by(vec![impostor()])),
            named("a cosignature of another time", |d| {
                let mut note = Note::parse(&World::new().checkpoint()).unwrap();
                note.signatures[1].bytes[7] ^= 1;
                with_checkpoint(d, note.to_string());
            }),
            named("a cosignature of another checkpoint", |d| {
                let note = Note::parse(&World::new().bare_checkpoint()).unwrap();
                let line = witness().cosign(&note.text.replace("\n21\n", "\n22\n"), 1).unwrap();
                with_checkpoint(d, note.with(line).unwrap().to_string());
            }),
            named("a policy of another log", |d| {
                let other = NoteSigner::new("other.example", signing_key("x")).unwrap().verifier();
                with_policy(
                    policy().replace(&log_signer().verifier().to_string(), &other.to_string()),
                )(d);
            }),
            named("a policy of two logs", |d| {
                let other = NoteSigner::new("other.example", signing_key("x")).unwrap().verifier();
                with_policy(format!("log {other}\n{}", policy()))(d);
            }),
            named("no policy", with_policy("#\n".into())),
        ])
        .collect()
}

fn keys() -> Vec<Named> {
    let own = |key: &zhijian::ledger::bundle::PublicKey| {
        let mut payload = key_record(key, false);
        payload.signers[0].key = key.id.clone();
        payload.signers[0].custody = key.custody;
        payload
    };
    vec![
        named("a key's record not listed", |d| {
            d.files.remove("keys/0002.json");
            with_manifest(d, |m| drop(m.key_records.pop()));
        }),
        named("a key's record twice", |d| {
            let bytes = d.files[KEY].clone();
            with_manifest(d, |m| m.key_records.push(FileRef::to(manifest::key_file(3), &bytes)));
            d.files.insert(manifest::key_file(3), bytes);
        }),
        named("another record for a key's", |d| {
            let bytes = d.files[SECOND].clone();
            relist(d, KEY, bytes);
        }),
        named("a key's record at another leaf", with_key_record(|r| r.leaf.index += 1)),
        named("a key's record changed", with_key_record(|r| r.envelope[40] ^= 1)),
        named("a key said to be registered earlier", |d| {
            with_manifest(d, |m| m.keys[0].registered_leaf = 0)
        }),
        named("a key said to be revoked", |d| {
            with_manifest(d, |m| m.keys[0].revoked_leaf = Some(20))
        }),
        named("a revocation kept silent", |d| {
            another_log(revoke(20))(d);
            with_manifest(d, |m| m.keys[0].revoked_leaf = None);
        }),
        named("a key revoked before it signed", another_log(revoke(8))),
        named(
            "a key that registers itself",
            another_log(move |w| {
                let key = w.keys[0].clone();
                w.events.remove(0);
                w.event(own(&key), key.registered_leaf);
            }),
        ),
        named(
            "a registration of another public key",
            another_log(|w| {
                let mut key = w.keys[0].clone();
                w.events.remove(0);
                key.public_key = seed("x");
                w.event(key_record(&key, false), key.registered_leaf);
            }),
        ),
        named(
            "a registration of another custody",
            another_log(|w| {
                let mut key = w.keys[0].clone();
                w.events.remove(0);
                key.custody = Custody::Server;
                w.event(key_record(&key, false), key.registered_leaf);
            }),
        ),
        named(
            "a registration after the signature",
            another_log(|w| {
                w.events.remove(0);
                w.keys[0].registered_leaf = 6;
                let key = w.keys[0].clone();
                w.event(key_record(&key, false), 6);
            }),
        ),
    ]
}

fn revoke(leaf: u64) -> impl Fn(&mut World) {
    move |w| {
        w.keys[0].revoked_leaf = Some(leaf);
        let key = w.keys[0].clone();
        w.event(key_record(&key, true), leaf);
    }
}

fn stamps() -> Vec<Named> {
    vec![
        named("a time stamp changed", |d| {
            let mut bytes = d.files[STAMP].clone();
            let at = bytes.len() - 5;
            bytes[at] ^= 1;
            relist(d, STAMP, bytes);
        }),
        named("a time stamp that is none", |d| relist(d, STAMP, b"0\x03\x02\x01\x01".to_vec())),
        named("a time stamp of another checkpoint", |d| {
            let token = d.files[STAMP].clone();
            another_log(revoke(20))(d);
            with_manifest(d, |m| {
                m.timestamps = vec![manifest::TimestampFile {
                    authority: "示例".into(),
                    file: STAMP.into(),
                    sha256: Digest::of(&token),
                }];
            });
            d.files.insert(STAMP.into(), token);
        }),
        named("a time stamp dropped without a seal", |d| drop(d.files.remove(STAMP))),
    ]
}

fn withheld() -> Vec<Named> {
    vec![
        named("a record withheld from a whole dossier", withhold_record),
        named("an exhibit withheld from a whole dossier", withhold_exhibit),
        named("a record withheld from a court", |d| {
            withhold_record(d);
            with_manifest(d, |m| m.variant = Variant::Court);
        }),
        named("a withheld record of another digest", |d| {
            for_the_party(d);
            let record = RecordProof::parse(&d.files[THIRD]).unwrap();
            let mut place = WithheldRecord::of(record, "内部材料");
            place.entry.record = Digest::ZERO;
            relist(d, THIRD, place.to_bytes().unwrap());
        }),
        named("a withheld record without its successor's link", |d| {
            for_the_party(d);
            let other = World::new().record_proof(2);
            relist(d, SECOND, WithheldRecord::of(other, "内部材料").to_bytes().unwrap());
        }),
        named("an exhibit both there and withheld", |d| {
            for_the_party(d);
            let sha256 = d.manifest().exhibits[0].sha256;
            let entry = format!("{{\"reason\":\"保密\",\"sha256\":\"{sha256}\"}}");
            crate::forgeries::sealed(d, "\"withheld\":[", &format!("\"withheld\":[{entry}"));
        }),
    ]
}

/// Ways that leave a dossier good.
pub fn harmless() -> Vec<Named> {
    vec![
        named(
            "a key revoked by the very record",
            another_log(|w| {
                // A record may revoke the key that signs it: both ends of its time are its own.
                w.keys[2].revoked_leaf = Some(20);
                let key = w.keys[2].clone();
                w.event(key_record(&key, true), 20);
            }),
        ),
        named("a key revoked afterwards", another_log(revoke(20))),
        named("a record withheld from the party", |d| {
            withhold_record(d);
            for_the_party(d);
        }),
        named("an exhibit withheld from the party", |d| {
            withhold_exhibit(d);
            for_the_party(d);
        }),
        named("no time stamp", |d| {
            d.files.remove(STAMP);
            with_manifest(d, |m| m.timestamps.clear());
        }),
        named("no witness asked for and none there", |d| {
            with_policy(policy().replace("quorum w1", "quorum none"))(d);
            cosigned_by(Vec::new())(d);
        }),
    ]
}
