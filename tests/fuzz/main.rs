//! Parsers under mutated bytes, the same ones each time: good specimens are damaged again and again. `ROUNDS=1000000`
//! in the environment goes on for longer. `tests/fuzz/run` puts the same parsers under libFuzzer.

mod headers;
#[allow(dead_code, reason = "shared with the tests of witnesses")]
#[path = "../witness/log.rs"]
mod log;
#[allow(dead_code, reason = "shared with the tests of the ledger")]
#[path = "../ledger/others.rs"]
mod others;
mod specimens;
#[allow(dead_code, reason = "shared with the tests of the law")]
#[path = "../law/story.rs"]
mod story;
mod targets;
#[allow(dead_code, reason = "shared with the tests of the ledger")]
#[path = "../ledger/world.rs"]
mod world;

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

const HEADERS: targets::Target = ("tus_headers", headers::tus_headers);

/// Mutations of each target when nobody asks for more.
const ROUNDS: u32 = 6_000;

/// Numbers without surprise (xorshift64*): a failure can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let wide = u128::from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)) * below.max(1) as u128;
        (wide >> 64) as usize
    }
}

/// One more damage.
fn damage(bytes: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.roll(bytes.len() + 1);
    let to = (at + 1 + dice.roll(24)).min(bytes.len());
    match dice.roll(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
        1 if at < bytes.len() => bytes[at] = dice.roll(256) as u8,
        2 => bytes.truncate(at),
        3 if at < to => drop(bytes.drain(at..to)),
        4 if at < to => {
            let piece = bytes[at..to].to_vec();
            bytes.splice(at..at, piece);
        }
        5 => {
            drop(bytes.splice(
                at..at,
                specimens::WORDS[dice.roll(specimens::WORDS.len())].iter().copied(),
            ))
        }
        6 => {
            let other = &others[dice.roll(others.len())];
            let from = dice.roll(other.len() + 1);
            let until = (from + dice.roll(64)).min(other.len());
            drop(bytes.splice(at..to.max(at), other[from..until].iter().copied()));
        }
        _ => drop(bytes.splice(at..at, std::iter::repeat_n(b'a', dice.roll(300)))),
    }
}

#[test]
fn no_parser_panics_or_changes_what_it_reads() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let specimens = specimens::all();
    let others: Vec<Vec<u8>> = specimens.values().flatten().cloned().collect();
    let mut bad = Vec::new();
    let targets = targets::TARGETS.into_iter().chain([HEADERS]);
    for (name, target) in targets.clone() {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let own = &specimens[name];
        own.iter().for_each(|bytes| target(bytes));
        for round in 0..rounds {
            let mut bytes = own[dice.roll(own.len())].clone();
            for _ in 0..=dice.roll(3) {
                damage(&mut bytes, &others, &mut dice);
            }
            if catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err() {
                bad.push(format!("{name}, round {round}: {}", bytes.escape_ascii()));
                break;
            }
        }
    }
    println!("{} parsers, {rounds} mutations each", targets.count());
    assert_eq!(bad, Vec::<String>::new());
}

/// Packages of a lock file: names with their versions.
fn locked(text: &str) -> BTreeSet<(String, String)> {
    let table: toml::Table = text.parse().unwrap();
    let packages = table["package"].as_array().unwrap().iter();
    let word = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    packages.map(|package| (word(package, "name"), word(package, "version"))).collect()
}

#[test]
fn what_is_fuzzed_is_compiled_with_the_product_s_own_crates() {
    let [product, fuzzed] =
        [include_str!("../../Cargo.lock"), include_str!("Cargo.lock")].map(locked);
    let only = ["arbitrary", "jobserver", "libfuzzer-sys", "zhijian-fuzz"];
    let mut others = fuzzed.difference(&product).map(|(name, _)| name.as_str());
    let other = others.find(|name| !only.contains(name));
    assert_eq!(other, None, "copy Cargo.lock to tests/fuzz and let cargo mend it");
}
