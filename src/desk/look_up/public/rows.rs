//! What a query finds as rows for files: the CSV export and the Atom feed.

use super::{Agencies, Counts, Query, filter, kinds_words, state_label, title, without_withdrawn};
use crate::{
    base::{Moment, Money},
    desk::{Desk, Error},
    store::{Db, agencies, disclosures, releases},
};

/// Rows read at a time.
const BATCH: i64 = 1_000;

/// A listed item as plain values.
#[derive(Clone, Debug)]
pub struct Listed {
    /// UUIDv7, which no other site has.
    pub id: String,
    /// 公示编号
    pub number: String,
    /// 决定书文号
    pub document_number: String,
    /// 案件名称
    pub title: String,
    /// 当事人 as shown
    pub party: String,
    /// 统一社会信用代码
    pub party_code: String,
    /// 执法类别 in Chinese
    pub kind: &'static str,
    /// 处罚种类 in Chinese
    pub kinds: String,
    /// 罚款金额 in yuan with two digits, empty when unknown
    pub fine: String,
    /// 处罚机关
    pub agency: String,
    /// 决定日期, `YYYY-MM-DD`
    pub decided_on: String,
    /// First published.
    pub published_at: Moment,
    /// Last changed.
    pub updated_at: Moment,
    /// 公示截止期, `YYYY-MM-DD`; empty when unlimited
    pub show_until: String,
    /// State in Chinese.
    pub state: &'static str,
    /// Why it was corrected or withdrawn.
    pub reason: String,
}

/// What a query finds.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The newest first.
    pub rows: Vec<Listed>,
    /// Whether there are more than these.
    pub more: bool,
}

/// At most `most` of what the query finds, whatever page it names.
pub async fn rows(desk: &Desk, query: Query, most: i64) -> Result<Rows, Error> {
    let (today, house) = (desk.now.day().to_string(), desk.house.clone());
    desk.house.store.read(move |db| read(db, &house.counts, &query, &today, most)).await
}

fn read(
    db: &mut Db,
    counts: &Counts,
    query: &Query,
    today: &str,
    most: i64,
) -> Result<Rows, Error> {
    let filter = filter(db, query, today)?;
    let names = Agencies(agencies::all(db)?);
    let counted = counts.of(db, &filter)?;
    let more = counted.more || counted.total > most;
    let (batch, mut number, mut rows) = (BATCH.min(most), 1, Vec::new());
    while (rows.len() as i64) < most {
        let page = disclosures::page(db, &filter, number, batch)?;
        let last = page.len() as i64 != batch;
        for row in page {
            rows.push(listed(db, &names, row)?);
        }
        if last {
            break;
        }
        number += 1;
    }
    rows.truncate(usize::try_from(most).unwrap_or(0));
    Ok(Rows { rows, more })
}

fn listed(db: &mut Db, names: &Agencies, row: disclosures::Disclosure) -> Result<Listed, Error> {
    let updated_at = match row.releases {
        1 => row.published_at,
        version => releases::find(db, &row.id, version)?.released_at,
    };
    let row = without_withdrawn(row);
    let fine = row.fine.and_then(Money::from_fen);
    Ok(Listed {
        title: title(&row),
        kind: super::kind_label(&row.act_kind),
        kinds: kinds_words(&row.kinds),
        fine: fine.map(|fine| fine.to_string()).unwrap_or_default(),
        agency: names.name(&row.agency_id).to_owned(),
        published_at: Moment::from_millis(row.published_at),
        updated_at: Moment::from_millis(updated_at),
        show_until: row.show_until.unwrap_or_default(),
        state: state_label(&row.state),
        id: row.id,
        number: row.number,
        document_number: row.document_number,
        party: row.party,
        party_code: row.party_code,
        decided_on: row.decided_on,
        reason: row.reason,
    })
}
