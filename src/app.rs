//! Composition root: the only place that opens the store, the vault, the keys and the clock.

pub mod log_keys;
mod stamps;
pub mod witness;

use crate::{
    base::{KeyId, Moment},
    config::Config,
    desk::{
        Clock, Desk, Error, House, Limits, ServiceKey,
        append::{self, Begin},
        back_up,
        cosign::{self, Witnesses},
        durable,
        look_up::public::Counts,
        project::REGISTER,
        sealing::SealingKey,
        sign_in::Tries,
        vouch::{self, KeyRing, OwnRecord},
    },
    evidence::{intake::Intake, vault::Vault},
    law::{self, calendar::Calendar, rulebook::Rulebook},
    ledger::CosignatureVerifier,
    store::{self, OrNone, Store, StoreConfig},
};
use anyhow::{Context, Result, bail};
use ed25519_dalek::SigningKey;
use serde_json::json;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

/// Bytes written between two commits of an upload's position.
const SYNC_EVERY: u64 = 8 << 20;

/// The operating system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Moment::from_millis(now.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// How a command needs the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// As the one server: may write.
    Serve,
    /// Beside a running server: looks only.
    Look,
}

/// Opens everything under the data folder `data`, creating what is missing when serving.
///
/// # Errors
/// Says which part could not be opened; a second server on one SQLite file is refused here.
pub async fn open(
    config: &Config,
    data: &Path,
    clock: Arc<dyn Clock>,
    access: Access,
) -> Result<Arc<House>> {
    if access == Access::Serve {
        make_private_folder(data)?;
    }
    let store = open_store(config, data, access)?;
    let folder = key_folder(config, data);
    let keys = Keys::open(&folder, access)?;
    let (rulebook, calendar) = law_as_shipped()?;
    if rulebook.pack(&config.law.pack).is_none() {
        bail!("[law] pack：没有规则包 {:?}", config.law.pack);
    }
    let origin = origin(config, &store, access).await?;
    let log = log_keys::open(&folder, &origin, &store, access).await?;
    let quota = config.evidence.staging_quota_bytes;
    let runtime = tokio::runtime::Handle::current();
    let intake =
        Intake::open(&data.join("staging"), SYNC_EVERY, (quota > 0).then_some(quota), runtime)
            .context("上传暂存目录")?;
    let service = ServiceKey { id: KeyId::new(clock.now()), key: keys.service };
    let mut house = House {
        store,
        vault: Vault::open(&data.join("vault")).context("附件库")?,
        intake,
        rulebook,
        calendar,
        default_pack: config.law.pack.clone(),
        clock,
        service,
        log,
        witnesses: witnesses(config)?,
        authorities: stamps::authorities(config)?,
        master: SealingKey::from_bytes(keys.master),
        guard: guard_file(config, data),
        limits: Limits {
            upload_bytes: config.evidence.upload_limit_bytes,
            upload_days: config.evidence.upload_days,
            session_idle_hours: config.session.idle_hours,
        },
        keys: KeyRing::default(),
        tries: Tries::new(config.session.tries_a_minute),
        counts: Counts::default(),
        viewings: Mutex::new(HashMap::new()),
    };
    house.service.id = service_key_id(&house, access).await?;
    Ok(Arc::new(house))
}

/// The law that is compiled in: `config/law`, `config/region`, `config/calendar`.
pub fn law_as_shipped() -> Result<(Rulebook, Calendar)> {
    let files = law::builtin_files();
    let rulebook = Rulebook::from_toml(files).context("规则")?;
    let calendar = Calendar::from_toml(files).context("工作日历")?;
    Ok((rulebook, calendar))
}

/// Where the secrets of the house in `data` are.
pub fn key_folder(config: &Config, data: &Path) -> PathBuf {
    match config.keys.folder.as_str() {
        "" => data.join("keys"),
        folder => PathBuf::from(folder),
    }
}

/// Where the highest signed checkpoint of the house in `data` is remembered outside the database.
pub fn guard_file(config: &Config, data: &Path) -> PathBuf {
    match config.log.guard.as_str() {
        "" => data.join("log.guard"),
        file => PathBuf::from(file),
    }
}

fn open_store(config: &Config, data: &Path, access: Access) -> Result<Store> {
    let mut settings = match config.store.url.reveal() {
        "" => StoreConfig::of_file(&data.join(back_up::ROWS)),
        url => StoreConfig::new(url),
    };
    settings.readers = config.store.readers;
    let opened = match access {
        Access::Serve => Store::open(&settings),
        Access::Look => Store::open_beside(&settings),
    };
    opened.context("数据库")
}

/// The log's origin: fixed in the database when the log begins.
async fn origin(config: &Config, store: &Store, access: Access) -> Result<String> {
    let known = store.read(|db| store::settings::find(db, "log.origin")).await?;
    match (known, config.log.origin.as_str()) {
        (Some(known), wanted) if wanted.is_empty() || wanted == known => Ok(known),
        (Some(known), wanted) => bail!("[log] origin 设为 {wanted:?}，但这份日志是 {known:?}"),
        (None, _) if access == Access::Look => bail!("这个数据目录里还没有日志"),
        (None, wanted) => {
            let fresh = format!("zhijian.local/{}", KeyId::new(SystemClock.now()));
            let origin = if wanted.is_empty() { fresh } else { wanted.to_owned() };
            let value = origin.clone();
            store.write(move |db| store::settings::set(db, "log.origin", &value)).await?;
            Ok(origin)
        }
    }
}

/// The witnesses of the settings; no two of one key or name.
fn witnesses(config: &Config) -> Result<Witnesses> {
    let mut all: Vec<cosign::Witness> = Vec::new();
    for one in &config.log.witness {
        let what = || format!("[[log.witness]] {}", one.name);
        let verifier: CosignatureVerifier = one.vkey.parse().context("vkey").with_context(what)?;
        let same = |other: &cosign::Witness| {
            other.name == one.name || other.verifier.key() == verifier.key()
        };
        if all.iter().any(same) {
            bail!("{} is there twice", what());
        }
        let web = one.url.starts_with("https://") || one.url.starts_with("http://");
        if !one.url.is_empty() && !web {
            bail!("{}: url is neither http nor https", what());
        }
        let url = one.url.trim_end_matches('/').to_owned();
        all.push(cosign::Witness { name: one.name.clone(), verifier, url });
    }
    let every = Duration::from_secs(config.log.cosign_every_seconds.max(1));
    let quorum = config.log.quorum.clone();
    let number = quorum.parse::<usize>().is_ok_and(|k| k > 0 && k <= all.len().max(1));
    if !number && !matches!(quorum.as_str(), "any" | "all" | "none") {
        bail!("[log] quorum is neither any, all, none nor a number up to that of the witnesses");
    }
    Ok(Witnesses { all, every, quorum })
}

/// Finds the service's key among the registered ones, or puts it on record.
async fn service_key_id(house: &House, access: Access) -> Result<KeyId> {
    let public = house.service.key.verifying_key().to_bytes();
    let known =
        house.store.read(move |db| store::keys::by_public_key(db, &public).or_none()).await?;
    if let Some(key) = known {
        return Ok(key.id.parse()?);
    }
    if access == Access::Look {
        bail!("这个数据目录里的服务密钥没有登记过");
    }
    let id = house.service.id.clone();
    let mut facts = serde_json::Map::new();
    facts.insert("key".into(), json!(id.as_str()));
    facts.insert("person".into(), json!(vouch::SERVICE));
    facts.insert("public_key".into(), json!(hex::encode(public)));
    facts.insert("custody".into(), json!("service"));
    let now = house.clock.now();
    let chain = format!("{REGISTER}system");
    let own = OwnRecord {
        chain: &chain,
        kind: "key-registered",
        facts,
        fields: Vec::new(),
        exhibits: Vec::new(),
        on_behalf_of: None,
    };
    let record = vouch::sign_own(house, own, now)?;
    let master = house.master.clone();
    let row = store::keys::Key {
        id: id.to_string(),
        person_id: None,
        public_key: public.to_vec(),
        custody: "service".into(),
        sealed_secret: None,
        registered_at: now.millis(),
        registered_leaf: 0,
        revoked_at: None,
        revoked_leaf: None,
    };
    house
        .store
        .write(move |db| {
            // Its own registration is the one record signed by a key that is not yet registered.
            let linked = append::link(db, &master, &record, Begin::Register(None), now)?;
            let registered_leaf = linked.leaf.cast_signed();
            Ok::<_, Error>(store::keys::insert(db, &store::keys::Key { registered_leaf, ..row })?)
        })
        .await?;
    Ok(id)
}

struct Keys {
    service: SigningKey,
    master: [u8; 32],
}

impl Keys {
    fn open(dir: &Path, access: Access) -> Result<Keys> {
        if access == Access::Serve {
            make_private_folder(dir)?;
        }
        let secret = |name: &str| secret_file(&dir.join(name), access);
        Ok(Keys {
            service: SigningKey::from_bytes(&secret("service.key")?),
            master: secret("master.key")?,
        })
    }
}

/// 32 secret bytes in hex, made once, readable by the owner only, whole and durable before they are used. Whoever
/// makes them holds the database's lock, so that no two do.
fn secret_file(path: &Path, access: Access) -> Result<[u8; 32]> {
    let what = || format!("密钥文件 {}", path.display());
    if !path.exists() {
        if access == Access::Look {
            bail!("缺少{}", what());
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| anyhow::anyhow!("系统没有给出随机数"))?;
        durable::replace_secret(path, hex::encode(bytes).as_bytes()).with_context(what)?;
    }
    let text = fs::read_to_string(path).with_context(what)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes)
        .map_err(|_| anyhow::anyhow!("{}不是64个十六进制数字", what()))?;
    Ok(bytes)
}

/// Makes a folder that only its owner may enter, if it is not there; its name is durable.
pub fn make_private_folder(dir: &Path) -> Result<()> {
    let what = || format!("目录 {}", dir.display());
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).with_context(what)?;
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
    let above = fs::File::open(above.unwrap_or(Path::new("."))).with_context(what)?;
    above.sync_all().with_context(what)
}

/// A desk for the machine itself, with nobody signed in.
pub fn own_desk(house: &Arc<House>) -> Desk {
    Desk::new(house.clone(), None)
}
