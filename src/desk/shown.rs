//! What is told to the public beside a disclosure's items: why it was corrected or withdrawn.

use super::{append::Vouched, disclose::SHOWN};

/// The field of a record's reason, hidden unless [`tell`] has shown it.
const REASON: &str = "text.reason";

/// Shows the reason of a withdrawal, which 《行政处罚法》 art. 48 wants explained to the public.
pub fn tell(kind: &str, values: &mut [(String, String)]) {
    for (path, _) in values.iter_mut().filter(|(path, _)| kind == "withdrawal" && path == REASON) {
        *path = format!("{SHOWN}{REASON}");
    }
}

/// The reason of a correction or withdrawal that the public may read.
pub fn reason(record: &Vouched) -> String {
    let path = format!("{SHOWN}{REASON}");
    record.fields.iter().find(|f| f.path == path).map(|f| f.value.clone()).unwrap_or_default()
}

/// The listed ground of a withdrawal and the clerk's own words as one text; [`parted`] takes it apart.
pub fn joined(ground: &str, reason: &str) -> String {
    match reason {
        "" => ground.to_owned(),
        reason => format!("{ground}。{reason}"),
    }
}

/// Ground and own words of a withdrawal. A listed ground has no full stop.
pub fn parted(joined: &str) -> (&str, &str) {
    joined.split_once('。').unwrap_or((joined, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ground_and_reason_part_again() {
        for (ground, reason) in [("执法决定被依法撤销", "经复议撤销。另行处理。"), ("甲", "")]
        {
            assert_eq!(parted(&joined(ground, reason)), (ground, reason));
        }
        for line in include_str!("../../config/law/lists.toml").lines() {
            assert!(!line.starts_with("label") || !line.contains('。'), "{line}");
        }
    }
}
