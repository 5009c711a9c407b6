//! Carries requests to object stores: `object_store` says what is asked, the exchange is ours, with the same bounds and
//! the same certificate authorities as every other.

use super::{Undelivered, bounded, pieces};
use object_store::{
    ClientConfigKey, ClientOptions, Error,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    },
};
use reqwest::{Body, Client, Request};

/// Longest answer that is taken: a listing of a thousand names is below one MiB.
const MOST: usize = 16 << 20;

/// Reaches object stores; over plain HTTP only where their settings allow it.
#[derive(Clone, Copy, Debug)]
pub struct Stores;

#[derive(Debug)]
struct ToStore(Client);

impl HttpConnector for Stores {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let plain = options.get_config_value(&ClientConfigKey::AllowHttp);
        let client = bounded().https_only(plain.as_deref() != Some("true")).build();
        let client =
            client.map_err(|fault| Error::Generic { store: "S3", source: Box::new(fault) })?;
        Ok(HttpClient::new(ToStore(client)))
    }
}

#[async_trait::async_trait]
impl HttpService for ToStore {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = Request::try_from(request.map(Body::wrap))
            .map_err(|fault| HttpError::new(HttpErrorKind::Unknown, fault.without_url()))?;
        let mut answer = self.0.execute(request).await.map_err(cut_off)?;
        let body = pieces(&mut answer, MOST).await.map_err(|fault| match fault {
            Undelivered::Unreachable(fault) => cut_off(fault),
            other => HttpError::new(HttpErrorKind::Decode, other),
        })?;
        let mut response = HttpResponse::new(body.into());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// All but the last are asked again: where the answer was lost, if asking twice does the same as once.
fn cut_off(fault: reqwest::Error) -> HttpError {
    let (connecting, late) = (fault.is_connect(), fault.is_timeout());
    let fault = Undelivered::from(fault);
    let kind = match (&fault, connecting, late) {
        (Undelivered::Unreachable(_), true, _) => HttpErrorKind::Connect,
        (Undelivered::Unreachable(_), _, true) => HttpErrorKind::Timeout,
        (Undelivered::Unreachable(_), ..) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, fault)
}
