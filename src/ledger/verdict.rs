//! What a check says: the steps there are, and whether one held. The details are Chinese, for people.

use serde::Serialize;

/// One thing that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The dossier's table of contents.
    Manifest,
    /// The log's signature over the table of contents.
    Seal,
    /// A file is there and has the listed digest; nothing unlisted lies beside it.
    File,
    /// Shown and hidden fields lead to the signed root.
    Fields,
    /// Everyone the record names signed it, nobody else did.
    Signatures,
    /// The entry is that of this record.
    Entry,
    /// The leaf can be that of this entry.
    Leaf,
    /// The leaf is in the log.
    Inclusion,
    /// The log signed the size and root relied on.
    Checkpoint,
    /// A tile or entry bundle of the log follows from the leaves under the signed root.
    Tile,
    /// Entries follow one another without a gap.
    Chain,
    /// An exhibit's bytes are those a record names.
    Exhibit,
    /// A signer's key came and went by records of the log.
    Key,
    /// Witnesses cosigned the checkpoint, as many as a policy asks for.
    Witness,
    /// An authority's time stamp over the checkpoint.
    Timestamp,
    /// The rules in force had no objection to any record.
    Procedure,
}

impl Step {
    /// The step's name for people.
    pub fn label(self) -> &'static str {
        match self {
            Step::Manifest => "案卷目录",
            Step::Seal => "案卷封签",
            Step::File => "卷内文件",
            Step::Fields => "字段承诺",
            Step::Signatures => "电子签名",
            Step::Entry => "链条目",
            Step::Leaf => "日志叶",
            Step::Inclusion => "存证证明",
            Step::Checkpoint => "检查点",
            Step::Tile => "日志分块",
            Step::Chain => "链的衔接",
            Step::Exhibit => "证据附件",
            Step::Key => "密钥登记",
            Step::Witness => "见证联署",
            Step::Timestamp => "时间戳",
            Step::Procedure => "办案程序",
        }
    }
}

/// How one step of one record's check ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The step.
    pub step: Step,
    /// Whether it held.
    pub ok: bool,
    /// What was found, in Chinese.
    pub detail: String,
}

impl Verdict {
    /// `Ok` and `Err` carry the detail.
    pub(super) fn of(step: Step, result: Result<String, String>) -> Self {
        let ok = result.is_ok();
        Verdict { step, ok, detail: result.unwrap_or_else(|fault| fault) }
    }
}
