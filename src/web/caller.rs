//! Who makes a request: the session's cookie becomes a [`Desk`], a form's token proves it was meant.

use super::{
    Shared,
    look::{Entry, Frame, SignedIn, Size},
    office::typed::Typed,
    problem::Problem,
};
use crate::desk::{Desk, Error, Role, Who, enter_item::KEEPERS, sign_in};
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    body::{BoxBody, MessageBody},
    cookie::{Cookie, SameSite, time::Duration},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web,
};
use futures_util::future::LocalBoxFuture;
use std::collections::BTreeMap;

/// The cookie that remembers the text size.
const SIZE_COOKIE: &str = "size";

/// A request's desk, with what pages need around it.
pub struct Caller {
    /// The desk, with the signed-in person if there is one.
    pub desk: Desk,
    /// What is shared by all requests.
    pub shared: Shared,
    /// Text size asked for.
    pub size: Size,
    /// The query without the text size, for links to the same page.
    pub rest: String,
}

impl Caller {
    /// The signed-in person.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub fn who(&self) -> Result<&Who, Error> {
        self.desk.who()
    }

    /// The frame of a public page in `section`.
    pub fn public(&self, section: &str) -> Frame {
        let nav = [
            ("/", "首页"),
            ("/agencies", "事前公示"),
            ("/disclosures", "事后公示"),
            ("/verify", "存证核验"),
            ("/log", "存证日志"),
        ];
        self.frame(section, &nav)
    }

    /// The frame of an office page in `section`; the entries follow the person's roles.
    pub fn office(&self, section: &str) -> Frame {
        let mut nav = vec![("/office", "工作台")];
        if let Some(who) = &self.desk.who {
            let all: [(&str, &str, &[Role]); 7] = [
                (
                    "/office/cases",
                    "案件",
                    &[Role::Officer, Role::Head, Role::Reviewer, Role::Clerk, Role::Supervisor],
                ),
                ("/office/reviews", "法制审核", &[Role::Reviewer, Role::Head, Role::Supervisor]),
                ("/office/disclosures", "待公示", &[Role::Clerk, Role::Head, Role::Supervisor]),
                ("/office/overdue", "期限监督", &[Role::Head, Role::Supervisor]),
                ("/office/items", "执法事项", &KEEPERS),
                ("/office/people", "人员", &[Role::Administrator, Role::Supervisor]),
                ("/office/keys", "我的密钥", &Role::ALL),
            ];
            nav.extend(
                all.iter().filter(|(_, _, r)| who.is_any(r)).map(|(href, l, _)| (*href, *l)),
            );
        }
        self.frame(section, &nav)
    }

    fn frame(&self, section: &str, nav: &[(&str, &str)]) -> Frame {
        Frame {
            site: self.shared.site.clone(),
            size: self.size,
            rest: self.rest.clone(),
            nav: nav.iter().map(|(href, label)| Entry::new(*href, *label)).collect(),
            section: section.to_owned(),
            query: String::new(),
            person: self.desk.who.as_ref().map(|who| SignedIn {
                name: who.name.clone(),
                roles: who.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、"),
                csrf: who.csrf.clone(),
            }),
        }
    }

    /// The CSRF token for this person's forms, empty when nobody is signed in.
    pub fn csrf(&self) -> String {
        self.desk.who.as_ref().map(|who| who.csrf.clone()).unwrap_or_default()
    }

    /// Makes sure a program's changing request carries the session's token in `X-CSRF-Token`.
    ///
    /// # Errors
    /// `NotSignedIn`, or `Forbidden` without the right token.
    pub fn meant(&self, request: &HttpRequest) -> Result<&Who, Error> {
        let who = self.who()?;
        let token = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok());
        if token == Some(who.csrf.as_str()) {
            Ok(who)
        } else {
            Err(Error::Forbidden("提交没有校验码的请求（缺少 X-CSRF-Token）"))
        }
    }
}

/// Name of the session's cookie; the `__Host-` prefix needs https.
pub fn session_cookie_name(https: bool) -> &'static str {
    if https { "__Host-zhijian" } else { "zhijian" }
}

/// The cookie that carries a session's token; an empty token takes it away.
pub fn session_cookie(shared: &Shared, token: String) -> Cookie<'static> {
    let gone = token.is_empty();
    let cookie = Cookie::build(session_cookie_name(shared.https), token)
        .path("/")
        .http_only(true)
        .secure(shared.https)
        .same_site(SameSite::Lax);
    if gone { cookie.max_age(Duration::ZERO).finish() } else { cookie.finish() }
}

/// The cookie that remembers the text size for a year.
pub fn size_cookie(size: Size) -> Cookie<'static> {
    Cookie::build(SIZE_COOKIE, size.word())
        .path("/")
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish()
}

/// The text size in the query (`?size=large`), if it is there.
pub fn size_asked(request: &HttpRequest) -> Option<Size> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "size").map(|(_, word)| Size::from_word(&word))
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { caller(&request).await.map_err(Problem) })
    }
}

/// The caller of `request`.
pub async fn caller(request: &HttpRequest) -> Result<Caller, Error> {
    let shared = request
        .app_data::<web::Data<Shared>>()
        .ok_or_else(|| Error::broken("shared state is missing"))?;
    let shared = shared.get_ref().clone();
    let mut desk = Desk::new(shared.house.clone(), None);
    if let Some(known) = request.extensions().get::<Who>() {
        desk.who = Some(known.clone());
    } else if let Some(cookie) = request.cookie(session_cookie_name(shared.https)) {
        desk.who = sign_in::recognise(&desk, cookie.value()).await?;
    }
    let remembered = request.cookie(SIZE_COOKIE).map(|cookie| Size::from_word(cookie.value()));
    let size = size_asked(request).or(remembered).unwrap_or_default();
    Ok(Caller { desk, shared, size, rest: without_size(request) })
}

/// The query of `request` as it was, without the text size.
fn without_size(request: &HttpRequest) -> String {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    let mut rest = url::form_urlencoded::Serializer::new(String::new());
    rest.extend_pairs(pairs.filter(|(name, _)| name != "size"));
    rest.finish()
}

/// Lets only a signed-in person through to a route's handlers, whatever those look at first.
pub async fn signed_in_only<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // What a tus server can do is no secret (tus 1.0 §OPTIONS).
    if *request.method() != Method::OPTIONS {
        let who = match caller(request.request()).await {
            Ok(caller) => caller.desk.who,
            Err(fault) => return Ok(request.error_response(Problem(fault))),
        };
        match who {
            Some(who) => drop(request.extensions_mut().insert(who)),
            None => {
                keep_typed(&mut request).await;
                return Ok(request.error_response(Problem(Error::NotSignedIn)));
            }
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Keeps what an office form said with the request, so that the page that turns it away can carry it.
async fn keep_typed(request: &mut ServiceRequest) {
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if *request.method() != Method::POST || !form || !request.path().starts_with("/office/") {
        return;
    }
    let bytes = request.extract::<web::Bytes>().await.unwrap_or_default();
    if let Some(typed) = parse(&bytes).ok().and_then(Typed::of) {
        request.extensions_mut().insert(typed);
    }
}

/// A page's form by name, in the order sent.
pub type Values = BTreeMap<String, Vec<String>>;

/// Most bytes of a form or of a program's request; files go another way.
pub const BODY_MOST: u64 = 2 << 20;

/// All bytes of a request; too many are refused in words.
pub struct Whole(pub web::Bytes);

impl FromRequest for Whole {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|_| Error::TooLarge { limit_bytes: BODY_MOST })?;
            Ok(Whole(bytes))
        })
    }
}

/// A form of a signed-in person whose token was right.
pub struct Posted {
    /// Who sent it.
    pub caller: Caller,
    /// What it said, without the token.
    pub values: Values,
}

impl Posted {
    /// The first value under `name`, empty when there is none.
    pub fn first(&self, name: &str) -> &str {
        self.values.get(name).and_then(|all| all.first()).map_or("", String::as_str)
    }
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let form = Whole::from_request(&request, payload);
        Box::pin(async move {
            let caller = caller(&request).await?;
            let csrf = caller.who()?.csrf.clone();
            let Whole(bytes) = form.await?;
            let mut values = parse(&bytes)?;
            let token = values.remove("csrf").and_then(|mut all| all.pop());
            if token.as_deref() != Some(csrf.as_str()) {
                if let Some(typed) = Typed::of(values) {
                    request.extensions_mut().insert(typed);
                }
                return Err(Problem(Error::Conflict(
                    "页面已经失效，可能是重新登录过。没有保存任何内容，请刷新页面后重新填写。"
                        .into(),
                )));
            }
            Ok(Posted { caller, values })
        })
    }
}

/// Reads `application/x-www-form-urlencoded`; line ends become `\n`, as people typed them.
///
/// # Errors
/// `Invalid` when the bytes are not UTF-8.
pub fn parse(bytes: &[u8]) -> Result<Values, Error> {
    let mut values = Values::new();
    for (name, value) in url::form_urlencoded::parse(bytes) {
        if name.contains('\u{fffd}') || value.contains('\u{fffd}') && !sent_replacement(bytes) {
            return Err(Error::invalid(name.into_owned(), "内容不是有效的UTF-8文字。"));
        }
        values
            .entry(name.into_owned())
            .or_default()
            .push(value.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Ok(values)
}

/// Whether the sender really typed U+FFFD: then it stands in the bytes as its own UTF-8.
fn sent_replacement(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_uppercase();
    text.contains("%EF%BF%BD") || bytes.windows(3).any(|w| w == [0xef, 0xbf, 0xbd])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_keep_what_was_typed() {
        let values = parse(b"a=1%0D%0A2&a=3&b=%E5%BD%93").unwrap();
        assert_eq!(values["a"], ["1\n2", "3"]);
        assert_eq!(values["b"], ["当"]);
        assert!(parse(b"b=%E5%BD").is_err());
        assert_eq!(parse(b"b=%EF%BF%BD").unwrap()["b"], ["\u{fffd}"]);
    }
}
