//! The law as data and pure functions of it. No clock, no I/O.

pub mod act;
pub mod calendar;
pub mod clock;
pub mod copies;
pub mod credit_code;
pub mod filmed;
pub mod forms;
pub mod gate;
pub mod listed;
pub mod major;
pub mod masking;
pub mod pack;
pub mod procedure;
pub mod replay;
pub mod rule;
pub mod rulebook;
pub mod words;

/// The configuration the binary carries: names as `Rulebook::from_toml` and `Calendar::from_toml`
/// take them, and the texts of `config/`.
pub fn builtin_files() -> &'static [(&'static str, &'static str)] {
    macro_rules! files {
        ($($name:literal),* $(,)?) => {
            &[$(($name, include_str!(concat!("../../config/", $name)))),*]
        };
    }
    files![
        "calendar/2024.toml",
        "calendar/2025.toml",
        "calendar/2026.toml",
        "calendar/2027.toml",
        "law/checklist.toml",
        "law/copies.toml",
        "law/lists.toml",
        "law/records.toml",
        "law/rules.toml",
        "region/guangdong.toml",
        "region/samr.toml",
    ]
}
