//! The one error that leaves the desk: says what is wrong, never how HTTP will put it.

use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// A form field that cannot be taken, in words for the person who filled it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Path of the field, as in the form.
    pub field: String,
    /// What is wrong with it, in Chinese.
    pub text: String,
}

/// Why an act is refused, with its legal ground and the place to put it right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// What stands in the way, in Chinese.
    pub text: String,
    /// The article it rests on, in Chinese; empty for a rule of this system.
    pub article: String,
    /// Kind of record or place that would remedy it; empty when nothing can.
    pub fix: String,
}

/// Everything a use-case can answer besides success.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// There is no such thing, or this person may not know of it. Names the kind of thing, in Chinese.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// This person may see the thing but not do this to it. The text is Chinese.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// What was sent does not make sense, field by field.
    #[error("invalid input in {} field(s)", .0.len())]
    Invalid(Vec<FieldFault>),
    /// The law or the state of the case stands in the way; all reasons at once.
    #[error("refused for {} reason(s)", .0.len())]
    Refused(Vec<Reason>),
    /// Something else came first (stale form, used signature, wrong offset). The text is Chinese.
    #[error("conflict: {0}")]
    Conflict(String),
    /// It was here and is not any more. The text is Chinese.
    #[error("gone: {0}")]
    Gone(String),
    /// More bytes than allowed.
    #[error("larger than {limit_bytes} bytes")]
    TooLarge {
        /// The most that is taken.
        limit_bytes: u64,
    },
    /// Too many tries.
    #[error("too many tries")]
    TooMany {
        /// Seconds to wait.
        retry_after_seconds: u64,
    },
    /// The disk or the quota is full; nothing was taken.
    #[error("storage is full")]
    Full,
    /// Overloaded or shutting down; trying again is safe.
    #[error("busy")]
    Busy,
    /// Ours to mend. The source is for the log, never for the page.
    #[error("broken")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A single refusal by a rule of this system.
    pub fn refused(text: impl Into<String>) -> Self {
        Error::Refused(vec![Reason {
            text: text.into(),
            article: String::new(),
            fix: String::new(),
        }])
    }

    /// A single faulty field.
    pub fn invalid(field: impl Into<String>, text: impl Into<String>) -> Self {
        Error::Invalid(vec![FieldFault { field: field.into(), text: text.into() }])
    }

    /// Wraps a fault of ours.
    pub fn broken(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Broken(source.into())
    }
}

impl From<crate::store::Error> for Error {
    fn from(fault: crate::store::Error) -> Self {
        match fault {
            crate::store::Error::Missing => Error::NotFound("记录"),
            crate::store::Error::Taken => {
                Error::Conflict("已有相同的内容，没有重复保存，请刷新后重试。".into())
            }
            crate::store::Error::Busy => Error::Busy,
            crate::store::Error::Full => Error::Full,
            crate::store::Error::Nul => {
                Error::invalid("", "内容含有不能保存的空字符（NUL），没有保存，请删去后重试。")
            }
            broken => Error::broken(broken),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.article.as_str() {
            "" => f.write_str(&self.text),
            article => write!(f, "{}（{article}）", self.text),
        }
    }
}
