//! Record kinds as forms: what a page asks, who may write it, how many sign. Renders nothing.

mod convert;

pub use convert::{Answers, FormFault};
pub(super) use convert::{parse_day, parse_money};

use super::procedure::Stage;
use super::rulebook::RulebookFault;
use serde::{Deserialize, Serialize};

/// One kind of record as a form.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormSpec {
    /// Kind, as `Act::parse` takes it.
    pub kind: String,
    /// Chinese title.
    pub title: String,
    /// Stage of the whole process it belongs to.
    pub stage: Stage,
    /// Article it answers to.
    pub article: String,
    /// Who may write it.
    pub roles: Vec<Role>,
    /// How many people sign: 1 or 2.
    pub signers: u8,
    /// Whether exhibits are attached.
    pub exhibits: Exhibits,
    /// Explanation on top of the form.
    #[serde(default)]
    pub hint: String,
    /// Fields in order.
    #[serde(rename = "field", default)]
    pub fields: Vec<FieldSpec>,
}

/// Roles of the people table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 执法人员
    Officer,
    /// 机关负责人
    Head,
    /// 法制审核人员
    Reviewer,
    /// 公示、档案经办人员
    Clerk,
    /// 执法监督人员
    Supervisor,
    /// 系统管理员
    Administrator,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 6] = [
        Role::Officer,
        Role::Head,
        Role::Reviewer,
        Role::Clerk,
        Role::Supervisor,
        Role::Administrator,
    ];

    /// The name used in the people table and in TOML.
    pub fn name(self) -> &'static str {
        match self {
            Role::Officer => "officer",
            Role::Head => "head",
            Role::Reviewer => "reviewer",
            Role::Clerk => "clerk",
            Role::Supervisor => "supervisor",
            Role::Administrator => "administrator",
        }
    }

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            Role::Officer => "执法人员",
            Role::Head => "机关负责人",
            Role::Reviewer => "法制审核人员",
            Role::Clerk => "公示与档案经办人",
            Role::Supervisor => "执法监督人员",
            Role::Administrator => "系统管理员",
        }
    }
}

/// Whether a record carries exhibits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exhibits {
    /// Never.
    None,
    /// As the case needs.
    Optional,
}

/// One field of a form.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// Fact name of act.rs, or the dotted path of a private field.
    pub path: String,
    /// Chinese label.
    pub label: String,
    /// How it is asked.
    pub input: Input,
    /// Must be answered.
    #[serde(default)]
    pub required: bool,
    /// Committed by digest instead of written openly.
    #[serde(default)]
    pub private: bool,
    /// The server writes the fact: always for people and `server` inputs, when left blank for text.
    #[serde(default)]
    pub filled: bool,
    /// Fixed choices; filled from the rulebook when `options_from` is set.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// Which list of the rulebook the choices come from.
    #[serde(default)]
    pub options_from: Option<Source>,
    /// Explanation beside the field.
    #[serde(default)]
    pub hint: String,
    /// Most characters (Unicode scalar values) accepted.
    #[serde(default = "usual_length")]
    pub max_chars: usize,
}

fn usual_length() -> usize {
    200
}

/// A choice of a select.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is sent and written.
    pub value: String,
    /// Chinese label.
    pub label: String,
}

impl Choice {
    /// From borrowed or owned texts.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

/// How a field is asked. Form names are the field's path unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// `<input type=date>`; other usual spellings are read too.
    Date,
    /// One line.
    Text,
    /// Many lines.
    Long,
    /// Yuan; thousands separators, 元 and 万元 are read.
    Money,
    /// Whole number.
    Number,
    /// A box; anything but blank, `0`, `false` and `否` ticks it.
    Check,
    /// One of `options`.
    Select,
    /// Any of `options`.
    Multiselect,
    /// One person id.
    Person,
    /// Several person ids.
    People,
    /// Three controls: `<path>.kinds` (several), `<path>.fine`, `<path>.confiscated`.
    Penalty,
    /// One pass/fail choice per option: `<path>.<option>` = `pass` or `fail`.
    Findings,
    /// Not asked; the server writes it.
    Server,
}

/// A list of the rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Eight kinds of evidence.
    EvidenceKinds,
    /// Grounds for not publishing.
    WithholdingGrounds,
    /// Grounds for taking down.
    WithdrawalGrounds,
    /// Masking rules.
    MaskingRules,
    /// Review points.
    Checklist,
    /// Penalty kinds.
    PenaltyKinds,
    /// The agency's items; the page fills them in.
    Items,
}

impl FormSpec {
    /// Whether a holder of `role` may write this kind.
    pub fn writable_by(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Paths of facts the server must add to what [`FormSpec::facts`] returns.
    pub fn filled(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.filled).map(|field| field.path.as_str())
    }

    pub(super) fn check(&self, file: &str) -> Result<(), RulebookFault> {
        let fault = |path: &str, reason: &str| {
            Err(RulebookFault::Wrong {
                file: file.to_owned(),
                key: format!("{}.{path}", self.kind),
                reason: reason.to_owned(),
            })
        };
        if !(1..=2).contains(&self.signers) {
            return fault("signers", "1 or 2");
        }
        for (i, field) in self.fields.iter().enumerate() {
            if self.fields[..i].iter().any(|other| other.path == field.path) {
                return fault(&field.path, "defined twice");
            }
            if field.private != field.path.contains('.') {
                return fault(&field.path, "private paths are dotted, facts are not");
            }
            let plain = matches!(field.input, Input::Text | Input::Long | Input::Select);
            if field.private && (!plain || field.filled) {
                return fault(&field.path, "a private field is text, long or select, and typed in");
            }
            if field.input == Input::Server && !field.filled {
                return fault(&field.path, "a server input must be filled");
            }
            let chosen =
                matches!(field.input, Input::Select | Input::Multiselect | Input::Findings);
            if chosen && field.options.is_empty() && field.options_from.is_none() {
                return fault(&field.path, "a choice needs options or options_from");
            }
        }
        Ok(())
    }
}
