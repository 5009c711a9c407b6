//! Service of documents that a pack wants pictured: which, with what, and what may stand instead. Looks at no bytes.

use super::act::{Act, ServiceMethod};
use super::rulebook::yes;
use serde::Deserialize;

/// A way of serving that must leave pictures on file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filmed {
    /// How the document was served.
    pub method: ServiceMethod,
    /// Media types of exhibits that will do, by their beginning.
    pub media: Vec<String>,
    /// A named witness will do instead.
    #[serde(default)]
    pub or_witness: bool,
    /// What is asked, in Chinese.
    pub text: String,
    /// Article it comes from.
    pub article: String,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

impl Filmed {
    /// Whether `act`, with exhibits of these media types and with or without a witness, falls short of it.
    pub fn missed<'m>(
        &self,
        act: &Act,
        mut media: impl Iterator<Item = &'m str>,
        witnessed: bool,
    ) -> bool {
        let (Act::Notice { method, .. } | Act::Service { method, .. }) = act else { return false };
        let fits = |kind: &str| self.media.iter().any(|wanted| kind.starts_with(wanted.as_str()));
        *method == self.method && !(self.or_witness && witnessed) && !media.any(fits)
    }
}
