//! The log for everybody: the page that explains it, and under `/log/` the addresses of C2SP tlog-tiles.

use super::{
    Shared,
    caller::{Caller, Whole},
    look::Frame,
    problem::{Answer, Problem},
    render,
};
use crate::{
    desk::{
        Desk, Error,
        cosign::{
            accept,
            standing::{self, Standing},
        },
        log::{self, Served},
        log_gaps::Gap,
        log_keys::{LogKey, Place},
        look_up, stamp,
    },
    ledger::tile::TilePath,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderName},
    web,
};
use askama::Template;

/// What is public may be checked from any page of any site.
const ANY_SITE: (HeaderName, &str) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");

#[derive(Template)]
#[template(path = "log.html")]
struct Page {
    frame: Frame,
    origin: String,
    keys: Vec<KeyLine>,
    gaps: Vec<GapLine>,
    newest: Option<Newest>,
    /// Why the log is not signed any more; empty while all is well.
    stopped: bool,
    witnesses: Vec<WitnessLine>,
    authorities: Vec<AuthorityLine>,
}

/// A time-stamp authority as citizens read of it.
struct AuthorityLine {
    name: String,
    current: bool,
    words: String,
}

impl AuthorityLine {
    fn of(standing: stamp::Standing) -> Self {
        let words = match standing.at {
            None => "尚未加盖过时间戳。".to_owned(),
            Some(at) => format!(
                "最近一次在{}加盖到第{}条记录。",
                look_up::public::moment(at),
                standing.size
            ),
        };
        AuthorityLine { name: standing.name, current: standing.current, words }
    }
}

/// A witness as citizens read of it.
struct WitnessLine {
    name: String,
    /// `见证有效` or what is wrong.
    state: &'static str,
    current: bool,
    refused: bool,
    words: String,
    key: String,
}

impl WitnessLine {
    fn of(standing: Standing) -> Self {
        let words = match standing.at {
            None => "尚未联署过检查点。".to_owned(),
            Some(at) => format!(
                "最近一次在{}联署到第{}条记录。",
                look_up::public::moment(at),
                standing.size
            ),
        };
        WitnessLine {
            state: match (standing.current, standing.refused) {
                (true, _) => "见证有效",
                (false, true) => "拒绝联署",
                (false, false) => "暂未联署",
            },
            current: standing.current,
            refused: standing.refused,
            words,
            name: standing.name,
            key: standing.key,
        }
    }
}

/// An end under one name as citizens read of it.
struct GapLine {
    heading: String,
    words: String,
    note: String,
}

impl GapLine {
    fn of((gap, place): &(Gap, Place)) -> Self {
        let (size, known, lost) = (gap.size, gap.known.size, gap.lost());
        GapLine {
            heading: format!("有{lost}条记录丢失，日志已经改名接续"),
            words: format!(
                "本日志原名{}，已知签发到第{known}条；其中第{}条至第{known}条共{lost}条记录已经丢失。                 前{size}条完整保留，根与原日志在该处签发的检查点相同。自第{}条记录（{}）起以现名接续。                 原因：{}",
                gap.origin,
                size + 1,
                place.leaf + 1,
                look_up::public::moment(place.at),
                gap.reason
            ),
            note: gap.note.clone(),
        }
    }
}

/// One of the log's keys as citizens read of it.
pub struct KeyLine {
    /// The verifier key.
    pub vkey: String,
    /// Whether it signs no more.
    pub retired: bool,
    /// Since when and until when; empty while there is only the one.
    pub words: String,
}

impl KeyLine {
    /// All keys; the newest first.
    pub fn all(keys: &[LogKey]) -> Vec<KeyLine> {
        let place = |place: Place| {
            format!("第{}条记录（{}）", place.leaf + 1, look_up::public::moment(place.at))
        };
        let line = |key: &LogKey| {
            let since = key.since.map_or("日志建立时".to_owned(), place);
            let until = key
                .retired
                .map(place)
                .map(|until| format!("，自{until}起停用；此前签发的检查点和证明仍用它核验"));
            let words = match keys {
                [_] => String::new(),
                _ => format!("自{since}起使用{}。", until.unwrap_or_default()),
            };
            KeyLine { vkey: key.verifier.to_string(), retired: key.retired.is_some(), words }
        };
        keys.iter().rev().map(line).collect()
    }
}

/// What verify.js trusts: every key, and of one that was retired the largest checkpoint that it signed.
pub fn trusted_keys(keys: &[LogKey]) -> String {
    let one =
        |key: &LogKey| serde_json::json!({ "vkey": key.verifier.to_string(), "until": key.known });
    serde_json::Value::Array(keys.iter().map(one).collect()).to_string()
}

struct Newest {
    size: u64,
    at: String,
    root: String,
    note: String,
}

/// `GET /log`
pub async fn show(caller: Caller) -> Answer<HttpResponse> {
    let newest = log::newest(&caller.desk).await?.map(|published| Newest {
        size: published.size,
        at: look_up::public::moment(published.sealed_at),
        root: published.root.hex(),
        note: published.note,
    });
    let witnesses = standing::standing(&caller.desk).await?;
    let authorities = stamp::standing(&caller.desk).await?;
    Ok(render::page(&Page {
        authorities: authorities.into_iter().map(AuthorityLine::of).collect(),
        witnesses: witnesses.into_iter().map(WitnessLine::of).collect(),
        frame: caller.public("/log"),
        origin: log::origin(&caller.desk.house).to_owned(),
        keys: KeyLine::all(&log::keys(&caller.desk).await?),
        gaps: log::gaps(&caller.desk).await?.iter().map(GapLine::of).collect(),
        newest,
        stopped: caller.shared.signing.borrow().is_some(),
    }))
}

/// `GET /log/checkpoint`: the newest signed note with the cosignatures collected so far.
pub async fn checkpoint(shared: web::Data<Shared>) -> Answer<HttpResponse> {
    let desk = Desk::new(shared.house.clone(), None);
    let published = log::newest(&desk).await?.ok_or(Error::Busy)?;
    Ok(text(log::CHECKPOINT_SERVED, published.note))
}

/// `POST /log/cosignatures`: a checkpoint of this log as a note, cosigned by a witness that fetched it by itself.
/// What counts is the signature, so nobody signs in.
pub async fn cosignatures(shared: web::Data<Shared>, Whole(body): Whole) -> Answer<HttpResponse> {
    let desk = Desk::new(shared.house.clone(), None);
    let note = str::from_utf8(&body).map_err(|_| Error::invalid("note", "内容不是签名文本。"))?;
    accept::receive(&desk, note).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /log/vkey`: the keys that its signatures are checked with, one a line, the outgoing one first.
pub async fn verifier_key(shared: web::Data<Shared>) -> Answer<HttpResponse> {
    let keys = log::keys(&Desk::new(shared.house.clone(), None)).await?;
    let in_use = keys.iter().filter(|key| key.retired.is_none());
    let lines: String = in_use.map(|key| format!("{}\n", key.verifier)).collect();
    Ok(text(Served { keep: "public, max-age=3600", ..log::CHECKPOINT_SERVED }, lines))
}

fn text(served: Served, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(served.media_type)
        .insert_header((header::CACHE_CONTROL, served.keep))
        .insert_header(ANY_SITE)
        .body(body)
}

/// `GET /log/tile/…`: hash tiles and entry bundles. The address is read as it was sent, so that a tile has
/// one spelling here too.
pub async fn tile(shared: web::Data<Shared>, request: HttpRequest) -> HttpResponse {
    let desk = Desk::new(shared.house.clone(), None);
    match read_tile(&desk, request.path()).await {
        Ok((path, bytes)) => {
            let served = log::served(path);
            HttpResponse::Ok()
                .content_type(served.media_type)
                .insert_header((header::CACHE_CONTROL, served.keep))
                .insert_header(ANY_SITE)
                .body(bytes)
        }
        Err(fault) => {
            // What is not there now may be there in a second.
            let mut response = HttpResponse::from_error(Problem(fault));
            let keep = header::HeaderValue::from_static("no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, keep);
            response
        }
    }
}

async fn read_tile(desk: &Desk, address: &str) -> Result<(TilePath, Vec<u8>), Error> {
    let none = Error::NotFound("日志分块");
    let Some(Ok(path)) = address.strip_prefix("/log/").map(str::parse::<TilePath>) else {
        return Err(none);
    };
    Ok((path, log::tile(desk, path).await?))
}
