//! For whoever watches the service: is the process there, can it work. Needs no sign-in and names nothing private.

use super::Shared;
use crate::desk::{
    Desk,
    cosign::standing::{self, Standing},
    ready, stamp,
};
use actix_web::{HttpResponse, http::header, web};
use serde_json::{Value, json};

/// `GET /healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "status": "ok" }))
}

/// `GET /readyz`: the database answers, the disk takes bytes, the log is still signed; 503 if not. Witnesses are told
/// of and never make it 503: without them the service can still do its work.
pub async fn ready(shared: web::Data<Shared>) -> HttpResponse {
    let condition = ready::check(&shared.house).await;
    let signing = shared.signing.borrow().clone().map_or(Ok(()), Err);
    let checks = [("database", condition.database), ("disk", condition.disk), ("signing", signing)];
    let well = checks.iter().all(|(_, result)| result.is_ok());
    let mut said = json!({ "status": if well { "ready" } else { "not ready" } });
    for (name, result) in checks {
        said[name] = result.map_or_else(Value::from, |()| Value::from("ok"));
    }
    let desk = Desk::new(shared.house.clone(), None);
    match standing::standing(&desk).await {
        Ok(witnesses) => said["witnesses"] = witnesses.iter().map(witness).collect(),
        Err(fault) => tracing::warn!(%fault, "how the witnesses stand cannot be told"),
    }
    if let Ok(authorities) = stamp::standing(&desk).await {
        said["timestamps"] = authorities.iter().map(authority).collect();
    }
    let mut answer = if well { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(said)
}

fn authority(standing: &stamp::Standing) -> Value {
    json!({
        "name": standing.name, "current": standing.current,
        "state": if standing.current { "正常" } else { "暂未加盖" },
        "size": standing.size, "at": standing.at, "fault": standing.fault,
    })
}

fn witness(standing: &Standing) -> Value {
    let words = match (standing.current, standing.refused, standing.at) {
        (true, ..) => "见证有效",
        (false, true, _) => "见证方拒绝联署",
        (false, false, None) => "尚未联署",
        (false, false, Some(_)) => "联署已中断",
    };
    json!({
        "name": standing.name, "current": standing.current, "state": words,
        "size": standing.size, "at": standing.at, "fault": standing.fault,
    })
}
