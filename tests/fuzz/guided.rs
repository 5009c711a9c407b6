//! The parsers under libFuzzer, which goes on from inputs that reach code no other has reached. `FUZZ_TARGET` says
//! which parser; into the folder `FUZZ_SEEDS` its good specimens are written first, beside it the words in them. Run by
//! tests/fuzz/run.
#![no_main]

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

use std::{collections::BTreeSet, env, fs, path::PathBuf, process, sync::OnceLock};

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

libfuzzer_sys::fuzz_target!(init: prepare(), |bytes: &[u8]| {
    TARGET.get().expect("prepared")(bytes);
});

/// Finds the parser and writes its specimens and words; names all parsers instead when none is asked for.
fn prepare() {
    let Ok(wanted) = env::var("FUZZ_TARGET") else {
        targets::TARGETS.iter().for_each(|(name, _)| println!("{name}"));
        process::exit(0);
    };
    let found = targets::TARGETS.iter().find(|(name, _)| *name == wanted);
    let (name, target) = found.unwrap_or_else(|| panic!("no parser is called {wanted}"));
    TARGET.get_or_init(|| *target);
    if let Some(folder) = env::var_os("FUZZ_SEEDS").map(PathBuf::from) {
        let good = &specimens::all()[name];
        fs::create_dir_all(&folder).unwrap();
        for (number, bytes) in good.iter().enumerate() {
            fs::write(folder.join(format!("good-{number}")), bytes).unwrap();
        }
        fs::write(folder.with_extension("words"), dictionary(good)).unwrap();
    }
}

/// What libFuzzer puts in by the whole: without a sanitizer it does not see what texts are compared with.
fn dictionary(good: &[Vec<u8>]) -> String {
    let short = |word: &&[u8]| (2..=24).contains(&word.len());
    let inside = good.iter().flat_map(|bytes| bytes.split(|byte| !byte.is_ascii_alphanumeric()));
    let words: BTreeSet<&[u8]> = inside.filter(short).take(2_000).chain(specimens::WORDS).collect();
    let quoted = |word: &[u8]| word.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    words.into_iter().map(|word| format!("\"{}\"\n", quoted(word))).collect()
}
