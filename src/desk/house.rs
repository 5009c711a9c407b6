//! What every use-case works with: the opened rooms, the keys of the service, the clock.

use super::{
    Error, Who, cosign::Witnesses, log_keys::LogSigners, look_up::public::Counts,
    sealing::SealingKey, sign_in::Tries, stamp::Authority, vouch::KeyRing,
};
use crate::{
    base::{KeyId, Moment},
    evidence::{intake::Intake, vault::Vault},
    law::{calendar::Calendar, rulebook::Rulebook},
    store::Store,
};
use ed25519_dalek::SigningKey;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Moment;
}

/// The key with which the service signs what the machine itself does.
pub struct ServiceKey {
    /// Its id in the `keys` table.
    pub id: KeyId,
    /// The secret.
    pub key: SigningKey,
}

/// Limits that `config/default.toml` explains.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most bytes of one upload.
    pub upload_bytes: u64,
    /// Days until an unfinished upload is dropped.
    pub upload_days: u32,
    /// Hours until an unused session ends.
    pub session_idle_hours: u32,
}

/// The opened rooms and keys; made once by `app`, shared by every request and job.
pub struct House {
    /// Rows.
    pub store: Store,
    /// Bytes at rest.
    pub vault: Vault,
    /// Bytes on their way in.
    pub intake: Intake,
    /// Rules in force.
    pub rulebook: Rulebook,
    /// Working days.
    pub calendar: Calendar,
    /// Pack of agencies that name none.
    pub default_pack: String,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Signs what the machine does.
    pub service: ServiceKey,
    /// Sign checkpoints.
    pub log: LogSigners,
    /// Who cosigns them.
    pub witnesses: Witnesses,
    /// Who stamps them with the time.
    pub authorities: Vec<Authority>,
    /// Wraps every chain's sealing key.
    pub master: SealingKey,
    /// Remembers the highest signed checkpoint outside the database.
    pub guard: PathBuf,
    /// Limits.
    pub limits: Limits,
    /// Public keys that were asked for before.
    pub keys: KeyRing,
    /// Failed sign-ins.
    pub tries: Tries,
    /// What the public lists counted.
    pub counts: Counts,
    /// When a person last looked at an exhibit, so that one viewing makes one record.
    pub viewings: Mutex<HashMap<(String, String), Moment>>,
}

/// One request at the desk: the house, who asks, and when.
#[derive(Clone)]
pub struct Desk {
    /// The opened rooms.
    pub house: Arc<House>,
    /// The signed-in person, if any.
    pub who: Option<Who>,
    /// The instant of the request.
    pub now: Moment,
}

impl Desk {
    /// A request by `who` at the house's present time.
    pub fn new(house: Arc<House>, who: Option<Who>) -> Self {
        let now = house.clock.now();
        Desk { house, who, now }
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub fn who(&self) -> Result<&Who, Error> {
        self.who.as_ref().ok_or(Error::NotSignedIn)
    }
}
