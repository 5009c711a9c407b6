//! The list for programs and spreadsheets: CSV and Atom of what a query finds.

use super::{asked::Asked, site_address};
use crate::{
    base::Moment,
    desk::{
        Error,
        look_up::public::{self, Listed, Rows},
    },
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpRequest, HttpResponse, http::header};
use askama::Template;

/// Most rows of an export.
const CSV_ROWS: i64 = 10_000;

/// Most entries of a feed.
const FEED_ROWS: i64 = 50;

const HEADINGS: [&str; 15] = [
    "公示编号",
    "决定书文号",
    "案件名称",
    "当事人",
    "统一社会信用代码",
    "执法类别",
    "处罚种类",
    "罚款金额（元）",
    "执法主体",
    "决定日期",
    "公示日期",
    "公示截止日期",
    "状态",
    "更正或者撤下原因",
    "网页地址",
];

/// `GET /disclosures.csv`: what is filtered, UTF-8 with a byte order mark, which spreadsheets need.
pub async fn csv(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let asked = Asked::read(request.query_string())?;
    let rows = public::rows(&caller.desk, asked.query, CSV_ROWS).await?;
    let site = site_address(&request, &caller.shared);
    let table = table(&rows, &site).map_err(Error::broken)?;
    let name = format!("attachment; filename=\"disclosures-{}.csv\"", caller.desk.now.day());
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(table))
}

fn table(rows: &Rows, site: &str) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(vec![0xef, 0xbb, 0xbf]);
    writer.write_record(HEADINGS)?;
    for row in &rows.rows {
        let cells = cells(row, site);
        writer.write_record(cells.iter().map(|cell| tame(cell)))?;
    }
    if rows.more {
        let said = format!(
            "符合条件的不止这些，本表只含最新的{}条，请缩小范围分次导出。",
            rows.rows.len()
        );
        writer.write_record([said])?;
    }
    Ok(writer.into_inner().map_err(|fault| fault.into_error())?)
}

fn cells(row: &Listed, site: &str) -> [String; 15] {
    [
        row.number.clone(),
        row.document_number.clone(),
        row.title.clone(),
        row.party.clone(),
        row.party_code.clone(),
        row.kind.to_owned(),
        row.kinds.clone(),
        row.fine.clone(),
        row.agency.clone(),
        row.decided_on.clone(),
        row.published_at.day().to_string(),
        row.show_until.clone(),
        row.state.to_owned(),
        row.reason.clone(),
        format!("{site}/disclosures/{}", row.number),
    ]
}

/// A cell that a spreadsheet would take for a formula is marked as text.
fn tame(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "public/feed.xml")]
struct Feed {
    title: String,
    subtitle: String,
    site: String,
    /// This feed's own address and that of the page.
    own: String,
    page: String,
    updated: String,
    rows: Vec<Listed>,
}

/// `GET /disclosures.atom`: the newest of what is filtered (RFC 4287).
pub async fn atom(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let asked = Asked::read(request.query_string())?;
    let found = public::rows(&caller.desk, asked.query.clone(), FEED_ROWS).await?;
    let site = site_address(&request, &caller.shared);
    let updated = found.rows.iter().map(|row| row.updated_at).max();
    let feed = Feed {
        title: caller.shared.site.name.clone(),
        subtitle: "执法决定公示".into(),
        own: format!("{site}{}", asked.href("/disclosures.atom")),
        page: format!("{site}{}", asked.href("/disclosures")),
        updated: updated.unwrap_or(Moment::from_millis(0)).to_string(),
        site,
        rows: found.rows,
    };
    let body = feed.render().map_err(Error::broken)?;
    let body: String = body.chars().filter(|c| in_xml(*c)).collect();
    Ok(HttpResponse::Ok()
        .content_type("application/atom+xml; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(body))
}

/// Whether an XML document may have a character (XML 1.0 §2.2) and reads it as it is; titles come from other people's
/// lists.
fn in_xml(c: char) -> bool {
    !matches!(c, '\u{fffe}' | '\u{ffff}') && (!c.is_control() || matches!(c, '\n' | '\t'))
}
