//! Importing a published penalty list: every row becomes a disclosure or says why it does not.

use super::{
    Desk, Error,
    append::{self, Begin},
    disclose::{self, Content, SHOWN},
    penalty_list::{Entry, List, Row, Verdict},
    project::{self, REGISTER},
    release,
    vouch::{self, OwnRecord},
};
use crate::{
    base::{Digest, DisclosureId, Money},
    law::{act::Penalty, masking, words},
    ledger::field::Field,
    store::{Db, OrNone, agencies, disclosures},
};
use futures_util::{StreamExt, stream};
use serde_json::json;

/// Kind of the record of an imported row.
pub const IMPORTED: &str = "imported-disclosure";

/// Rows under way at a time; they share commits.
const AT_ONCE: usize = 64;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// On the public site under this number.
    Published(String),
    /// It was there already, under this number.
    Known(String),
    /// Not taken; the row's verdict says why.
    Refused,
}

/// A row with its fate.
pub struct Imported<'l> {
    /// The row as read.
    pub row: &'l Row,
    /// What became of it.
    pub fate: Fate,
}

/// Publishes the rows of `list` as disclosures of the agency with `code`, in the order of the file.
/// Doing it again adds nothing.
///
/// # Errors
/// `NotFound` agency; store faults. A row's own faults are its verdict.
pub async fn import_list<'l>(
    desk: &Desk,
    code: &str,
    list: &'l List,
    file: Digest,
) -> Result<Vec<Imported<'l>>, Error> {
    let wanted = code.to_owned();
    let agency = desk.house.store.read(move |db| agencies::by_code(db, &wanted).or_none()).await?;
    let agency = agency.ok_or(Error::NotFound("执法主体"))?;
    stream::iter(&list.rows)
        .map(|row| async {
            let fate = match (&row.verdict, &row.entry) {
                (Verdict::Refused(_), _) | (_, None) => Fate::Refused,
                (_, Some(entry)) => publish(desk, &agency, list, row, entry, file).await?,
            };
            Ok(Imported { row, fate })
        })
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect()
}

async fn publish(
    desk: &Desk,
    agency: &agencies::Agency,
    list: &List,
    row: &Row,
    entry: &Entry,
    file: Digest,
) -> Result<Fate, Error> {
    let mut facts = serde_json::Map::new();
    facts.insert("source".into(), json!(file));
    facts.insert("layout".into(), json!(list.layout));
    facts.insert("line".into(), json!(row.line));
    let fields = masked(desk, agency, entry)?;
    let kinds = Penalty { kinds: entry.kinds.clone(), ..Penalty::default() };
    let draft = Draft {
        agency: agency.clone(),
        act_kind: list.subject.act_kind(),
        source_key: format!("import:{}:{}", agency.code, row.source_digest()),
        facts,
        kinds: project::penalty_words(&kinds)?,
        fine: entry.fine.map(Money::fen),
        decided_on: entry.decided_on.map(|day| day.to_string()).unwrap_or_default(),
        show_until: entry.show_until.map(|day| day.to_string()),
        fields,
    };
    let (house, now) = (desk.house.clone(), desk.now);
    desk.house
        .store
        .write(move |db| {
            let key = &draft.source_key;
            if let Some(known) = disclosures::by_source_key(db, key).or_none()? {
                return Ok(Fate::Known(known.number));
            }
            draft.link(db, &house, now).map(Fate::Published)
        })
        .await
}

/// A disclosure that is not linked yet.
struct Draft {
    agency: agencies::Agency,
    /// 执法类别
    act_kind: &'static str,
    /// What makes it the same one when it comes again.
    source_key: String,
    /// Where its row stands.
    facts: serde_json::Map<String, serde_json::Value>,
    kinds: String,
    fine: Option<i64>,
    decided_on: String,
    show_until: Option<String>,
    fields: Vec<Field>,
}

impl Draft {
    fn link(
        self,
        db: &mut Db,
        house: &super::House,
        now: crate::base::Moment,
    ) -> Result<String, Error> {
        let number = release::next_number(db, now)?;
        let mut facts = self.facts;
        facts.insert("number".into(), json!(number));
        // What lists and counts go by is signed too, not only the words on the page.
        facts.insert("source_key".into(), json!(self.source_key));
        facts.insert("act_kind".into(), json!(self.act_kind));
        facts.insert("kinds".into(), json!(self.kinds));
        facts.insert("decided_on".into(), json!(self.decided_on));
        if let Some(fen) = self.fine {
            facts.insert("fine".into(), json!(fen.to_string()));
        }
        if let Some(day) = &self.show_until {
            facts.insert("show_until".into(), json!(day));
        }
        let chain = format!("{REGISTER}{}", self.agency.id);
        let own = OwnRecord {
            chain: &chain,
            kind: IMPORTED,
            facts,
            fields: self.fields,
            exhibits: Vec::new(),
            on_behalf_of: None,
        };
        let record = vouch::sign_own(house, own, now)?;
        let begin = Begin::Register(Some(self.agency.id.clone()));
        append::append(db, house, &record, begin, now)?;
        let content = Content::of(&record.fields);
        let row = disclosures::Disclosure {
            id: DisclosureId::new(now).to_string(),
            number: number.clone(),
            agency_id: self.agency.id,
            case_id: None,
            act_kind: self.act_kind.into(),
            document_number: content.text("document.number"),
            title: content.text("case.title"),
            party: content.text("party.name"),
            party_code: content.text("party.code"),
            kinds: self.kinds,
            fine: self.fine,
            decided_on: self.decided_on,
            published_at: now.millis(),
            due: String::new(),
            show_until: self.show_until,
            state: "published".into(),
            reason: String::new(),
            releases: 1,
            record_id: record.id.to_string(),
            content: serde_json::to_string(&content).map_err(Error::broken)?,
            source_key: Some(self.source_key),
        };
        release::publish(db, &row, "disclosure", now)?;
        Ok(number)
    }
}

/// The items of a row by path; what the source does not say is not there.
fn items(entry: &Entry) -> Vec<(String, String)> {
    let day = |day: Option<crate::base::Day>| day.map(words::day);
    let period = entry.period.as_ref().map(|period| period.text.clone());
    let money = |amount: Option<Money>| amount.map(Money::in_words);
    let kinds = (!entry.kinds.is_empty()).then(|| words::kinds(&entry.kinds));
    let title = entry.violation.as_ref().map(|v| format!("{}：{v}", entry.party));
    let pairs = [
        ("document.number", entry.document_number.clone()),
        ("case.title", Some(title.unwrap_or_else(|| entry.party.clone()))),
        ("party.name", Some(entry.party.clone())),
        ("party.code", entry.party_code.clone()),
        ("violation.kind", entry.violation.clone()),
        ("violation.facts", entry.facts.clone()),
        ("basis", entry.basis.clone()),
        ("penalty.kinds", kinds),
        ("penalty.content", entry.penalty_text.clone()),
        ("penalty.fine", money(entry.fine)),
        ("penalty.daily-fine", money(entry.daily_fine)),
        ("penalty.confiscated", money(entry.confiscated)),
        ("agency.name", entry.authority.clone()),
        ("decided.on", day(entry.decided_on).or(period)),
        ("region", entry.region.clone()),
        ("rectification", entry.rectification.clone()),
    ];
    let labelled =
        entry.extra.iter().map(|(label, value)| (format!("source.{label}"), value.clone()));
    pairs
        .into_iter()
        .filter_map(|(path, value)| Some((path.to_owned(), value?)))
        .chain(labelled)
        .map(|(path, value)| (path, line_ends(&value)))
        .collect()
}

/// The items with what the agency's pack hides taken out; full values are committed beside, unshown.
fn masked(desk: &Desk, agency: &agencies::Agency, entry: &Entry) -> Result<Vec<Field>, Error> {
    let pack = project::pack_of(&desk.house, agency)?;
    let party_kind = entry.party_kind_or_likely();
    let items = items(entry);
    let named: Vec<(&str, &str, &str)> =
        items.iter().map(|(path, value)| (path.as_str(), path.as_str(), value.as_str())).collect();
    let masks = masking::propose(pack, party_kind, &named);
    let mut fields = Vec::new();
    for (path, value) in &items {
        let mask = masks.iter().find(|mask| mask.path == *path);
        if mask.is_some() {
            fields.push(disclose::field(path.clone(), value.clone(), None)?);
        }
        let shown = mask.map_or(value, |mask| &mask.masked).clone();
        let rule = mask.map(|mask| mask.rule.clone());
        fields.push(disclose::field(format!("{SHOWN}{path}"), shown, rule)?);
    }
    Ok(fields)
}

/// One kind of line end: a browser reads every other as this one, and then the page's text would not be the
/// signed one.
fn line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
