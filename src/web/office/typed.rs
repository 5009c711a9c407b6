//! What somebody typed into a form that was not taken, because their session had ended or another had begun. The
//! page that says so carries it, nothing of it is kept here, and after signing in it stands in the form again, not
//! sent. Passwords, keys and signatures are never carried.

use super::{items, people, record};
use crate::{
    desk::prepare::Subject,
    web::{
        caller::{Caller, Values},
        problem::{Answer, Said},
        routes::{LIST, Route},
    },
};
use actix_web::{HttpResponse, http::StatusCode};

/// A form's values on a request that was turned away, for [`instead`].
pub struct Typed(Values);

/// What stands before a value's name while a page carries it.
const CARRIED: &str = "typed.";

/// What is typed anew or made anew.
const SECRET: [&str; 10] = [
    "csrf",
    "password",
    "old_password",
    "new_password",
    "new_password_again",
    "signature",
    "signing_key",
    "key",
    "public_key",
    "proof",
];

const ENDED: &str = "提交时登录已经失效，没有保存任何内容，请核对后重新提交。";
const STALE: &str = "页面打开之后重新登录过，没有保存任何内容，请核对后重新提交。";
const MOVED: &str = "您打开表单之后案件又有了新的记录，请先核对案卷，再重新提交。";
const AMENDED: &str = "您打开表单之后该公示信息已经更正，请先核对现在公示的内容，再重新提交。";

impl Typed {
    /// What may be carried of `values`; none when nothing is left.
    pub fn of(mut values: Values) -> Option<Typed> {
        values.retain(|name, all| {
            !SECRET.contains(&name.as_str()) && all.iter().any(|value| !value.is_empty())
        });
        (!values.is_empty()).then_some(Typed(values))
    }

    /// What the sign-in form carried back.
    pub fn returned(values: &Values) -> Option<Typed> {
        let back = |(name, all): (&String, &Vec<String>)| {
            Some((name.strip_prefix(CARRIED)?.to_owned(), all.clone()))
        };
        Typed::of(values.iter().filter_map(back).collect())
    }

    /// Names and values of the hidden inputs that carry it.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let one = |name: &String, value: &String| (format!("{CARRIED}{name}"), value.clone());
        self.0
            .iter()
            .flat_map(|(name, all)| all.iter().map(move |value| one(name, value)))
            .collect()
    }
}

/// The page to show instead of an error of `path`, so that nothing typed is lost; none when there is no form for it.
pub async fn instead(
    caller: &Caller,
    path: &str,
    said: &Said,
    typed: &Typed,
) -> Answer<Option<HttpResponse>> {
    match said.status {
        StatusCode::UNAUTHORIZED if form_of(path).is_some() => {
            Ok(Some(super::sign_in::ask(caller, path, typed)))
        }
        StatusCode::CONFLICT => filled(caller, path, typed, STALE, said.status).await,
        _ => Ok(None),
    }
}

/// After signing in: the form of `path` as it was typed, not sent; none when there is no form for it.
pub async fn restored(caller: &Caller, path: &str, typed: &Typed) -> Answer<Option<HttpResponse>> {
    filled(caller, path, typed, ENDED, StatusCode::OK).await
}

/// A form that can be shown again as it was typed.
enum Form<'p> {
    Record(Subject, &'p str),
    Item,
    Person,
}

fn form_of(path: &str) -> Option<Form<'_>> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["office", "cases", "new"] => Some(Form::Record(Subject::NewCase, "filing")),
        ["office", "cases", case, "records", kind] => {
            Some(Form::Record(Subject::Case(case.parse().ok()?), kind))
        }
        ["office", "disclosures", number, "records", kind] => {
            Some(Form::Record(Subject::Disclosure((*number).to_owned()), kind))
        }
        ["office", "items", "new"] => Some(Form::Item),
        ["office", "people"] => Some(Form::Person),
        _ => None,
    }
}

async fn filled(
    caller: &Caller,
    path: &str,
    Typed(typed): &Typed,
    why: &str,
    status: StatusCode,
) -> Answer<Option<HttpResponse>> {
    let Some(form) = form_of(path) else { return Ok(None) };
    let page = match form {
        Form::Item => items::again(caller, typed, Vec::new(), why, status),
        Form::Person => people::again(caller, typed, Vec::new(), why, status).await,
        Form::Record(subject, kind) => {
            let moved = match subject {
                Subject::Disclosure(_) => AMENDED,
                Subject::NewCase | Subject::Case(_) => MOVED,
            };
            record::again(caller, kind, &subject, typed, (why, moved), status).await
        }
    };
    page.map(Some)
}

/// The nearest page at or above `path`: where an address that only takes forms was reached from.
pub fn page_above(path: &str) -> &str {
    let mut path = path;
    while !path.is_empty() {
        if LIST.iter().any(|route| route.methods.contains(&"get") && fits(route, path)) {
            return path;
        }
        path = path.rsplit_once('/').map_or("", |(above, _)| above);
    }
    "/office"
}

fn fits(route: &Route, path: &str) -> bool {
    let (pattern, path) = (route.path.split('/'), path.split('/'));
    pattern.clone().count() == path.clone().count()
        && pattern.zip(path).all(|(want, is)| want == is || want.starts_with('{') && !is.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_carried() {
        let values = crate::web::caller::parse(
            b"csrf=1&password=2&signature=3&name=%E7%94%B2&name=%E4%B9%99&blank=",
        );
        let typed = Typed::of(values.unwrap()).unwrap();
        let hidden = typed.hidden();
        let pair = |value: &str| ("typed.name".to_owned(), value.to_owned());
        assert_eq!(hidden, [pair("甲"), pair("乙")]);
        let mut back = Values::from([("login".into(), vec!["x".into()])]);
        for (name, value) in hidden {
            back.entry(name).or_default().push(value);
        }
        back.insert("typed.password".into(), vec!["4".into()]);
        assert_eq!(Typed::returned(&back).unwrap().0, typed.0);
        assert!(Typed::of(Values::from([("password".into(), vec!["2".into()])])).is_none());
    }

    #[test]
    fn every_form_has_a_page_to_go_back_to() {
        for (path, page) in [
            ("/office/people/1/active", "/office/people"),
            ("/office/cases/1/exhibits", "/office/cases/1"),
            ("/office/cases/1/records/notice", "/office/cases/1/records/notice"),
            (
                "/office/disclosures/1/records/correction",
                "/office/disclosures/1/records/correction",
            ),
            ("/office/drafts/1/discard", "/office/drafts/1"),
            ("/office/items/SJ-1/active", "/office/items"),
            ("/office/password", "/office"),
            ("/office/sign-out", "/office"),
        ] {
            assert_eq!(page_above(path), page);
        }
    }
}
