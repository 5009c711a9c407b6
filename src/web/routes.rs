//! Every route of the product in one list, with who may use it. The permission test walks this list.

use super::{api, caller, files, health, log, look::assets, office, public, security};
use actix_web::{
    http::Method,
    middleware,
    web::{self, ServiceConfig},
};

/// Who may use a route at all; the desk decides the rest where the data is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without signing in.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
}

/// One address with its methods.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Path pattern as actix reads it.
    pub path: &'static str,
    /// Methods in lower case.
    pub methods: &'static [&'static str],
    /// Who may use it.
    pub access: Access,
}

macro_rules! routes {
    ($($access:ident $path:literal { $($method:ident: $handler:path),+ $(,)? })+) => {
        /// The list.
        pub const LIST: &[Route] = &[$(Route {
            path: $path,
            methods: &[$(stringify!($method)),+],
            access: Access::$access,
        }),+];

        /// Registers the list.
        pub fn configure(config: &mut ServiceConfig) {
            assets::configure(config);
            $({
                let resource = web::resource($path);
                $(let resource = route!(resource, $method, $handler);)+
                config.service(door!(resource, $access));
            })+
        }
    };
}

/// Who gets to the handlers of an address at all. What everybody may read goes compressed where that is asked for.
macro_rules! door {
    ($resource:ident, Anyone) => {
        $resource
            .wrap(middleware::from_fn(api::tagged))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(security::plain_for_signed_in))
            .wrap(middleware::from_fn(security::refuse_nul))
    };
    ($resource:ident, SignedIn) => {
        $resource
            .wrap(middleware::from_fn(api::tagged))
            .wrap(middleware::from_fn(security::refuse_nul))
            .wrap(middleware::from_fn(caller::signed_in_only))
    };
}

/// One method of an address. What answers GET answers HEAD too (RFC 9110 §9.1).
macro_rules! route {
    ($resource:ident, get, $handler:path) => {
        $resource.route(web::get().to($handler)).route(web::head().to($handler))
    };
    ($resource:ident, options, $handler:path) => {
        $resource.route(web::method(Method::OPTIONS).to($handler))
    };
    ($resource:ident, $method:ident, $handler:path) => {
        $resource.route(web::$method().to($handler))
    };
}

routes! {
    // Citizens.
    Anyone "/" { get: public::home::show }
    Anyone "/disclosures" { get: public::disclosures::list }
    Anyone "/disclosures.csv" { get: public::files::csv }
    Anyone "/disclosures.atom" { get: public::files::atom }
    Anyone "/disclosures/{number}/proof.json" { get: public::item::proof }
    Anyone "/disclosures/{number}/receipt.tlog-proof" { get: public::item::receipt }
    Anyone "/disclosures/{number}" { get: public::item::show }
    Anyone "/agencies" { get: public::agencies::list }
    Anyone "/agencies/{code}" { get: public::agencies::show }
    Anyone "/officers/verify" { get: public::officers::verify }
    Anyone "/verify" { get: public::verify::show }
    Anyone "/verify/rules.json" { get: public::verify::rules }
    Anyone "/site-map" { get: public::about::site_map }
    Anyone "/privacy" { get: public::about::privacy }
    Anyone "/accessibility" { get: public::about::accessibility }

    // The log, and those who watch the service.
    Anyone "/log" { get: log::show }
    Anyone "/log/checkpoint" { get: log::checkpoint }
    Anyone "/log/cosignatures" { post: log::cosignatures }
    Anyone "/log/vkey" { get: log::verifier_key }
    Anyone "/log/tile/{path:.*}" { get: log::tile }
    Anyone "/healthz" { get: health::alive }
    Anyone "/readyz" { get: health::ready }

    // Officers, reviewers, clerks, heads, supervisors, administrators.
    Anyone "/office/sign-in" { get: office::sign_in::show, post: office::sign_in::post }
    SignedIn "/office/sign-out" { post: office::sign_in::sign_out }
    SignedIn "/office" { get: office::home::show }
    SignedIn "/office/cases" { get: office::cases::list }
    SignedIn "/office/cases/new" { get: office::record::new, post: office::record::file }
    SignedIn "/office/cases/{id}" { get: office::case::show }
    SignedIn "/office/cases/{id}/exhibits" { post: office::exhibits::take }
    SignedIn "/office/cases/{id}/records/{kind}" { get: office::record::show, post: office::record::post }
    SignedIn "/office/cases/{id}/dossier" { post: office::case::dossier }
    SignedIn "/office/records/{id}/receipt" { get: office::record::receipt }
    SignedIn "/office/drafts/{id}" { get: office::draft::show, post: office::draft::post }
    SignedIn "/office/drafts/{id}/discard" { post: office::draft::discard }
    SignedIn "/office/drafts/{id}/key" { post: office::draft::key }
    SignedIn "/office/reviews" { get: office::reviews::list }
    SignedIn "/office/reviews/{case}" { get: office::reviews::show }
    SignedIn "/office/disclosures" { get: office::disclosures::list }
    SignedIn "/office/disclosures/published" { get: office::published::list }
    SignedIn "/office/disclosures/{number}/records/{kind}" { get: office::record::amend, post: office::record::post_amended }
    SignedIn "/office/overdue" { get: office::overdue::list }
    SignedIn "/office/items" { get: office::items::list }
    SignedIn "/office/items/new" { get: office::items::new, post: office::items::enter }
    SignedIn "/office/items/{code}/active" { post: office::items::set_active }
    SignedIn "/office/people" { get: office::people::list, post: office::people::add }
    SignedIn "/office/people/{id}/active" { post: office::people::set_active }
    SignedIn "/office/keys" { get: office::keys::list, post: office::keys::enrol }
    SignedIn "/office/keys/{id}/revoke" { post: office::keys::revoke }
    SignedIn "/office/password" { post: office::keys::password }
    SignedIn "/office/exhibits/{id}/content" { get: office::exhibits::content }
    SignedIn "/office/exhibits/{id}/poster" { get: office::exhibits::poster }
    Anyone "/set-up/{token}" { get: office::set_up::show, post: office::set_up::post }

    // Resumable upload (tus 1.0).
    SignedIn "/files" { post: files::create, options: files::options }
    SignedIn "/files/{id}" {
        head: files::head, patch: files::patch, delete: files::delete,
        post: files::instead, options: files::options,
    }

    // Programs.
    Anyone "/api/openapi.json" { get: api::document::document }
    Anyone "/api/v1/agencies" { get: api::disclosures::agencies }
    Anyone "/api/v1/agencies/{code}" { get: api::disclosures::agency }
    Anyone "/api/v1/officers" { get: api::disclosures::officer }
    Anyone "/api/v1/portal" { get: api::disclosures::portal }
    Anyone "/api/v1/disclosures" { get: api::disclosures::list }
    Anyone "/api/v1/disclosures/{number}" { get: api::disclosures::one }
    Anyone "/api/v1/disclosures/{number}/proof" { get: api::disclosures::proof }
    Anyone "/api/v1/disclosures/{number}/receipt" { get: api::disclosures::receipt }
    Anyone "/api/v1/log" { get: api::log::head }
    Anyone "/api/v1/set-up" { post: api::set_up::set_up }
    Anyone "/api/v1/session" { post: api::session::sign_in, delete: api::session::sign_out }
    SignedIn "/api/v1/me" { get: api::session::me }
    SignedIn "/api/v1/cases" { get: api::cases::list }
    SignedIn "/api/v1/cases/{id}" { get: api::cases::one }
    SignedIn "/api/v1/cases/{id}/exhibits" { get: api::cases::exhibits }
    SignedIn "/api/v1/cases/{id}/dossier" { post: api::cases::dossier }
    SignedIn "/api/v1/exhibits/{id}/content" { get: api::exhibits::content }
    SignedIn "/api/v1/exhibits/{id}/poster" { get: api::exhibits::poster }
    SignedIn "/api/v1/forms/{kind}" { get: api::forms::one }
    SignedIn "/api/v1/session/password" { post: api::session::password }
    SignedIn "/api/v1/drafts" { get: api::drafts::list, post: api::drafts::prepare }
    SignedIn "/api/v1/drafts/{id}" { get: api::drafts::one, delete: api::drafts::discard }
    SignedIn "/api/v1/drafts/{id}/key" { post: api::drafts::rekey }
    SignedIn "/api/v1/drafts/{id}/signatures" { post: api::drafts::sign }
    SignedIn "/api/v1/records" { post: api::records::submit }
    SignedIn "/api/v1/records/{id}/receipt" { get: api::records::receipt }
    SignedIn "/api/v1/reviews" { get: api::work::reviews }
    SignedIn "/api/v1/reviews/{case}" { get: api::work::review }
    SignedIn "/api/v1/undisclosed" { get: api::work::undisclosed }
    SignedIn "/api/v1/published" { get: api::work::published }
    SignedIn "/api/v1/overdue" { get: api::work::overdue }
    SignedIn "/api/v1/fixity" { get: api::work::exhibits_checked }
    SignedIn "/api/v1/items" { get: api::items::list, post: api::items::enter }
    SignedIn "/api/v1/items/{code}" { get: api::items::one, patch: api::items::change }
    SignedIn "/api/v1/people" { get: api::people::list, post: api::people::enter }
    SignedIn "/api/v1/people/{id}" { patch: api::people::change }
    SignedIn "/api/v1/keys" { get: api::keys::list, post: api::keys::enrol }
    SignedIn "/api/v1/keys/{id}/revocation" { post: api::keys::revoke }
}
