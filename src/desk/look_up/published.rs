//! What an agency has made public, for the clerk who corrects and withdraws: the newest first, a page at a time.

use super::{cut, day_words, parse_cursor, public};
use crate::{
    base::Moment,
    desk::{Desk, Error, Role},
    law::words,
    store::{Db, disclosures},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Who sees what the agency has made public.
pub const READERS: [Role; 2] = [Role::Clerk, Role::Head];

/// Items on one page.
pub const PAGE: i64 = 20;

/// Longest search that is looked at, in characters.
const WORDS_MAX: usize = 100;

/// Which items to list.
#[derive(Clone, Debug, Default)]
pub struct PublishedFilter {
    /// Terms, separated by spaces, that title, party, code or one of the numbers must contain.
    pub words: String,
    /// `published`, `corrected` or `withdrawn`; anything else means all.
    pub state: String,
    /// Where the page before ended, as [`PublishedPage::next`] gave it.
    pub cursor: String,
}

/// One item in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublishedCard {
    /// 公示编号
    pub number: String,
    /// 案件名称, as shown.
    pub title: String,
    /// 决定书文号
    pub document_number: String,
    /// 当事人, as shown.
    pub party: String,
    /// 执法类别 in Chinese.
    pub kind: &'static str,
    /// Day first published, in words.
    pub published_on: String,
    /// Last day shown, in words; empty when unlimited.
    pub show_until: String,
    /// State's word.
    pub state: String,
    /// State in Chinese.
    pub state_label: &'static str,
    /// How many releases there are.
    pub releases: i32,
    /// The case whose file it is corrected in; absent where no case stands behind it.
    pub case: Option<String>,
}

/// One page of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublishedPage {
    /// The items, the newest first.
    pub items: Vec<PublishedCard>,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// A page of what the signed-in person's agency has made public.
///
/// # Errors
/// `Forbidden` for who is neither clerk nor head, `Invalid` for what is no cursor.
pub async fn published(desk: &Desk, filter: PublishedFilter) -> Result<PublishedPage, Error> {
    let who = desk.who()?.clone();
    who.require(&READERS, "查看本机关已公示的信息")?;
    let after = parse_cursor(&filter.cursor)?;
    let words: String = filter.words.chars().filter(|c| *c != '\0').take(WORDS_MAX).collect();
    let known = public::STATES.iter().any(|(word, _)| *word == filter.state);
    let state = if known { filter.state } else { String::new() };
    let read = move |db: &mut Db| {
        disclosures::of_agency(db, &who.agency, &words, &state, after.as_ref(), PAGE + 1)
    };
    let mut rows = desk.house.store.read(read).await?;
    let next = cut(&mut rows, PAGE, |row| format!("{}.{}", row.published_at, row.id));
    Ok(PublishedPage { items: rows.into_iter().map(|row| card(row, desk.now)).collect(), next })
}

fn card(row: disclosures::Disclosure, now: Moment) -> PublishedCard {
    let shown = public::state(&row, now);
    PublishedCard {
        title: public::title(&row),
        kind: public::kind_label(&row.act_kind),
        published_on: words::day(Moment::from_millis(row.published_at).day()),
        show_until: row.show_until.as_deref().map(day_words).unwrap_or_default(),
        state_label: public::state_label(shown),
        state: shown.to_owned(),
        number: row.number,
        document_number: row.document_number,
        party: row.party,
        releases: row.releases,
        case: row.case_id,
    }
}
