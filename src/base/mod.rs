//! Ground floor: plain values every room shares. No clock, no I/O, nothing of ours below it.

pub mod digest;
pub mod ids;
pub mod moment;
pub mod money;

pub use digest::Digest;
pub use ids::{
    AgencyId, CaseId, DisclosureId, DraftId, ExhibitId, Id, KeyId, PersonId, RecordId, UploadId,
};
/// A civil date in China's legal time (UTC+8).
pub use jiff::civil::Date as Day;
pub use moment::Moment;
pub use money::Money;
