//! Time stamps against `openssl ts`: what it answers is taken, what we keep it accepts, and what was changed neither takes.

use crate::{
    tsa::{EC, RSA, Tsa},
    world::{World, token},
};
use std::{env, fs};
use zhijian::ledger::timestamp::{self, Signed, TimestampFault};

const NONCE: [u8; 16] = [0xff; 16];

fn made(key: &[&str], data: &[u8]) -> (tempfile::TempDir, Tsa, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let tsa = Tsa::new(dir.path(), key);
    let answer = tsa.reply(&timestamp::request(data, &NONCE).unwrap());
    (dir, tsa, answer)
}

#[test]
fn openssl_s_answers_are_taken_and_what_is_kept_openssl_accepts() {
    for key in [RSA, EC] {
        let data = b"checkpoint";
        let (_keep, tsa, answer) = made(key, data);
        let (token, stamp) = timestamp::token(&answer, data, &NONCE).unwrap();
        assert!(
            matches!(&stamp.signature, Signed::By { subject, .. } if subject.contains("Example TSA")),
            "{stamp:?}"
        );
        assert!(tsa.accepts(&token, data) && !tsa.accepts(&token, b"other"));
        assert_eq!(timestamp::verify(&token, data), Ok(stamp));
        assert_eq!(timestamp::verify(&token, b"other"), Err(TimestampFault::Imprint));
        assert_eq!(timestamp::token(&answer, data, &[1; 16]).unwrap_err(), TimestampFault::Nonce);
    }
}

#[test]
fn a_refusal_and_what_is_no_answer_bring_no_token() {
    let (_keep, tsa, _) = made(EC, b"x");
    // An imprint of a hash that the authority does not take.
    let query = tsa.openssl(&["ts", "-query", "-data", "tsa.cnf", "-sha512", "-cert"]);
    let refused = timestamp::token(&tsa.reply(&query), b"x", &NONCE);
    assert_eq!(refused.unwrap_err(), TimestampFault::Refused);
    for junk in [&b""[..], b"<html>", &[0x30, 0x80], &vec![0x30; 70_000]] {
        assert_eq!(timestamp::token(junk, b"x", &NONCE).unwrap_err(), TimestampFault::Malformed);
    }
}

/// A flipped bit is found, but for those of the certificate that its own signature vouches for and this check does not.
#[test]
fn flips_in_what_the_token_says_are_found() {
    let data = b"checkpoint";
    let (_keep, _tsa, answer) = made(EC, data);
    let (token, stamp) = timestamp::token(&answer, data, &NONCE).unwrap();
    let mut passed = 0;
    for bit in 0..token.len() * 8 {
        let mut changed = token.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = timestamp::verify(&changed, data) {
            // Another time, or the same certificate over something else, must never pass.
            assert_eq!(other.time, stamp.time, "bit {bit}");
            let same = other.signature == stamp.signature;
            assert!(
                same || !matches!((&other.signature, &stamp.signature),
                (Signed::By { certificate: a, .. }, Signed::By { certificate: b, .. }) if a == b),
                "bit {bit}"
            );
            passed += usize::from(same);
        }
    }
    // Only how the token is packed around what is signed, if anything.
    println!("token of {} bytes: {passed} flips change nothing that is said", token.len());
    assert!(passed < token.len() / 8, "{passed}");
}

/// The vector of the world's dossier. With `ZHIJIAN_WRITE_VECTORS=1` openssl makes it anew.
#[test]
fn the_world_s_time_stamp_holds() {
    let bare = World::new().bare_checkpoint();
    if env::var_os("ZHIJIAN_WRITE_VECTORS").is_some()
        && timestamp::verify(&token(), bare.as_bytes()).is_err()
    {
        let (_keep, _tsa, answer) = made(EC, bare.as_bytes());
        let (made, _) = timestamp::token(&answer, bare.as_bytes(), &NONCE).unwrap();
        fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/timestamp.tst"), made)
            .unwrap();
    }
    assert!(timestamp::verify(&token(), bare.as_bytes()).is_ok());
}
