//! Identifiers: UUIDv7 (RFC 9562 §5.7) text, one Rust type per thing so they cannot be mixed up.

use super::Moment;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, marker::PhantomData, str::FromStr};

/// An identifier of a `T`: 36 lower-case characters.
pub struct Id<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $alias:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {}
        $(#[$doc])*
        pub type $alias = Id<$kind>;
    )*};
}

kinds! {
    /// 执法主体
    AgencyKind => AgencyId;
    /// A person with a sign-in: officer, reviewer, clerk, supervisor, administrator.
    PersonKind => PersonId;
    /// A person's signing key.
    KeyKind => KeyId;
    /// 案件
    CaseKind => CaseId;
    /// 记录
    RecordKind => RecordId;
    /// A prepared record that still lacks a signature.
    DraftKind => DraftId;
    /// A file on its way in.
    UploadKind => UploadId;
    /// 证据附件
    ExhibitKind => ExhibitId;
    /// 公示信息
    DisclosureKind => DisclosureId;
}

impl<T> Id<T> {
    /// A new identifier that sorts by `now` (UUIDv7 with 74 random bits).
    ///
    /// # Panics
    /// When the operating system cannot give random bytes, as nothing safe can follow.
    #[allow(clippy::expect_used)]
    pub fn new(now: Moment) -> Self {
        let mut random = [0; 10];
        getrandom::fill(&mut random).expect("the operating system gives random bytes");
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Id { text: id.to_string(), of: PhantomData }
    }

    /// The 36 characters.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The text is not a lower-case hyphenated UUID.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an identifier")]
pub struct NotAnId;

impl<T> FromStr for Id<T> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let id = uuid::Uuid::try_parse(text).map_err(|_| NotAnId)?;
        let canonical = id.to_string();
        if canonical != text {
            return Err(NotAnId);
        }
        Ok(Id { text: canonical, of: PhantomData })
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Id { text: self.text.clone(), of: PhantomData }
    }
}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<T> Eq for Id<T> {}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_refuse_other_spellings() {
        let early = CaseId::new(Moment::from_millis(1_000));
        let late = CaseId::new(Moment::from_millis(2_000));
        assert!(early.as_str() < late.as_str());
        assert_eq!(early.as_str().parse(), Ok(early.clone()));
        assert_eq!(early.as_str().to_uppercase().parse::<CaseId>(), Err(NotAnId));
        assert_eq!("../../etc/passwd".parse::<CaseId>(), Err(NotAnId));
    }
}
