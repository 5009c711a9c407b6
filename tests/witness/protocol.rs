//! `POST /add-checkpoint` word by word, two histories, kill -9, and two requests at once.

use crate::{
    log::{HONEST, LYING, Log},
    program::Program,
};
use std::{thread, time::SystemTime};
use zhijian::{
    base::Digest,
    ledger::{
        AddCheckpoint, Checkpoint, CosignatureSigner,
        add_checkpoint::{MAX_BYTES, parse_size},
        note::{self, Note, NoteSignature},
    },
};

fn start(folder: &tempfile::TempDir) -> Program {
    Program::start(folder.path(), &["--log", &HONEST.vkey()])
}

/// The cosignature in a 200 answer holds for the checkpoint; gives its time.
fn cosigned(witness: &Program, note: &Note, answer: &(u16, String, String)) -> u64 {
    assert_eq!(answer.0, 200, "{answer:?}");
    let lines = NoteSignature::parse_lines(&answer.2).unwrap();
    assert_eq!(lines.len(), 1);
    witness.verifier.time_of(&note.text, &lines[0]).unwrap()
}

fn submit(witness: &Program, log: Log, old: u64, new: u64) -> (u16, String, String) {
    witness.post(log.body(old, new))
}

#[test]
fn every_answer_is_the_specification_s() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(&folder);
    // Never seen: from nothing, whatever the log says first.
    let (status, kind, body) = submit(&witness, HONEST, 3, 8);
    assert_eq!((status, kind.as_str(), body.as_str()), (409, "text/x.tlog.size", "0\n"));
    let answer = submit(&witness, HONEST, 0, 8);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let time = cosigned(&witness, &HONEST.checkpoint(8), &answer);
    assert!(now.abs_diff(time) < 60, "{time}");
    // On, the same again, and from a size that is not the last.
    cosigned(&witness, &HONEST.checkpoint(13), &submit(&witness, HONEST, 8, 13));
    cosigned(&witness, &HONEST.checkpoint(13), &submit(&witness, HONEST, 13, 13));
    for (old, new) in [(0, 13), (8, 13), (12, 20), (0, 8), (8, 8)] {
        let answer = submit(&witness, HONEST, old, new);
        assert_eq!((answer.0, parse_size(&answer.2)), (409, Some(13)), "{old} to {new}");
    }
    // Backwards, unknown, unsigned.
    let backwards = AddCheckpoint { old: 13, proof: vec![], checkpoint: HONEST.checkpoint(12) };
    assert_eq!(witness.post(backwards.to_text()).0, 400);
    let stranger = Log { name: "log.example/2", ..HONEST };
    assert_eq!(submit(&witness, stranger, 0, 3).0, 404);
    let impostor = Log { seed: 8, ..HONEST };
    assert_eq!(submit(&witness, impostor, 13, 14).0, 403);
    let forged = HONEST.body(13, 14).replacen("\n14\n", "\n15\n", 1);
    assert_eq!(witness.post(forged).0, 403);
    // Not a request, not a checkpoint, too much.
    let not_a_checkpoint = note::sign("a\n", &[&HONEST.signer()]).unwrap();
    for body in ["", "old 13\n\n", "old 13\n\nx\n", &format!("old 13\n\n{not_a_checkpoint}")] {
        assert_eq!(witness.post(body.to_owned()).0, 400, "{body:?}");
    }
    assert_eq!(witness.post(vec![0xff; 100]).0, 400);
    assert_eq!(witness.post("x".repeat(MAX_BYTES + 1)).0, 413);
    // A proof that does not hold, or is there where none belongs.
    let mut wrong = HONEST.request(13, 20);
    wrong.proof[0] = Digest::ZERO;
    assert_eq!(witness.post(wrong.to_text()).0, 422);
    let more = AddCheckpoint { proof: vec![Digest::ZERO], ..HONEST.request(13, 13) };
    assert_eq!(witness.post(more.to_text()).0, 422);
    cosigned(&witness, &HONEST.checkpoint(20), &submit(&witness, HONEST, 13, 20));
    let http = reqwest::blocking::get(&witness.url).unwrap().text().unwrap();
    assert!(http.contains("已见证至第20条") && !http.contains("警告"), "{http}");
}

#[test]
fn checkpoints_of_other_kinds_of_log_are_cosigned_whole() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(&folder);
    let head = Checkpoint { origin: HONEST.name.into(), size: 4, root: HONEST.root(4) };
    let text = format!("{}extension\n", head.to_text());
    let other = CosignatureSigner::new("w", ed25519_dalek::SigningKey::from_bytes(&[1; 32]));
    let line = other.unwrap().cosign(&text, 5).unwrap();
    let note = note::sign(&text, &[&HONEST.signer()]).unwrap();
    // Lines of keys it does not know are no reason to refuse.
    let note = Note::parse(&note).unwrap().with(line).unwrap();
    let request = AddCheckpoint { old: 0, proof: vec![], checkpoint: note.clone() };
    cosigned(&witness, &note, &witness.post(request.to_text()));
}

#[test]
fn a_log_with_two_histories_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(&folder);
    cosigned(&witness, &HONEST.checkpoint(10), &submit(&witness, HONEST, 0, 10));
    // Another root for the size that was cosigned.
    let answer = submit(&witness, LYING, 10, 10);
    assert_eq!((answer.0, parse_size(&answer.2)), (409, Some(10)));
    // Another history that goes on from there.
    let proof = HONEST.request(10, 12).proof;
    for proof in [LYING.request(10, 12).proof, proof, vec![]] {
        let request = AddCheckpoint { old: 10, proof, checkpoint: LYING.checkpoint(12) };
        assert_eq!(witness.post(request.to_text()).0, 422);
    }
    let said = witness.said();
    assert!(said.contains("TWO HISTORIES") && said.contains("did not show"), "{said}");
    // Both signed notes are there for whoever asks, also after a restart.
    witness.kill();
    let witness = start(&folder);
    let about = reqwest::blocking::get(&witness.url).unwrap().text().unwrap();
    assert!(
        about.contains("警告") && about.contains(&HONEST.checkpoint(10).to_string()),
        "{about}"
    );
    assert!(about.contains(&LYING.checkpoint(10).to_string()), "{about}");
    cosigned(&witness, &HONEST.checkpoint(12), &submit(&witness, HONEST, 10, 12));
}

#[test]
fn a_killed_witness_never_signs_a_smaller_or_another_tree() {
    let folder = tempfile::tempdir().unwrap();
    let mut size = 0;
    let mut name = None;
    for round in 0..6u64 {
        let witness = start(&folder);
        assert_eq!(*name.get_or_insert_with(|| witness.verifier.clone()), witness.verifier);
        if size > 0 {
            assert_eq!(parse_size(&submit(&witness, HONEST, 0, size).2), Some(size));
            assert_eq!(submit(&witness, HONEST, size - 1, size - 1).0, 409);
            assert_eq!(submit(&witness, LYING, size, size).0, 409);
            assert_eq!(submit(&witness, LYING, size, size + 1).0, 422);
        }
        // Killed the moment it has answered: what it cosigned it must remember.
        let next = size + 6 + round;
        cosigned(&witness, &HONEST.checkpoint(next), &submit(&witness, HONEST, size, next));
        witness.kill();
        size = next;
    }
}

#[test]
fn of_requests_at_once_one_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(&folder);
    cosigned(&witness, &HONEST.checkpoint(8), &submit(&witness, HONEST, 0, 8));
    // All from 8, to different sizes: exactly one can be next.
    let witness = &witness;
    let answers: Vec<(u16, String, String)> = thread::scope(|scope| {
        let post = |new| scope.spawn(move || submit(witness, HONEST, 8, new));
        let posts: Vec<_> = (9..21).map(post).collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    let went: Vec<usize> = (0..answers.len()).filter(|n| answers[*n].0 == 200).collect();
    assert_eq!(went.len(), 1, "{answers:?}");
    let size = 9 + went[0] as u64;
    for answer in answers.iter().filter(|answer| answer.0 != 200) {
        assert_eq!((answer.0, parse_size(&answer.2)), (409, Some(size)));
    }
}

#[test]
fn a_second_witness_on_one_folder_and_another_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first =
        Program::start(folder.path(), &["--log", &HONEST.vkey(), "--name", "court.example"]);
    assert_eq!(first.verifier.name(), "court.example");
    let run = |name: &str| {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_zhijian"))
            .args(["witness", "--listen", "127.0.0.1:0", "--log", &HONEST.vkey(), "--name", name])
            .arg("--data")
            .arg(folder.path())
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, said) = run("court.example");
    assert!(code == Some(2) && said.contains("另一个执鉴服务"), "{said}");
    first.kill();
    let (code, said) = run("other.example");
    assert!(code == Some(2) && said.contains("court.example"), "{said}");
}
