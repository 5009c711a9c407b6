//! The disclosure site: what everybody reads, searches and checks. Keeps nothing about who asks.

pub mod about;
pub mod agencies;
pub mod asked;
pub mod disclosures;
pub mod files;
pub mod home;
pub mod item;
pub mod officers;
pub mod qr;
pub mod verify;

use super::Shared;
use actix_web::HttpRequest;

/// The class of a tag for an item's state word.
fn state_class(state: &str) -> &'static str {
    match state {
        "withdrawn" => "danger",
        "corrected" | "expired" => "warn",
        _ => "ok",
    }
}

/// A count as figures show it: `3,186`, `100,000+` where there are more than were counted.
fn count_words(count: &i64, more: &bool) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if *more {
        text.push('+');
    }
    text
}

/// The class of what is good, or not.
fn good_class(good: &bool) -> &'static str {
    if *good { "ok" } else { "danger" }
}

/// The address under which this request reached the site, without a slash at the end.
fn site_address(request: &HttpRequest, shared: &Shared) -> String {
    let reached = request.connection_info();
    let scheme = if shared.https { "https" } else { reached.scheme() };
    format!("{scheme}://{}", reached.host())
}
