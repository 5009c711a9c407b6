//! Trust policies (c2sp.org/tlog-policy): which logs and witnesses a reader knows, and how many of them are enough.
//!
//! Pure reading and counting; names are bytes without meaning, as the specification has them.

mod read;

use super::{
    checkpoint::Checkpoint,
    cosignature::CosignatureVerifier,
    note::{self, Note, NoteFault, NoteVerifier},
};
use read::Reader;

/// Longer files are refused, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// A policy as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<NoteVerifier>,
    /// Witnesses and groups in the order of their lines; a group names only members before it.
    voices: Vec<Voice>,
    /// Index of what must have spoken; none when no cosignature is asked for.
    quorum: Option<usize>,
}

/// Whoever can be a member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Voice {
    name: Vec<u8>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Witness(CosignatureVerifier),
    Group { threshold: usize, members: Vec<usize> },
}

/// Why a text is no policy, with the line, from 1.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PolicyFault {
    /// The file is longer than 256 KiB, or has more than 256 logs, or more than 512 witnesses and groups.
    #[error("the policy is too long")]
    TooLong,
    /// A control character other than tab and newline.
    #[error("line {0}: control character")]
    Control(usize),
    /// Neither `log`, `witness`, `group` nor `quorum` with what belongs to it.
    #[error("line {0}: not a line of a policy")]
    Line(usize),
    /// Not a verifier key of the right type: 0x01 for logs, 0x04 for witnesses (ML-DSA is not supported).
    #[error("line {0}: not an Ed25519 verifier key of this type")]
    Key(usize),
    /// The key stands there already, under whatever name.
    #[error("line {0}: the key is there twice")]
    DuplicateKey(usize),
    /// The name is taken, or is `none`.
    #[error("line {0}: the name is taken")]
    NameTaken(usize),
    /// A member or quorum that no line before defines.
    #[error("line {0}: a name that is not defined above")]
    Unknown(usize),
    /// A member of two groups, or twice of one.
    #[error("line {0}: a member of a group already")]
    MemberTwice(usize),
    /// Not `all`, `any` or a number from 1 to the number of members.
    #[error("line {0}: not a threshold of this group")]
    Threshold(usize),
    /// A second quorum line.
    #[error("line {0}: a second quorum")]
    SecondQuorum(usize),
    /// No quorum line.
    #[error("the policy names no quorum")]
    NoQuorum,
}

/// Why a checkpoint is not to be trusted under a policy.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Distrust {
    /// Not a signed note, or a line of a known key does not verify, or the log did not sign.
    #[error(transparent)]
    Note(#[from] NoteFault),
    /// The note is no checkpoint.
    #[error("the note is not a checkpoint")]
    NotACheckpoint,
    /// The policy names no log of this origin.
    #[error("the policy does not know this log")]
    UnknownLog,
    /// Too few witnesses cosigned it.
    #[error("too few witnesses have cosigned the checkpoint")]
    Quorum,
}

/// A checkpoint that satisfies a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// What the log and the witnesses signed.
    pub checkpoint: Checkpoint,
    /// The log's key.
    pub log: NoteVerifier,
    /// Witnesses of the policy that cosigned it, each with its earliest time in seconds since 1970.
    pub witnesses: Vec<(CosignatureVerifier, u64)>,
}

impl Policy {
    /// Reads a policy file. A missing newline at its end is forgiven.
    ///
    /// # Errors
    /// The first thing that the specification does not allow, with its line.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyFault> {
        if bytes.len() > MAX_BYTES {
            return Err(PolicyFault::TooLong);
        }
        let mut reader = Reader::default();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            reader.line(index + 1, line)?;
        }
        let quorum = reader.quorum.ok_or(PolicyFault::NoQuorum)?;
        Ok(Policy { logs: reader.logs, voices: reader.voices, quorum })
    }

    /// The logs that are trusted.
    pub fn logs(&self) -> &[NoteVerifier] {
        &self.logs
    }

    /// The witnesses, in the order of their lines.
    pub fn witnesses(&self) -> impl Iterator<Item = &CosignatureVerifier> {
        self.voices.iter().filter_map(|voice| match &voice.kind {
            Kind::Witness(verifier) => Some(verifier),
            Kind::Group { .. } => None,
        })
    }

    /// Trusts a note that is a checkpoint of a known log, signed by it, and cosigned by a quorum.
    ///
    /// # Errors
    /// Why not; one bad line of a known key is enough.
    pub fn check(&self, note: &str) -> Result<Trusted, Distrust> {
        let parsed = Note::parse(note)?;
        let (checkpoint, _extensions) =
            Checkpoint::parse_extended(&parsed.text).map_err(|_| Distrust::NotACheckpoint)?;
        let own: Vec<NoteVerifier> =
            self.logs.iter().filter(|log| log.name() == checkpoint.origin).cloned().collect();
        if own.is_empty() {
            return Err(Distrust::UnknownLog);
        }
        let signed_by = note::open(note, &own)?.by;
        let log = signed_by.into_iter().next().ok_or(NoteFault::Unsigned)?;
        let mut witnesses = Vec::new();
        let mut spoken: Vec<bool> = Vec::with_capacity(self.voices.len());
        for voice in &self.voices {
            let speaks = match &voice.kind {
                Kind::Witness(verifier) => {
                    let earliest = verifier.times(&parsed)?.into_iter().min();
                    witnesses.extend(earliest.map(|time| (verifier.clone(), time)));
                    earliest.is_some()
                }
                Kind::Group { threshold, members } => {
                    let has = |member: &&usize| spoken.get(**member) == Some(&true);
                    members.iter().filter(has).count() >= *threshold
                }
            };
            spoken.push(speaks);
        }
        match self.quorum {
            Some(quorum) if spoken.get(quorum) != Some(&true) => Err(Distrust::Quorum),
            _ => Ok(Trusted { checkpoint, log, witnesses }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Digest,
        ledger::{CosignatureSigner, NoteSigner},
    };
    use ed25519_dalek::SigningKey;

    fn log() -> NoteSigner {
        NoteSigner::new("log.example", SigningKey::from_bytes(&[9; 32])).unwrap()
    }

    fn witness(seed: u8) -> CosignatureSigner {
        let key = SigningKey::from_bytes(&[seed; 32]);
        CosignatureSigner::new(format!("w{seed}.example"), key).unwrap()
    }

    /// The shape of the specification's example: two of three, any of three, and both groups.
    fn example() -> String {
        let line = |name: &str, seed: u8| format!("witness {name} {}\n", witness(seed).verifier());
        let x: String = (1..=3).map(|n| line(&format!("X{n}"), n)).collect();
        let y: String = (4..=6).map(|n| line(&format!("Y{}", n - 3), n)).collect();
        format!(
            "# 示例\nlog {}\n\n{x}group X-witnesses 2 X1 X2 X3\n \t\n{y}\tgroup  Y-witnesses any Y1\tY2 Y3 \n\
             group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
            log().verifier()
        )
    }

    fn cosigned(by: &[u8]) -> String {
        let checkpoint =
            Checkpoint { origin: "log.example".into(), size: 7, root: Digest::of(b"r") };
        let note = note::sign(&checkpoint.to_text(), &[&log()]).unwrap();
        let mut note = Note::parse(&note).unwrap();
        for seed in by {
            let line = witness(*seed).cosign(&note.text, u64::from(*seed)).unwrap();
            note = note.with(line).unwrap();
        }
        note.to_string()
    }

    #[test]
    fn groups_count_as_the_specification_says() {
        let policy = Policy::parse(example().as_bytes()).unwrap();
        assert_eq!((policy.logs().len(), policy.witnesses().count()), (1, 6));
        for by in [&[1, 2, 4][..], &[1, 3, 6], &[2, 3, 5], &[1, 2, 3, 4, 5, 6]] {
            let trusted = policy.check(&cosigned(by)).unwrap();
            assert_eq!((trusted.checkpoint.size, trusted.witnesses.len()), (7, by.len()));
        }
        for by in [&[][..], &[1, 2], &[1, 4], &[4, 5, 6], &[1, 4, 5, 6], &[1, 7, 8, 4]] {
            assert_eq!(policy.check(&cosigned(by)), Err(Distrust::Quorum), "{by:?}");
        }
        // The same voice twice is one voice.
        let note = Note::parse(&cosigned(&[1, 4])).unwrap();
        let again = witness(1).cosign(&note.text, 99).unwrap();
        let note = note.with(again).unwrap().to_string();
        assert_eq!(policy.check(&note), Err(Distrust::Quorum));
    }

    #[test]
    fn a_bad_line_of_a_known_witness_refuses_and_an_unknown_log_too() {
        let policy = Policy::parse(example().as_bytes()).unwrap();
        let mut note = Note::parse(&cosigned(&[1, 2, 4])).unwrap();
        note.signatures[3].bytes[20] ^= 1;
        let bad = NoteFault::BadSignature("w4.example".into());
        assert_eq!(policy.check(&note.to_string()), Err(Distrust::Note(bad)));
        let none = Policy::parse(b"quorum none\n").unwrap();
        assert_eq!(none.check(&cosigned(&[1])), Err(Distrust::UnknownLog));
        let text = format!("log {}\nquorum none", log().verifier());
        let alone = Policy::parse(text.as_bytes()).unwrap();
        assert_eq!(alone.check(&cosigned(&[])).unwrap().witnesses, vec![]);
        let forged = cosigned(&[]).replacen("\n7\n", "\n8\n", 1);
        assert!(matches!(alone.check(&forged), Err(Distrust::Note(NoteFault::BadSignature(_)))));
        assert_eq!(alone.check("x\n"), Err(Distrust::Note(NoteFault::Malformed)));
        let other = note::sign("no checkpoint\n", &[&log()]).unwrap();
        assert_eq!(alone.check(&other), Err(Distrust::NotACheckpoint));
    }

    #[test]
    fn faults_name_their_line() {
        let (w1, w2) = (witness(1).verifier(), witness(2).verifier());
        let renamed = CosignatureVerifier::new("other", *w1.key()).unwrap();
        let other_log = NoteVerifier::new("other", *log().verifier().key()).unwrap();
        let two = format!("witness a {w1}\nwitness b {w2}\n");
        let cases = [
            (String::new(), PolicyFault::NoQuorum),
            ("quorum none\nquorum none\n".into(), PolicyFault::SecondQuorum(2)),
            ("quorum a\n".into(), PolicyFault::Unknown(1)),
            ("quorum none\r\n".into(), PolicyFault::Control(1)),
            ("quorum none \u{7f}\n".into(), PolicyFault::Control(1)),
            ("quorum\n".into(), PolicyFault::Line(1)),
            ("Quorum none\n".into(), PolicyFault::Line(1)),
            (format!("log {w1}\n"), PolicyFault::Key(1)),
            (format!("witness a {}\n", log().verifier()), PolicyFault::Key(1)),
            (format!("log {0} u v\n", log().verifier()), PolicyFault::Line(1)),
            (
                format!("log {0} u\nlog {other_log}\n", log().verifier()),
                PolicyFault::DuplicateKey(2),
            ),
            (format!("witness a {w1}\nwitness b {renamed}\n"), PolicyFault::DuplicateKey(2)),
            (format!("witness a {w1}\nwitness a {w2}\n"), PolicyFault::NameTaken(2)),
            (format!("witness none {w1}\n"), PolicyFault::NameTaken(1)),
            (format!("{two}group a any b\n"), PolicyFault::NameTaken(3)),
            (format!("{two}group g any a c\n"), PolicyFault::Unknown(3)),
            (format!("{two}group g any g\n"), PolicyFault::Unknown(3)),
            (format!("{two}group g any none\n"), PolicyFault::Unknown(3)),
            (format!("{two}group g any a a\n"), PolicyFault::MemberTwice(3)),
            (format!("{two}group g any a\ngroup h any a b\n"), PolicyFault::MemberTwice(4)),
            (format!("{two}group g any\n"), PolicyFault::Threshold(3)),
            (format!("{two}group g 0 a\n"), PolicyFault::Threshold(3)),
            (format!("{two}group g 3 a b\n"), PolicyFault::Threshold(3)),
            (format!("{two}group g 01 a b\n"), PolicyFault::Threshold(3)),
            (format!("{two}group g +1 a b\n"), PolicyFault::Threshold(3)),
            ("#".repeat(MAX_BYTES + 1), PolicyFault::TooLong),
        ];
        for (text, fault) in cases {
            assert_eq!(Policy::parse(text.as_bytes()), Err(fault), "{text:.90}");
        }
        // Names are bytes, whatever they spell.
        let mut odd = format!("witness \u{212a} {w1}\nwitness K {w2}\nquorum K\n#").into_bytes();
        odd.extend([0xff, 0x80]);
        assert!(Policy::parse(&odd).is_ok());
    }
}
