//! Whether the people and the item a record names are what it says of them: certificates, qualification and roles
//! as on file, an item in use.
//! A record made elsewhere brings its own copy of these facts, and the law judges by that copy.

use super::{
    Error, House, Reason,
    permit::{self, Role},
    project,
    receive_exhibit::exhibit_ref,
};
use crate::{
    base::Day,
    law::{
        act::{Act, Officer},
        rule,
        words::day,
    },
    ledger::{
        field::Field,
        record::{ExhibitRef, Payload, Signer},
    },
    store::{Db, OrNone, agencies, exhibits, items, people},
};

/// Kind of the items that a penalty case may name.
pub const PENALTY: &str = "penalty";

/// Compares the people and the item named by `act` with the register of `agency`.
///
/// # Errors
/// `Refused` with a reason for each that is not on file as the record says.
pub fn check(db: &mut Db, agency: &str, act: &Act) -> Result<(), Error> {
    let mut reasons = Vec::new();
    for officer in act.officers() {
        let person = colleague(db, agency, &officer.person, Role::Officer)?;
        if person.is_none_or(|person| !same_certificate(&person, officer)) {
            reasons
                .push(format!("记录所载执法证{}与登记的执法人员信息不符。", officer.certificate));
        }
    }
    match act {
        Act::Review { reviewer, .. } => {
            let person = colleague(db, agency, &reviewer.person, Role::Reviewer)?;
            if person.is_none_or(|person| person.qualification != reviewer.qualification) {
                let number = &reviewer.qualification;
                reasons.push(format!("记录所载审核人员的资格证书号{number}与登记的信息不符。"));
            }
        }
        Act::Filing { item, approved_by, .. } => {
            if item_in_use(db, agency, item)?.is_none() {
                reasons.push(format!("记录所载执法事项{item}不是本机关在用的事项。"));
            }
            require_head(db, agency, approved_by, &mut reasons)?;
        }
        Act::Closing { approved_by, .. } => require_head(db, agency, approved_by, &mut reasons)?,
        Act::Decision { decided_by, .. } => require_head(db, agency, decided_by, &mut reasons)?,
        Act::Hearing { host, .. } => {
            require_known(db, agency, std::slice::from_ref(host), &mut reasons)?;
        }
        Act::Discussion { attendees, .. } => require_known(db, agency, attendees, &mut reasons)?,
        _ => {}
    }
    if reasons.is_empty() {
        return Ok(());
    }
    let reason = |text| Reason { text, article: String::new(), fix: "people".into() };
    Err(Error::Refused(reasons.into_iter().map(reason).collect()))
}

/// What a record brings with it beside its facts.
pub struct Brought<'b> {
    /// The exhibits it names.
    pub exhibits: &'b [ExhibitRef],
    /// Its private fields.
    pub fields: &'b [Field],
}

/// What the rows tell against a record beside the law's objections, known before anybody signs: no pictures where
/// the agency's pack asks for them, evidence taken by who holds no valid certificate, a filing under an item that punishes nothing.
pub fn objections(
    db: &mut Db,
    house: &House,
    agency: &agencies::Agency,
    act: &Act,
    signers: &[String],
    brought: &Brought<'_>,
) -> Result<Vec<Reason>, Error> {
    let mut found = Vec::new();
    let rules = &house.rulebook;
    let mut add = |article: &str, text: String| {
        found.push(Reason { text, article: article.to_owned(), fix: act.kind().to_owned() });
    };
    let witness = brought.fields.iter().find(|field| field.path == "person.witness");
    let witnessed = witness.is_some_and(|field| !field.value.trim().is_empty());
    for filmed in &project::pack_of(house, agency)?.filmed {
        let media = brought.exhibits.iter().map(|exhibit| exhibit.media_type.as_str());
        if filmed.missed(act, media, witnessed) {
            add(&filmed.article, filmed.text.clone());
        }
    }
    match act {
        Act::Evidence { on, .. } => {
            let article = &rules.rule(rule::TWO_OFFICERS).article;
            for id in signers {
                if let Some(text) = uncertified(db, &agency.id, id, *on)? {
                    add(article, text);
                }
            }
        }
        Act::Filing { item, .. } => {
            let listed = item_in_use(db, &agency.id, item)?;
            if let Some(item) = listed.filter(|item| item.act_kind != PENALTY) {
                let article = &rules.rule(rule::FILE).article;
                let text =
                    format!("执法事项“{} {}”不是行政处罚事项，不能据以立案", item.code, item.name);
                add(article, text);
            }
        }
        _ => {}
    }
    Ok(found)
}

/// Why whoever signs for evidence taken on `on` may not have taken it; none for an officer certified that day.
fn uncertified(db: &mut Db, agency: &str, id: &str, on: Day) -> Result<Option<String>, Error> {
    let Some(person) = colleague(db, agency, id, Role::Officer)? else {
        return Ok(Some("证据材料的签名人不是本机关登记的执法人员".into()));
    };
    let ends = (person.certificate_from.parse::<Day>(), person.certificate_until.parse::<Day>());
    Ok(match ends {
        (Ok(from), Ok(until)) if from <= on && on <= until => None,
        (Ok(from), Ok(until)) => Some(format!(
            "证据材料签名人的执法证{}的有效期为{}至{}，{}不在有效期内",
            person.certificate,
            day(from),
            day(until),
            day(on),
        )),
        _ => Some("证据材料的签名人没有登记执法证件，不得收集证据".into()),
    })
}

/// The item `code` of `agency`, if new cases may name it.
pub fn item_in_use(db: &mut Db, agency: &str, code: &str) -> Result<Option<items::Item>, Error> {
    let found = items::find(db, code).or_none()?;
    Ok(found.filter(|item| item.agency_id == agency && item.active))
}

/// Every exhibit a record names must lie in its case already; a custody record is what puts it there.
///
/// # Errors
/// `Refused` naming the digests that are not on file.
pub fn check_exhibits(db: &mut Db, payload: &Payload) -> Result<(), Error> {
    if payload.exhibits.is_empty() || payload.kind == "custody" {
        return Ok(());
    }
    let filed = exhibits::by_case(db, &payload.chain)?;
    let mut reasons = Vec::new();
    for named in &payload.exhibits {
        let same: Vec<_> = filed.iter().filter(|row| row.sha256 == named.sha256.hex()).collect();
        let text = if same.is_empty() {
            format!("记录引用的附件{}没有入库。", named.sha256.short())
        } else if !same.iter().any(|row| exhibit_ref(row).is_ok_and(|known| known == *named)) {
            // Named with another type or size, the exhibit would make the whole dossier contradict itself.
            format!(
                "记录引用的附件{}与入库时登记的大小、类型或者分块摘要不符。",
                named.sha256.short()
            )
        } else {
            continue;
        };
        reasons.push(Reason { text, article: String::new(), fix: "evidence".into() });
    }
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

fn require_head(
    db: &mut Db,
    agency: &str,
    person: &str,
    reasons: &mut Vec<String>,
) -> Result<(), Error> {
    if colleague(db, agency, person, Role::Head)?.is_none() {
        reasons.push("记录所载的批准人、决定人不是本机关登记的负责人。".into());
    }
    Ok(())
}

/// Who presides over a hearing or sits in a discussion may hold any role, but must be somebody.
fn require_known(
    db: &mut Db,
    agency: &str,
    people: &[String],
    reasons: &mut Vec<String>,
) -> Result<(), Error> {
    for id in people {
        if registered(db, agency, id)?.is_none() {
            reasons.push(format!("记录所载的主持人、参加人“{id}”不是本机关登记的人员。"));
        }
    }
    Ok(())
}

/// The person, if they work at `agency` and hold `role`.
fn colleague(
    db: &mut Db,
    agency: &str,
    id: &str,
    role: Role,
) -> Result<Option<people::Person>, Error> {
    let person = registered(db, agency, id)?;
    Ok(person.filter(|person| permit::parse_roles(&person.roles).contains(&role)))
}

/// A reason for each signer who is no clerk of `agency` in office.
pub fn clerks(db: &mut Db, agency: &str, signers: &[Signer]) -> Result<Vec<Reason>, Error> {
    let mut reasons = Vec::new();
    for signer in signers {
        let clerk = colleague(db, agency, &signer.person, Role::Clerk)?;
        if clerk.is_none_or(|clerk| !clerk.active) {
            let text = "签名人不是公示机关的在岗公示经办人".to_owned();
            reasons.push(Reason { text, article: String::new(), fix: "people".into() });
        }
    }
    Ok(reasons)
}

/// The person, if they work at `agency`.
fn registered(db: &mut Db, agency: &str, id: &str) -> Result<Option<people::Person>, Error> {
    let person = people::find(db, id).or_none()?;
    Ok(person.filter(|person| person.agency_id == agency))
}

fn same_certificate(person: &people::Person, named: &Officer) -> bool {
    person.certificate == named.certificate
        && person.certificate_from == named.valid_from.to_string()
        && person.certificate_until == named.valid_until.to_string()
}
