//! The OpenAPI document of the API, made from the handlers themselves.

use super::{
    cases, disclosures, drafts, exhibits, forms, items, json, keys, log, people, records, session,
    set_up, work,
};
use crate::desk::Reason;
use actix_web::{HttpResponse, http::StatusCode};
use utoipa::{
    Modify, OpenApi, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, RefOr, ResponseBuilder,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(title = "执鉴 API", description = "Everything the pages do, for programs. Errors are RFC 9457 \
        problems in Chinese. Uploads go to /files by tus 1.0."),
    paths(
        session::sign_in, session::sign_out, session::me, session::password,
        cases::list, cases::one, cases::exhibits, cases::dossier, exhibits::content, exhibits::poster,
        forms::one, drafts::list, drafts::prepare, drafts::one, drafts::sign, drafts::rekey,
        drafts::discard,
        set_up::set_up, records::submit, records::receipt, work::reviews, work::review, work::undisclosed,
        work::published, work::overdue,
        work::exhibits_checked,
        items::list, items::one, items::enter, items::change,
        people::list, people::enter, people::change, keys::list, keys::enrol, keys::revoke,
        disclosures::list, disclosures::one, disclosures::proof,
        disclosures::receipt, disclosures::agencies,
        disclosures::agency, disclosures::officer, disclosures::portal, log::head,
        document,
    ),
    components(schemas(ProblemDocument, Fault)),
    modifiers(&Everywhere),
)]
pub struct Document;

/// A problem (RFC 9457).
#[derive(ToSchema)]
#[expect(dead_code, reason = "described here, written by `web::problem`")]
struct ProblemDocument {
    /// `urn:zhijian:problem:` and a stable word.
    r#type: String,
    /// What happened, in Chinese.
    title: String,
    /// What is safe and what to do, in Chinese.
    detail: String,
    /// HTTP status.
    status: u16,
    /// Faulty fields, if any.
    faults: Option<Vec<Fault>>,
    /// All reasons of a refusal, if it is one.
    reasons: Option<Vec<Reason>>,
}

/// A faulty field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described here, written by `web::problem`")]
struct Fault {
    /// The field's name in the form.
    field: String,
    /// What is wrong with it, in Chinese.
    text: String,
}

/// What holds for every operation: how one signs in, and what a refusal looks like.
struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let cookie = ApiKey::Cookie(ApiKeyValue::new("zhijian"));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let token = ApiKey::Header(ApiKeyValue::new("X-CSRF-Token"));
        components.add_security_scheme("csrf", SecurityScheme::ApiKey(token));
        let content = ContentBuilder::new().schema(Some(ProblemDocument::schema())).build();
        let problem = ResponseBuilder::new()
            .description("A problem (RFC 9457): type, title, detail, status, faults, reasons")
            .content("application/problem+json", content)
            .build();
        for item in document.paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.post, &mut item.put, &mut item.delete, &mut item.patch];
            for operation in operations.into_iter().flatten() {
                // Handlers of different files share names; with its tag each is one of a kind.
                let tag = operation.tags.as_ref().and_then(|tags| tags.first()).cloned();
                let name = operation.operation_id.take().unwrap_or_default();
                operation.operation_id = Some(format!("{}_{name}", tag.unwrap_or_default()));
                let responses = &mut operation.responses.responses;
                responses.insert("default".into(), RefOr::T(problem.clone()));
            }
        }
    }
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "public",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub async fn document() -> HttpResponse {
    json(StatusCode::OK, &Document::openapi())
}
