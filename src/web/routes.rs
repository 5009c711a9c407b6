//! Every route of the product in one list, with who may use it. The permission test walks this list.

use super::{look::assets, office, public};
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

    // Officers, reviewers, clerks, heads, supervisors, administrators.
    Anyone "/office/sign-in" { get: office::sign_in::show, post: office::sign_in::post }
    SignedIn "/office/sign-out" { post: office::sign_in::sign_out }
    SignedIn "/office" { get: office::home::show }
    SignedIn "/office/cases" { get: office::cases::list }
    SignedIn "/office/cases/new" { get: office::record::new, post: office::record::file }
    SignedIn "/office/cases/{id}" { get: office::case::show }
    SignedIn "/office/cases/{id}/records/{kind}" { get: office::record::show, post: office::record::post }
    SignedIn "/office/drafts/{id}" { get: office::draft::show, post: office::draft::post }
    SignedIn "/office/drafts/{id}/discard" { post: office::draft::discard }
    SignedIn "/office/drafts/{id}/key" { post: office::draft::key }
    SignedIn "/office/reviews" { get: office::reviews::list }
    SignedIn "/office/reviews/{case}" { get: office::reviews::show }
    SignedIn "/office/disclosures" { get: office::disclosures::list }
    SignedIn "/office/overdue" { get: office::overdue::list }
    SignedIn "/office/people" { get: office::people::list, post: office::people::add }
    SignedIn "/office/people/{id}/active" { post: office::people::set_active }
    SignedIn "/office/keys" { get: office::keys::list, post: office::keys::enrol }
    SignedIn "/office/keys/{id}/revoke" { post: office::keys::revoke }
    SignedIn "/office/exhibits/{id}/content" { get: office::exhibits::content }
    SignedIn "/office/exhibits/{id}/poster" { get: office::exhibits::poster }
    Anyone "/set-up/{token}" { get: office::set_up::show, post: office::set_up::post }
}
