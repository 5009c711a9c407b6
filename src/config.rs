//! Settings: the built-in defaults, then a file, then the environment. Secrets never print.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::{fmt, path::Path};

const DEFAULTS: &str = include_str!("../config/default.toml");
const PREFIX: &str = "ZHIJIAN__";

/// Text that must not appear in logs: a database URL with its password, a key.
#[derive(Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// All settings; `config/default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Config {
    pub server: Server,
    pub store: Store,
    pub keys: Keys,
    pub log: Log,
    pub evidence: Evidence,
    pub session: Session,
    pub law: Law,
    pub site: Site,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Server {
    pub listen: String,
    pub workers: usize,
    pub https: bool,
}

/// `[store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Store {
    pub url: Secret,
    pub readers: u32,
}

/// `[keys]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Keys {
    pub folder: String,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Log {
    pub origin: String,
    pub seal_every_ms: u64,
    pub guard: String,
    pub cosign_every_seconds: u64,
    pub quorum: String,
    #[serde(default)]
    pub witness: Vec<Witness>,
    #[serde(default)]
    pub timestamp: Vec<Timestamp>,
}

/// `[[log.witness]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Witness {
    pub name: String,
    pub vkey: String,
    #[serde(default)]
    pub url: String,
}

/// `[[log.timestamp]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Timestamp {
    pub name: String,
    pub url: String,
    pub every_minutes: u64,
    #[serde(default)]
    pub certificate: String,
}

/// `[evidence]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Evidence {
    pub upload_limit_bytes: u64,
    pub staging_quota_bytes: u64,
    pub upload_days: u32,
}

/// `[session]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Session {
    pub idle_hours: u32,
    pub tries_a_minute: u32,
}

/// `[law]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Law {
    pub pack: String,
}

/// `[site]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Site {
    pub name: String,
    pub host: String,
    pub operator: String,
    pub address: String,
    pub postcode: String,
    pub phone: String,
    pub site_code: String,
    pub icp: String,
    pub police_record: String,
}

impl Config {
    /// Defaults, overlaid by `file` if given, overlaid by the variables of `environment`.
    ///
    /// # Errors
    /// Names the file or variable whose setting is unknown or of the wrong type.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config> {
        let mut table: toml::Table = DEFAULTS.parse().context("config/default.toml")?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let over = text.parse().with_context(|| format!("{}", path.display()))?;
            overlay(&mut table, over);
        }
        for (name, value) in environment {
            if let Some(path) = name.strip_prefix(PREFIX) {
                set(&mut table, path, &value).with_context(|| format!("variable {name}"))?;
            }
        }
        table.try_into().context("settings")
    }
}

fn overlay(base: &mut toml::Table, over: toml::Table) {
    for (name, value) in over {
        match (base.get_mut(&name), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                base.insert(name, value);
            }
        }
    }
}

/// Sets `SECTION__NAME` to `value`, read as the type the setting already has.
fn set(table: &mut toml::Table, path: &str, value: &str) -> Result<()> {
    let Some((section, name)) = path.split_once("__") else {
        bail!("not of the form {PREFIX}SECTION__NAME")
    };
    let slot = table
        .get_mut(&section.to_lowercase())
        .and_then(|section| section.get_mut(name.to_lowercase()))
        .context("no such setting")?;
    *slot = match slot {
        toml::Value::Integer(_) => toml::Value::Integer(value.parse()?),
        toml::Value::Boolean(_) => toml::Value::Boolean(value.parse()?),
        _ => toml::Value::String(value.to_owned()),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Result<Config> {
        Config::load(None, pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn environment_wins_and_secrets_do_not_print() {
        let config = load(&[
            ("ZHIJIAN__STORE__URL", "postgres://me:hunter2@localhost/z"),
            ("ZHIJIAN__SERVER__WORKERS", "3"),
        ])
        .unwrap();
        assert_eq!(config.server.workers, 3);
        assert!(config.store.url.reveal().contains("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn unknown_and_ill_typed_settings_are_refused() {
        assert!(load(&[("ZHIJIAN__SERVER__WOKERS", "3")]).is_err());
        assert!(load(&[("ZHIJIAN__SERVER__WORKERS", "three")]).is_err());
    }
}
