//! The desk's errors as HTTP: one status each, RFC 9457 problems for programs, a page for people.

use crate::desk::{Error, FieldFault, Reason};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, http::StatusCode};
use serde_json::{Value, json};
use std::fmt;

/// An error on its way out of a handler. Programs get `application/problem+json`; for page requests
/// [`super::render::dress`] writes the page.
#[derive(Debug)]
pub struct Problem(pub Error);

/// What a handler answers.
pub type Answer<T = HttpResponse> = Result<T, Problem>;

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Problem(error.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What an error says, apart from its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Status.
    pub status: StatusCode,
    /// Stable word, the end of the problem's type URI.
    pub kind: &'static str,
    /// What happened, in Chinese.
    pub title: String,
    /// What is safe and what to do, in Chinese.
    pub advice: String,
    /// Faulty fields.
    pub faults: Vec<FieldFault>,
    /// All reasons of a refusal.
    pub reasons: Vec<Reason>,
    /// Seconds to wait, for `Retry-After`.
    pub retry_after: Option<u64>,
}

/// Puts an error into words and a status.
pub fn said(error: &Error) -> Said {
    use StatusCode as S;
    let (status, kind, title, advice) = match error {
        Error::NotSignedIn => (
            S::UNAUTHORIZED,
            "not-signed-in",
            "请先登录。".into(),
            "没有改动任何内容。登录后可以继续。",
        ),
        Error::NotFound(what) => (
            S::NOT_FOUND,
            "not-found",
            format!("没有找到该{what}。"),
            "可能地址有误，或者您无权查看。请核对地址，或者返回上一页。",
        ),
        Error::Forbidden(what) => (
            S::FORBIDDEN,
            "forbidden",
            format!("您的角色不能{what}。"),
            "没有改动任何内容。如有需要，请联系本机关系统管理员。",
        ),
        Error::Invalid(_) => (
            S::UNPROCESSABLE_ENTITY,
            "invalid",
            "填写的内容有误。".into(),
            "没有保存任何内容。请按下列提示修改后重新提交。",
        ),
        Error::Refused(_) => (
            S::UNPROCESSABLE_ENTITY,
            "refused",
            "现在不能这样办理。".into(),
            "没有保存任何内容。请按下列理由补正后再办理。",
        ),
        Error::Conflict(text) => (
            S::CONFLICT,
            "conflict",
            text.clone(),
            "本次提交没有改动任何内容。请刷新页面核对后再操作。",
        ),
        Error::Gone(text) => (S::GONE, "gone", text.clone(), "原有的存证记录仍然保留。"),
        Error::TooLarge { limit_bytes } => (
            S::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("内容超过{limit_bytes}字节的上限。"),
            "超出的部分没有保存。",
        ),
        Error::TooMany { retry_after_seconds } => (
            S::TOO_MANY_REQUESTS,
            "too-many",
            format!("尝试次数过多，请{retry_after_seconds}秒后再试。"),
            "没有改动任何内容。",
        ),
        Error::Full => (
            S::INSUFFICIENT_STORAGE,
            "full",
            "存储空间已满，没有接收。".into(),
            "已经收到并确认的内容不受影响。请联系系统管理员扩容后继续。",
        ),
        Error::Busy => (
            S::SERVICE_UNAVAILABLE,
            "busy",
            "系统正忙，请稍后再试。".into(),
            "没有改动任何内容，可以放心重试。",
        ),
        Error::Broken(_) => (
            S::INTERNAL_SERVER_ERROR,
            "broken",
            "系统出现故障。".into(),
            "故障已经记录。已经确认的内容不受影响，请稍后再试。",
        ),
    };
    let retry_after = match error {
        Error::TooMany { retry_after_seconds } => Some(*retry_after_seconds),
        Error::Busy => Some(1),
        _ => None,
    };
    Said {
        status,
        kind,
        title,
        advice: advice.to_owned(),
        faults: if let Error::Invalid(faults) = error { faults.clone() } else { Vec::new() },
        reasons: if let Error::Refused(reasons) = error { reasons.clone() } else { Vec::new() },
        retry_after,
    }
}

impl Said {
    /// The RFC 9457 problem.
    pub fn json(&self) -> Value {
        let faults: Vec<Value> =
            self.faults.iter().map(|f| json!({ "field": f.field, "text": f.text })).collect();
        let reasons: Vec<Value> = self
            .reasons
            .iter()
            .map(|r| json!({ "text": r.text, "article": r.article, "fix": r.fix }))
            .collect();
        let mut problem = json!({
            "type": format!("urn:zhijian:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.advice,
        });
        if !faults.is_empty() {
            problem["faults"] = faults.into();
        }
        if !reasons.is_empty() {
            problem["reasons"] = reasons.into();
        }
        problem
    }

    /// A problem that HTTP itself raises and the desk knows nothing of.
    pub fn plain(status: StatusCode, kind: &'static str, title: &str, advice: &str) -> Said {
        Said {
            status,
            kind,
            title: title.to_owned(),
            advice: advice.to_owned(),
            faults: Vec::new(),
            reasons: Vec::new(),
            retry_after: None,
        }
    }

    /// The answer that says so.
    pub fn response(self) -> HttpResponse {
        let mut builder = HttpResponseBuilder::new(self.status);
        if let Some(seconds) = self.retry_after {
            builder.insert_header(("retry-after", seconds.to_string()));
        }
        let body = self.json().to_string();
        let mut response = builder.content_type("application/problem+json").body(body);
        response.extensions_mut().insert(self);
        response
    }
}

/// The address is right, the method is not.
pub fn wrong_method() -> Said {
    let text = "这个地址不支持所用的请求方法。";
    Said::plain(StatusCode::METHOD_NOT_ALLOWED, "method", text, "没有改动任何内容。")
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        said(&self.0).status
    }

    fn error_response(&self) -> HttpResponse {
        let said = said(&self.0);
        if let Error::Broken(source) = &self.0 {
            // The chain is for the log; the page shows none of it.
            tracing::error!(cause = %chain(source.as_ref()), "request failed");
        }
        said.response()
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}
