//! Signing in and out: password by argon2id, tries limited by account and address, sessions in rows.

use super::{Desk, Error, Who, permit, sealing};
use crate::{
    base::{Digest, Moment},
    store::{Db, OrNone, people, sessions},
};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use governor::{Quota, RateLimiter, clock::Clock as _, state::keyed::DefaultKeyedStateStore};
use std::num::NonZeroU32;

/// A whole office may stand behind one address, so an address has this many accounts' tries.
const ACCOUNTS_AN_ADDRESS: u32 = 30;

type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, governor::clock::DefaultClock>;

/// Counts tries to sign in, by account and by address.
pub struct Tries {
    accounts: Limiter,
    addresses: Limiter,
}

impl Tries {
    /// Allows `a_minute` tries for each account, and thirty times as many for each address.
    pub fn new(a_minute: u32) -> Self {
        let limiter = |tries: u32| {
            let tries = NonZeroU32::new(tries).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_minute(tries))
        };
        let addresses = limiter(a_minute.saturating_mul(ACCOUNTS_AN_ADDRESS));
        Tries { accounts: limiter(a_minute), addresses }
    }

    /// Counts one try for an account.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn count(&self, account: &str) -> Result<(), Error> {
        Tries::take(&self.accounts, account)
    }

    /// Counts one try from an address.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn count_address(&self, address: &str) -> Result<(), Error> {
        Tries::take(&self.addresses, address)
    }

    fn take(limiter: &Limiter, key: &str) -> Result<(), Error> {
        limiter.check_key(&key.to_owned()).map_err(|not_until| {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            Error::TooMany { retry_after_seconds: wait.as_secs() + 1 }
        })
    }
}

/// A session as given to the browser.
pub struct SignedIn {
    /// The secret for the cookie: 64 hex digits; only its digest is stored.
    pub token: String,
    /// Who signed in.
    pub who: Who,
}

/// Hashes a password with argon2id (RFC 9106) and a random salt, as a PHC string.
pub fn hash_password(password: &str) -> Result<String, Error> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|fault| Error::broken(fault.to_string()))?;
    Ok(hash.to_string())
}

/// Whether `password` belongs to `hash`.
pub fn password_fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Shortest password that is accepted, in characters.
pub const PASSWORD_MIN: usize = 10;

/// Signs a person in.
///
/// # Errors
/// `TooMany` after too many tries from `address` or for `login`; `Refused` with one and the same text
/// whether the account is unknown, inactive or the password wrong.
pub async fn sign_in(
    desk: &Desk,
    login: &str,
    password: &str,
    address: &str,
) -> Result<SignedIn, Error> {
    desk.house.tries.count_address(address)?;
    desk.house.tries.count(login)?;
    let name = login.to_owned();
    let person = match name.contains('\0') {
        // Nobody's, and PostgreSQL takes none.
        true => None,
        false => desk.house.store.read(move |db| people::by_login(db, &name).or_none()).await?,
    };
    // An unknown account costs the same time as a wrong password.
    let hash = person.as_ref().map_or(DECOY, |p| p.password_hash.as_str()).to_owned();
    let password = password.to_owned();
    let fits = blocking(move || password_fits(&password, &hash)).await?;
    let Some(person) = person.filter(|p| fits && p.active) else {
        return Err(Error::refused("用户名或者密码不正确。"));
    };
    let token = hex::encode(sealing::random::<32>()?);
    let csrf = hex::encode(sealing::random::<16>()?);
    let row = sessions::Session {
        token_digest: Digest::of(token.as_bytes()).hex(),
        person_id: person.id.clone(),
        csrf: csrf.clone(),
        created_at: desk.now.millis(),
        seen_at: desk.now.millis(),
        expires_at: idle_end(desk).millis(),
    };
    desk.house.store.write(move |db| Ok::<_, Error>(sessions::insert(db, &row)?)).await?;
    Ok(SignedIn { token, who: who(person, csrf)? })
}

/// Any password's cost without any password's chance.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The person of a session, if it is still good; moves its end when a minute has passed.
pub async fn recognise(desk: &Desk, token: &str) -> Result<Option<Who>, Error> {
    let digest = Digest::of(token.as_bytes()).hex();
    let now = desk.now;
    let found = desk.house.store.glance(move |db| session(db, &digest, now)).await?;
    let Some((session, person)) = found else { return Ok(None) };
    if now.millis() - session.seen_at > 60_000 {
        let (digest, end) = (session.token_digest.clone(), idle_end(desk).millis());
        desk.house
            .store
            .write(move |db| Ok::<_, Error>(sessions::touch(db, &digest, now.millis(), end)?))
            .await?;
    }
    who(person, session.csrf).map(Some)
}

fn session(
    db: &mut Db,
    digest: &str,
    now: Moment,
) -> Result<Option<(sessions::Session, people::Person)>, Error> {
    let Some(session) = sessions::find(db, digest).or_none()? else { return Ok(None) };
    if session.expires_at < now.millis() {
        return Ok(None);
    }
    let person = people::find(db, &session.person_id).or_none()?;
    Ok(person.filter(|p| p.active).map(|p| (session, p)))
}

/// Ends the session of `token`.
pub async fn sign_out(desk: &Desk, token: &str) -> Result<(), Error> {
    let digest = Digest::of(token.as_bytes()).hex();
    desk.house.store.write(move |db| Ok::<_, Error>(sessions::remove(db, &digest)?)).await
}

fn idle_end(desk: &Desk) -> Moment {
    desk.now.plus_millis(i64::from(desk.house.limits.session_idle_hours) * 3_600_000)
}

fn who(person: people::Person, csrf: String) -> Result<Who, Error> {
    Ok(Who {
        person: person.id.parse().map_err(Error::broken)?,
        agency: person.agency_id,
        name: person.name,
        roles: permit::parse_roles(&person.roles),
        csrf,
    })
}

/// Runs slow work (password hashing, signature checks) off the request threads.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::broken)
}
