//! Carries a request to another server and its answer back, over HTTP or HTTPS. Knows nothing of what it carries.
//!
//! Bounds everything: no redirects, no answer longer than asked for, no waiting beyond its patience.

#[cfg(feature = "s3")]
pub mod stores;

use std::{error, io, time::Duration};

/// Most time for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Most time for a whole exchange.
const EXCHANGE: Duration = Duration::from_secs(15);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// The address cannot be used, or nobody answered in time.
    #[error("{}", whole(.0))]
    Unreachable(#[source] reqwest::Error),
    /// The other server did not show that it is the one; nothing was sent to it.
    #[error("its certificate {0}")]
    Distrusted(&'static str),
    /// The answer is longer than was asked for.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// What the other server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type` as sent; empty without.
    pub media_type: String,
    /// The whole body.
    pub body: Vec<u8>,
}

impl From<reqwest::Error> for Undelivered {
    /// Without the address: whoever reads the fault need not know where others stand in the network.
    fn from(fault: reqwest::Error) -> Self {
        match distrust(&fault) {
            Some(why) => Undelivered::Distrusted(why),
            None => Undelivered::Unreachable(fault.without_url()),
        }
    }
}

/// Why the other server's certificate was not taken. Without times and names, which the fault holds: whoever compares
/// what was said before must see that it is still the same.
fn distrust(fault: &reqwest::Error) -> Option<&'static str> {
    use rustls::{CertificateError as Why, Error::InvalidCertificate};
    let mut causes = std::iter::successors(error::Error::source(fault), |cause| {
        // An I/O fault gives as its source that of what it holds.
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(held) => Some(held),
            None => cause.source(),
        }
    });
    let InvalidCertificate(why) = causes.find_map(|cause| cause.downcast_ref::<rustls::Error>())?
    else {
        return None;
    };
    Some(match why {
        Why::Expired | Why::ExpiredContext { .. } => "has expired",
        Why::NotValidYet | Why::NotValidYetContext { .. } => "is not valid yet",
        Why::NotValidForName | Why::NotValidForNameContext { .. } => "is for another name",
        // The second when a stranger bears the name of an authority that is trusted.
        Why::UnknownIssuer | Why::BadSignature => "was not issued by an authority trusted here",
        Why::Revoked => "was revoked",
        _ => "cannot be verified",
    })
}

impl Reply {
    /// The body as text, if it is UTF-8.
    pub fn text(&self) -> Option<&str> {
        str::from_utf8(&self.body).ok()
    }
}

/// Keeps connections open between requests; clones share them.
#[derive(Clone, Debug)]
pub struct Courier(reqwest::Client);

impl Courier {
    /// A courier with the system's certificate authorities.
    ///
    /// # Errors
    /// When those cannot be read.
    pub fn new() -> Result<Self, Undelivered> {
        Ok(Courier(bounded().build()?))
    }

    /// `GET url`, of whose answer at most `most` bytes are taken.
    ///
    /// # Errors
    /// When there is no whole answer. Any status is an answer.
    pub async fn get(&self, url: &str, most: usize) -> Result<Reply, Undelivered> {
        take(self.0.get(url).send().await?, most).await
    }

    /// `POST url` with a text.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn post(&self, url: &str, text: String, most: usize) -> Result<Reply, Undelivered> {
        self.post_bytes(url, "text/plain; charset=utf-8", text.into_bytes(), most).await
    }

    /// `POST url` with a body of this media type.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn post_bytes(
        &self,
        url: &str,
        media_type: &str,
        body: Vec<u8>,
        most: usize,
    ) -> Result<Reply, Undelivered> {
        let request = self.0.post(url).header("content-type", media_type);
        take(request.body(body).send().await?, most).await
    }
}

/// What every client of ours keeps to.
fn bounded() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(EXCHANGE)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("zhijian/", env!("CARGO_PKG_VERSION")))
}

async fn take(mut response: reqwest::Response, most: usize) -> Result<Reply, Undelivered> {
    let media_type = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let body = pieces(&mut response, most).await?;
    Ok(Reply { status: response.status().as_u16(), media_type, body })
}

/// The whole body, if it is no longer than `most` bytes.
async fn pieces(response: &mut reqwest::Response, most: usize) -> Result<Vec<u8>, Undelivered> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > most {
            return Err(Undelivered::TooLong(most));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// A fault with its causes, since the outermost says only that a request failed.
fn whole(fault: &reqwest::Error) -> String {
    let causes = std::iter::successors(error::Error::source(fault), |cause| cause.source());
    causes.fold(fault.to_string(), |said, cause| format!("{said}: {cause}"))
}
