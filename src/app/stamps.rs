//! Time-stamp authorities as the settings name them.

use crate::{base::Digest, config::Config, desk::stamp::Authority};
use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::{fs, time::Duration};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The authorities of the settings; no two of one name.
///
/// # Errors
/// What cannot be used, and of which authority.
pub fn authorities(config: &Config) -> Result<Vec<Authority>> {
    let mut all: Vec<Authority> = Vec::new();
    for one in &config.log.timestamp {
        let what = || format!("[[log.timestamp]] {}", one.name);
        if one.name.trim().is_empty() || all.iter().any(|other| other.name == one.name) {
            bail!("{}: no name, or one that is there twice", what());
        }
        if !one.url.starts_with("https://") && !one.url.starts_with("http://") {
            bail!("{}: url is neither http nor https", what());
        }
        let certificate = match one.certificate.as_str() {
            "" => None,
            file => {
                let bytes = fs::read(file).with_context(|| format!("{}: {file}", what()))?;
                Some(fingerprint(&bytes).with_context(|| format!("{}: no certificate", what()))?)
            }
        };
        let every = Duration::from_secs(one.every_minutes.max(1).saturating_mul(60));
        all.push(Authority { name: one.name.clone(), url: one.url.clone(), every, certificate });
    }
    Ok(all)
}

/// SHA-256 over the DER of the first certificate in a file, which is PEM or DER.
fn fingerprint(bytes: &[u8]) -> Option<Digest> {
    let text = str::from_utf8(bytes).ok().and_then(|text| text.split_once(BEGIN));
    let Some((_, rest)) = text else {
        return bytes.starts_with(&[0x30]).then(|| Digest::of(bytes));
    };
    let (body, _) = rest.split_once(END)?;
    let body: String = body.split_whitespace().collect();
    BASE64_STANDARD.decode(body).ok().map(|der| Digest::of(&der))
}
