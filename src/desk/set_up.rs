//! People and agencies: the first administrator by a one-time link, everybody else by an administrator.

use super::{
    Desk, Error, House, Role,
    append::{self, Begin},
    project::REGISTER,
    sealing,
    sign_in::{PASSWORD_MIN, blocking, hash_password},
    vouch::{self, OwnRecord},
};
use crate::{
    base::{AgencyId, Digest, Moment, PersonId},
    law::credit_code,
    store::{Db, agencies, people, sessions, settings},
};
use serde_json::json;

/// Name of the setting that keeps the digest of the one-time link's token.
const SETUP_TOKEN: &str = "setup.token";

/// An agency to be entered.
#[derive(Clone, Debug, Default)]
pub struct NewAgency {
    /// 统一社会信用代码
    pub code: String,
    /// Name.
    pub name: String,
    /// 机关代字
    pub short_name: String,
    /// 行政区划代码
    pub region: String,
    /// Rule pack; empty for the default.
    pub pack: String,
    /// Address.
    pub address: String,
    /// Phone.
    pub phone: String,
}

/// A person to be entered.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// First password; the person changes it.
    pub password: String,
    /// 执法证号, with the days of its validity.
    pub certificate: String,
    /// First day, `YYYY-MM-DD`.
    pub certificate_from: String,
    /// Last day.
    pub certificate_until: String,
    /// 法律职业资格证书号
    pub qualification: String,
}

/// Makes the token of the one-time set-up link if nobody is there yet; a new one replaces the old.
pub async fn offer(house: &House) -> Result<Option<String>, Error> {
    let token = hex::encode(sealing::random::<24>()?);
    let digest = Digest::of(token.as_bytes()).hex();
    house
        .store
        .write(move |db| {
            if people::count(db)? > 0 {
                return Ok(None);
            }
            settings::set(db, SETUP_TOKEN, &digest)?;
            Ok(Some(token))
        })
        .await
}

/// Whether `token` is the one of the offered link.
pub async fn is_offered(desk: &Desk, token: &str) -> Result<bool, Error> {
    let digest = Digest::of(token.as_bytes()).hex();
    let known = desk.house.store.read(|db| settings::find(db, SETUP_TOKEN)).await?;
    Ok(known.is_some_and(|known| known == digest))
}

/// Enters the first agency and its administrator, whose ids it gives; the link is used up.
///
/// # Errors
/// `NotFound` when the link is not, or no longer, good; `Invalid` with every faulty field.
pub async fn set_up(
    desk: &Desk,
    token: &str,
    agency: NewAgency,
    mut person: NewPerson,
) -> Result<(String, PersonId), Error> {
    if !is_offered(desk, token).await? {
        return Err(Error::NotFound("初始化链接"));
    }
    if !person.roles.contains(&Role::Administrator) {
        person.roles.push(Role::Administrator);
    }
    let hash = hash_if_faultless(&person, agency_faults(&agency)).await?;
    let (house, now) = (desk.house.clone(), desk.now);
    desk.house
        .store
        .write(move |db| {
            // Removing the token and adding the person are one write: the link works once.
            if settings::find(db, SETUP_TOKEN)?.is_none() || people::count(db)? > 0 {
                return Err(Error::NotFound("初始化链接"));
            }
            settings::remove(db, SETUP_TOKEN)?;
            let id = enter_agency(db, &house, &agency, now)?;
            let person = enter_person(db, &house, &id, &person, hash, now)?;
            Ok((id, person))
        })
        .await
}

/// Enters a person into the signed-in administrator's agency.
pub async fn add_person(desk: &Desk, person: NewPerson) -> Result<PersonId, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Administrator], "登记人员")?;
    let hash = hash_if_faultless(&person, Vec::new()).await?;
    let (house, now) = (desk.house.clone(), desk.now);
    desk.house
        .store
        .write(move |db| enter_person(db, &house, &who.agency, &person, hash, now))
        .await
}

/// The hash of the first password, unless the person's form, or what came with it, has `faults`.
async fn hash_if_faultless(
    person: &NewPerson,
    mut faults: Vec<super::FieldFault>,
) -> Result<String, Error> {
    faults.extend(person_faults(person));
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let password = person.password.clone();
    blocking(move || hash_password(&password)).await?
}

/// Switches a person of the administrator's agency off or on; off ends their sessions.
pub async fn set_active(desk: &Desk, id: &PersonId, active: bool) -> Result<(), Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Administrator], "停用人员")?;
    if *id == who.person {
        return Err(Error::refused("不能停用自己的账号。"));
    }
    let (house, now, id) = (desk.house.clone(), desk.now, id.to_string());
    desk.house
        .store
        .write(move |db| {
            let person = people::find(db, &id)?;
            if person.agency_id != who.agency {
                return Err(Error::NotFound("人员"));
            }
            if active {
                people::reactivate(db, &id)?;
            } else {
                people::deactivate(db, &id)?;
                sessions::remove_of_person(db, &id)?;
            }
            let kind = if active { "person-reactivated" } else { "person-deactivated" };
            let facts = json!({ "person": id });
            on_register(db, &house, &who.agency, kind, &facts, Some(&who.person), now).map(drop)
        })
        .await
}

/// Enters an agency; its register begins with this record.
pub fn enter_agency(
    db: &mut Db,
    house: &House,
    new: &NewAgency,
    now: Moment,
) -> Result<String, Error> {
    let id = AgencyId::new(now).to_string();
    let pack = if new.pack.is_empty() { &house.default_pack } else { &new.pack };
    if house.rulebook.pack(pack).is_none() {
        return Err(Error::invalid("pack", "没有这个规则包。"));
    }
    agencies::insert(
        db,
        &agencies::Agency {
            id: id.clone(),
            code: new.code.clone(),
            name: new.name.clone(),
            short_name: new.short_name.clone(),
            parent_id: None,
            region: new.region.clone(),
            pack: pack.clone(),
            address: new.address.clone(),
            phone: new.phone.clone(),
            created_at: now.millis(),
        },
    )
    .map_err(|fault| taken(fault, "code", "该统一社会信用代码已经登记。"))?;
    let facts = json!({ "agency": id, "code": new.code, "name": new.name, "pack": pack });
    on_register(db, house, &id, "agency-registered", &facts, None, now)?;
    Ok(id)
}

/// Enters a person; officers with their certificate, reviewers with their qualification.
pub fn enter_person(
    db: &mut Db,
    house: &House,
    agency: &str,
    new: &NewPerson,
    password_hash: String,
    now: Moment,
) -> Result<PersonId, Error> {
    let id = PersonId::new(now);
    let roles: Vec<&str> = new.roles.iter().map(|role| role.name()).collect();
    people::insert(
        db,
        &people::Person {
            id: id.to_string(),
            agency_id: agency.to_owned(),
            login: new.login.clone(),
            name: new.name.clone(),
            roles: roles.join(","),
            password_hash,
            certificate: new.certificate.clone(),
            certificate_from: new.certificate_from.clone(),
            certificate_until: new.certificate_until.clone(),
            qualification: new.qualification.clone(),
            active: true,
            created_at: now.millis(),
        },
    )
    .map_err(|fault| taken(fault, "login", "该登录名已经有人使用。"))?;
    let facts = json!({
        "person": id,
        "roles": roles,
        "certificate": new.certificate,
        "certificate_from": new.certificate_from,
        "certificate_until": new.certificate_until,
        "qualification": new.qualification,
    });
    on_register(db, house, agency, "person-registered", &facts, None, now)?;
    Ok(id)
}

/// Puts what happened to an agency on its register, at the instance of `by`; gives the record's leaf.
pub(super) fn on_register(
    db: &mut Db,
    house: &House,
    agency: &str,
    kind: &str,
    facts: &serde_json::Value,
    by: Option<&PersonId>,
    now: Moment,
) -> Result<i64, Error> {
    let chain = format!("{REGISTER}{agency}");
    let own = OwnRecord {
        chain: &chain,
        kind,
        facts: facts.as_object().cloned().unwrap_or_default(),
        fields: Vec::new(),
        exhibits: Vec::new(),
        on_behalf_of: by.map(ToString::to_string),
    };
    let record = vouch::sign_own(house, own, now)?;
    let begin = Begin::Register(Some(agency.to_owned()));
    Ok(append::append(db, house, &record, begin, now)?.leaf.cast_signed())
}

/// A value that must be unique, as a fault of its field.
pub(super) fn taken(fault: crate::store::Error, field: &str, text: &str) -> Error {
    match fault {
        crate::store::Error::Taken => Error::invalid(field, text),
        other => other.into(),
    }
}

fn agency_faults(agency: &NewAgency) -> Vec<super::FieldFault> {
    let mut faults = Vec::new();
    let mut fault = |wrong: bool, field: &str, text: &str| {
        if wrong {
            faults.push(super::FieldFault { field: field.into(), text: text.into() });
        }
    };
    fault(credit_code::credit_code(&agency.code).is_err(), "code", "统一社会信用代码校验不通过。");
    let name = "请填写机关名称，一行，不超过100个字。";
    fault(blank_or_long(&agency.name), "agency_name", name);
    fault(blank_or_long(&agency.short_name), "short_name", "请填写机关代字，例如“清市监”。");
    fault(long(&agency.region), "region", LONG);
    fault(long(&agency.address), "address", LONG);
    fault(long(&agency.phone), "phone", LONG);
    faults
}

fn person_faults(person: &NewPerson) -> Vec<super::FieldFault> {
    let mut faults = Vec::new();
    let mut fault = |wrong: bool, field: &str, text: &str| {
        if wrong {
            faults.push(super::FieldFault { field: field.into(), text: text.into() });
        }
    };
    let login_ok = (3..=40).contains(&person.login.len())
        && person.login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    fault(!login_ok, "login", "登录名为3至40个字母、数字或者“.”“_”“-”。");
    fault(blank_or_long(&person.name), "name", "请填写姓名，一行，不超过100个字。");
    fault(person.roles.is_empty(), "roles", "请至少选择一种角色。");
    let short = person.password.chars().count() < PASSWORD_MIN;
    fault(short, "password", &format!("密码至少{PASSWORD_MIN}个字符。"));
    if person.roles.contains(&Role::Officer) {
        let day = |text: &str| text.parse::<crate::base::Day>().ok();
        let span = day(&person.certificate_from).zip(day(&person.certificate_until));
        fault(blank_or_long(&person.certificate), "certificate", "执法人员应当登记执法证号。");
        let wrong = span.is_none_or(|(from, until)| from > until);
        fault(wrong, "certificate_until", "请填写执法证有效期的起止日期。");
    } else {
        fault(long(&person.certificate), "certificate", LONG);
        let days = [&person.certificate_from, &person.certificate_until];
        let wrong =
            days.into_iter().any(|d| !d.is_empty() && d.parse::<crate::base::Day>().is_err());
        fault(wrong, "certificate_until", "执法证有效期的起止日期应写作2026-11-20，没有的不填。");
    }
    fault(long(&person.qualification), "qualification", LONG);
    faults
}

/// Most characters of a name, number or address of an agency or a person.
const TEXT_MAX: usize = 100;

const LONG: &str = "应为一行文字，不超过100个字，不得含有控制字符。";

fn blank_or_long(text: &str) -> bool {
    text.trim().is_empty() || long(text)
}

fn long(text: &str) -> bool {
    text.chars().count() > TEXT_MAX || text.contains(char::is_control)
}
