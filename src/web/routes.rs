//! Every route of the product in one list, with who may use it. The permission test walks this list.

use super::{health, log, look::assets, office, public};
use actix_web::web::{self, ServiceConfig};

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
            $(config.service(web::resource($path)$(.route(web::$method().to($handler)))+);)+
        }
    };
}

routes! {
    // Citizens.
    Anyone "/" { get: public::home::show }
    Anyone "/disclosures" { get: public::disclosures::list }
    Anyone "/disclosures.csv" { get: public::files::csv }
    Anyone "/disclosures.atom" { get: public::files::atom }
    Anyone "/disclosures/{number}/proof.json" { get: public::item::proof }
    Anyone "/disclosures/{number}" { get: public::item::show }
    Anyone "/agencies" { get: public::agencies::list }
    Anyone "/agencies/{code}" { get: public::agencies::show }
    Anyone "/officers/verify" { get: public::officers::verify }
    Anyone "/verify" { get: public::verify::show }
    Anyone "/site-map" { get: public::about::site_map }
    Anyone "/privacy" { get: public::about::privacy }
    Anyone "/accessibility" { get: public::about::accessibility }

    // The log, and those who watch the service.
    Anyone "/log" { get: log::show }
    Anyone "/log/checkpoint" { get: log::checkpoint }
    Anyone "/log/vkey" { get: log::verifier_key }
    Anyone "/log/tile/{path:.*}" { get: log::tile }
    Anyone "/healthz" { get: health::alive }
    Anyone "/readyz" { get: health::ready }

    // Officers, reviewers, clerks, heads, supervisors, administrators.
    Anyone "/office/sign-in" { get: office::sign_in::show, post: office::sign_in::post }
    SignedIn "/office/sign-out" { post: office::sign_in::sign_out }
    SignedIn "/office" { get: office::home::show }
}
