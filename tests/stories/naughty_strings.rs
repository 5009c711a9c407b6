//! Strings that break programs, in one list, alone and packed into texts that a field has room for; and whether a page
//! shows a text as text. Asks no server.

use crate::site::skipped;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Everything naughty there is: the collection beside the repository, and what it lacks. None where it is absent.
pub fn strings() -> Option<Vec<String>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/adversarial"));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let Some(list) = read("blns.json") else {
        skipped("the collection of naughty strings is not beside the repository");
        return None;
    };
    let mut all: Vec<String> = serde_json::from_str(&list).unwrap();
    for name in ["wfuzz_XSS.txt", "wfuzz_SQL.txt"] {
        all.extend(read(name).unwrap().lines().map(str::to_owned));
    }
    let bidi = read("bidi_and_invisible_generated.csv").unwrap();
    let mut bidi = csv::Reader::from_reader(bidi.as_bytes());
    all.extend(bidi.records().map(|row| row.unwrap()[0].to_owned()));
    let alike: Value = serde_json::from_str(&read("unicode_confusables.json").unwrap()).unwrap();
    let alike: Vec<&str> = alike.as_object().unwrap().keys().map(String::as_str).collect();
    all.extend(alike.chunks(40).step_by(24).map(|some| some.concat()));
    let long =
        ["字".repeat(101), "长".repeat(301), "a\u{301}".repeat(10_100), "界".repeat(100_001)];
    all.extend(long);
    all.extend(
        [
            "a\0b",
            "\0",
            "\u{1}\u{2}\u{1b}[31m",
            "一\r\n二\r三\n四",
            "\u{7f}\u{80}\u{9f}",
            "\u{feff}甲\u{fffe}\u{ffff}",
        ]
        .map(str::to_owned),
    );
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(one.clone()));
    assert!(all.len() > 600, "{}", all.len());
    Some(all)
}

/// A text as the service keeps it: line ends as pages send them.
pub fn kept(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// As a text is written into a page: what HTML would take for markup, and a carriage return, which it would take for a
/// line feed, by number.
pub fn escaped(text: &str) -> String {
    let mut page = String::new();
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '"' | '\'' | '\r' => page.push_str(&format!("&#{};", u32::from(c))),
            c => page.push(c),
        }
    }
    page
}

/// The text stands in the page as text, and nowhere as anything else.
#[track_caller]
pub fn is_text_in(page: &str, text: &str) {
    let escaped = escaped(text);
    assert!(page.contains(&escaped), "it is not shown: {text:?}");
    assert!(text.matches(['<', '>']).count() < 2 || !page.contains(text), "it is live: {text:?}");
}

/// The strings in as few texts of `most` characters as they come to, a line each.
pub fn packed(strings: &[String], most: usize) -> Vec<Vec<String>> {
    let mut loads: Vec<Vec<String>> = Vec::new();
    let mut left = 0;
    for one in strings {
        let length = one.chars().count() + 1;
        if length > left {
            loads.push(Vec::new());
            left = most;
        }
        left -= length;
        loads.last_mut().unwrap().push(one.clone());
    }
    loads
}

/// `count` texts of at most `most` characters: half the room for markup, half for whatever is shortest; fifty
/// strings or more in all, of a full list.
pub fn short(strings: &[String], most: usize, count: usize) -> Vec<String> {
    let mut sorted: Vec<String> =
        strings.iter().filter(|one| one.chars().count() < most / 2).cloned().collect();
    sorted.sort_by_key(|one| one.chars().count());
    let (live, plain): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|one| one.contains('<'));
    let (live, plain) = (packed(&live, most / 2), packed(&plain, most / 2));
    let both = |n: usize| [&*live[n % live.len()], &*plain[n % plain.len()]].concat();
    let texts: Vec<Vec<String>> = (0..count).map(both).collect();
    let met: BTreeSet<&String> = texts.iter().flatten().collect();
    assert!(met.len() >= 50.min(strings.len() / 4), "a short field meets {} strings", met.len());
    texts.into_iter().map(|text| text.join("\n")).collect()
}

/// The strings dealt out to `items`, as the form names them.
pub fn shares<'i>(
    load: &[String],
    items: impl Iterator<Item = &'i str>,
) -> BTreeMap<String, Vec<String>> {
    let items: Vec<&str> = items.collect();
    let share = |n: usize| load.iter().skip(n).step_by(items.len()).cloned().collect();
    items.iter().enumerate().map(|(n, item)| (format!("show.{item}"), share(n))).collect()
}

/// Strings as lines of at most `most` characters, several in one, such as a line may hold: nothing to control a
/// terminal with, and nothing at its ends that a page's form would take off.
pub fn lines(strings: &[String], most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let one_line = |text: &&str| !text.is_empty() && !text.contains(char::is_control);
    for one in strings.iter().map(|text| text.trim()).filter(one_line) {
        let length = |text: &str| text.chars().count();
        match lines.last_mut().filter(|line| length(line) + length(one) < most) {
            Some(line) => *line = format!("{line} {one}"),
            None if length(one) <= most => lines.push(one.to_owned()),
            None => {}
        }
    }
    lines
}
