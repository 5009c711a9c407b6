//! Time stamps against `openssl ts`: what it answers is taken, what we keep it accepts, and what was changed neither takes.

use crate::{
    tsa::{EC, RSA, Tsa},
    world::{World, token},
};
use std::{env, fs, process::Command};
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

/// What is said of a token, as the page's script prints it.
fn said(token: &[u8], data: &[u8]) -> String {
    match timestamp::verify(token, data) {
        Ok(stamp) => match stamp.signature {
            Signed::By { certificate, subject } => {
                format!("{} {certificate} {subject}", stamp.time.millis())
            }
            Signed::Unknown => format!("{} unknown", stamp.time.millis()),
        },
        Err(TimestampFault::Imprint) => "时间戳所证明的不是这个检查点".into(),
        Err(TimestampFault::Signature) => "时间戳的签名无效".into(),
        Err(_) => "不是有效的时间戳".into(),
    }
}

/// The page reads tokens by a reader of its own: of every flipped bit it says what is said here.
#[test]
fn the_page_says_the_same_of_every_flipped_bit() {
    const P_384: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];
    const P_521: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"];
    let sorts = [
        (RSA, "sha256", "flips"),
        (RSA, "sha512", ""),
        (EC, "sha256", "flips"),
        (P_384, "sha384", ""),
        (P_521, "sha256", ""),
    ];
    for (key, hash, flips) in sorts {
        let (token, page) = said_by_the_page(key, hash, flips);
        let good = said(&token, b"checkpoint");
        assert_eq!(page[0], good, "{key:?} {hash}");
        let mut differing = 0;
        for (bit, page) in page[1..].iter().enumerate() {
            let mut changed = token.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let own = said(&changed, b"checkpoint");
            let harmless = own == *page || may_differ(&own, page, &good);
            assert!(harmless, "{key:?} {hash} bit {bit}: {own} / page: {page}");
            differing += usize::from(accepted(&own) != accepted(page));
        }
        let bits = page.len() - 1;
        println!("{key:?} {hash}: {bits} bits, {differing} judged in another way");
    }
}

/// A token over `checkpoint` by a key of this sort, and what the page says of it and of its flips.
fn said_by_the_page(key: &[&str], hash: &str, flips: &str) -> (Vec<u8>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let tsa = Tsa::new(dir.path(), key);
    let settings = fs::read_to_string(dir.path().join("tsa.cnf")).unwrap();
    let settings = settings.replace("signer_digest = sha256", &format!("signer_digest = {hash}"));
    fs::write(dir.path().join("tsa.cnf"), settings).unwrap();
    let data = b"checkpoint";
    let answer = tsa.reply(&timestamp::request(data, &NONCE).unwrap());
    let (token, _) = timestamp::token(&answer, data, &NONCE).unwrap();
    let (at, of) = (dir.path().join("token"), dir.path().join("data"));
    fs::write(&at, &token).unwrap();
    fs::write(&of, data).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ledger/stamps.mjs");
    let run = Command::new("node").arg(script).args([at, of]).arg(flips).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let lines = String::from_utf8(run.stdout).unwrap();
    (token, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn accepted(said: &str) -> bool {
    said.starts_with(|first: char| first.is_ascii_digit())
}

/// The page does not read all that a certificate says of itself, and leaves keys to the browser: a changed certificate may
/// pass there or here alone, but never under the fingerprint of the true one, nor at another time.
fn may_differ(own: &str, page: &str, good: &str) -> bool {
    let words =
        |said: &str| -> Vec<String> { said.split(' ').take(2).map(str::to_owned).collect() };
    let good = words(good);
    let of_another = |said: &str| words(said)[0] == good[0] && words(said)[1] != good[1];
    match (accepted(own), accepted(page)) {
        (false, false) => true,
        (true, true) => of_another(own) && of_another(page),
        (true, false) => of_another(own),
        (false, true) => of_another(page),
    }
}
