//! Changing one's password; the signing keys held here are sealed anew under it.

use super::{
    Desk, Error, sealing,
    sign_in::{PASSWORD_MIN, blocking, hash_password, password_fits},
};
use crate::store::{keys, people, sessions};

/// A key's id with its secret under the new password.
type Resealed = Vec<(String, Vec<u8>)>;

/// Changes the signed-in person's password and ends all their sessions.
///
/// # Errors
/// `Invalid` when the new one is too short or the old one again, `Refused` when the old one is wrong.
pub async fn change_password(desk: &Desk, old: &str, new: &str) -> Result<(), Error> {
    let person = desk.who()?.person.to_string();
    if new.chars().count() < PASSWORD_MIN || new == old {
        let text = format!("新口令至少{PASSWORD_MIN}个字符，并且不得与现在的口令相同。");
        return Err(Error::invalid("new_password", text));
    }
    desk.house.tries.count(&person)?;
    let id = person.clone();
    let (row, held) = desk
        .house
        .store
        .read(move |db| Ok::<_, Error>((people::find(db, &id)?, keys::active_of(db, &id)?)))
        .await?;
    let (old, new) = (old.to_owned(), new.to_owned());
    let (hash, resealed) = blocking(move || reseal(&old, &new, &row.password_hash, held)).await??;
    desk.house
        .store
        .write(move |db| {
            people::set_password(db, &person, &hash)?;
            for (key, sealed) in &resealed {
                keys::reseal(db, key, sealed)?;
            }
            sessions::remove_of_person(db, &person)?;
            Ok(())
        })
        .await
}

fn reseal(
    old: &str,
    new: &str,
    hash: &str,
    held: Vec<keys::Key>,
) -> Result<(String, Resealed), Error> {
    if !password_fits(old, hash) {
        return Err(Error::refused("现在的口令不正确，没有更换。"));
    }
    let mut resealed = Vec::new();
    for key in held {
        let Some(sealed) = key.sealed_secret else { continue };
        let secret = sealing::open_secret(old, &key.id, &sealed)
            .ok_or_else(|| Error::broken("a server-held key does not open"))?;
        resealed.push((key.id.clone(), sealing::seal_secret(new, &key.id, &secret)?));
    }
    Ok((hash_password(new)?, resealed))
}
