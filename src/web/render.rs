//! Turning templates and errors into answers.

use super::{
    caller::{self, size_asked, size_cookie},
    look::{Frame, Objection, Weight},
    office::typed::{self, Typed},
    problem::{self, Problem, Said},
};
use crate::desk::{Error, Reason};
use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
};
use askama::Template;

/// A page with status 200.
pub fn page(template: &impl Template) -> HttpResponse {
    page_with(StatusCode::OK, template)
}

/// A page with its true status.
pub fn page_with(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(to_the_letter(html)),
        Err(fault) => HttpResponse::from_error(Problem(Error::broken(fault))),
    }
}

/// A page takes a carriage return for a line feed unless it is written by number, and what is compared with a signed
/// text before signing or in a check would not be that text. Templates have none; it comes from a program's record.
fn to_the_letter(html: String) -> String {
    if html.contains('\r') { html.replace('\r', "&#13;") } else { html }
}

/// After a form was taken: look at `to` with GET.
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

/// The page for an address that leads nowhere.
pub async fn no_such_page() -> Result<HttpResponse, Problem> {
    Err(Problem(Error::NotFound("页面")))
}

/// A refusal's reasons as the pages show them; `href` gives the place that would remedy each.
pub fn objections(reasons: &[Reason], href: impl Fn(&str) -> (String, String)) -> Vec<Objection> {
    reasons
        .iter()
        .map(|reason| {
            let (href, fix) =
                if reason.fix.is_empty() { Default::default() } else { href(&reason.fix) };
            Objection {
                weight: Weight::Must,
                text: reason.text.clone(),
                article: reason.article.clone(),
                fix,
                href,
            }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    said: Said,
    sign_in: String,
    reasons: Vec<Objection>,
}

/// The same between the office's band and navigation.
#[derive(Template)]
#[template(path = "office/error.html")]
struct OfficeErrorPage {
    frame: Frame,
    said: Said,
    sign_in: String,
    reasons: Vec<Objection>,
}

/// Dresses the errors of page requests as pages, and keeps the text size that a link asked for.
pub async fn dress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asked = size_asked(request.request());
    let response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => return Err(error),
    };
    let (request, mut response) = response.into_parts();
    if let Some(size) = asked {
        // A cookie that cannot be written only means that the choice is not remembered.
        let _ = response.add_cookie(&size_cookie(size));
    }
    let said = response.extensions_mut().remove::<Said>();
    let wrong_method = said.is_none() && response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let (said, response) = match said {
        None if wrong_method => {
            let allow = response.headers().get(header::ALLOW).cloned();
            let said = problem::wrong_method();
            let mut worded = said.clone().response();
            if let Some(allow) = allow {
                worded.headers_mut().insert(header::ALLOW, allow);
            }
            (Some(said), worded)
        }
        said => (said, response),
    };
    let response = match said {
        Some(said) if wants_page(&request) => error_page(&request, said, &response).await,
        _ => response,
    };
    Ok(ServiceResponse::new(request, response))
}

async fn error_page(request: &HttpRequest, said: Said, bare: &HttpResponse) -> HttpResponse {
    let caller = caller::caller(request).await.ok();
    let office = request.path().starts_with("/office") || request.path().starts_with("/set-up");
    let frame = match &caller {
        Some(caller) if office => caller.office(""),
        Some(caller) => caller.public(""),
        None => Frame::default(),
    };
    let typed = request.extensions_mut().remove::<Typed>();
    let form = match (&caller, typed) {
        (Some(caller), Some(typed)) => {
            typed::instead(caller, request.path(), &said, &typed).await.ok().flatten()
        }
        _ => None,
    };
    let mut dressed = form.unwrap_or_else(|| plain_page(request, frame, said, office));
    for name in [header::RETRY_AFTER, header::SET_COOKIE, header::ALLOW, header::CONTENT_RANGE] {
        if let Some(value) = bare.headers().get(&name) {
            dressed.headers_mut().insert(name, value.clone());
        }
    }
    dressed
}

/// What the error says, and the way to sign in where that is what it takes.
fn plain_page(request: &HttpRequest, frame: Frame, said: Said, office: bool) -> HttpResponse {
    let status = said.status;
    let reasons = objections(&said.reasons, |_| (String::new(), String::new()));
    let sign_in = match status {
        StatusCode::UNAUTHORIZED => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("next", typed::page_above(request.path()));
            format!("/office/sign-in?{}", query.finish())
        }
        _ => String::new(),
    };
    if office {
        page_with(status, &OfficeErrorPage { frame, said, sign_in, reasons })
    } else {
        page_with(status, &ErrorPage { frame, said, sign_in, reasons })
    }
}

/// Programs ask under `/api`, `/files` and `/log`, or say that they take no HTML.
fn wants_page(request: &HttpRequest) -> bool {
    let path = request.path();
    let program = ["/api/", "/files", "/log/", "/healthz", "/readyz"];
    if program.iter().any(|prefix| path.starts_with(prefix)) {
        return false;
    }
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"))
}
