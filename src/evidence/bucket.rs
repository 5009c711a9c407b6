//! A bucket of an S3 store as a folder that others read: whole objects under names, nothing private. Says how each is
//! to be served; knows nothing of what they hold. Settings and credentials come from the environment alone.

use bytes::Bytes;
use object_store::{
    Attribute, Attributes, Error as Fault, ObjectStore, ObjectStoreExt as _, PutOptions,
    RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    client::HttpConnector,
    path::Path as Key,
};
use std::{collections::BTreeSet, time::Duration};
use url::Url;

/// Most time for one object, repetitions included: whoever waits is told why.
const PATIENCE: Duration = Duration::from_secs(60);
/// Repetitions of a request that was cut off or met a fault of the store.
const AGAIN: usize = 5;

/// Why a bucket could not do what was asked. The texts are the store's own, in English.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// Not `s3://BUCKET` or `s3://BUCKET/PREFIX`.
    #[error("not the address of a bucket")]
    Address,
    /// The settings in the environment do not make sense.
    #[error("{0}")]
    Settings(String),
    /// There is no such bucket.
    #[error("no such bucket")]
    Missing,
    /// Wrong credentials, or they do not allow this.
    #[error("{0}")]
    Denied(String),
    /// No whole answer, or one that tells of a fault.
    #[error("{0}")]
    Broken(String),
}

/// A part of a bucket.
pub struct Bucket {
    store: AmazonS3,
    prefix: Key,
}

impl Bucket {
    /// The part that `address` names: `s3://BUCKET/PREFIX`. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// `Address`, `Settings`.
    pub fn open(address: &str, client: impl HttpConnector) -> Result<Self, BucketError> {
        let url = Url::parse(address).map_err(|_| BucketError::Address)?;
        let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        let plain = bare && url.query().is_none() && url.fragment().is_none();
        let name = url.host_str().filter(|name| !name.is_empty() && plain && url.scheme() == "s3");
        let builder = AmazonS3Builder::from_env()
            .with_bucket_name(name.ok_or(BucketError::Address)?)
            .with_http_connector(client)
            .with_retry(RetryConfig {
                max_retries: AGAIN,
                retry_timeout: PATIENCE,
                ..RetryConfig::default()
            });
        Ok(Bucket {
            prefix: Key::from_url_path(url.path()).map_err(|_| BucketError::Address)?,
            store: builder.build().map_err(|fault| BucketError::Settings(words(&fault)))?,
        })
    }

    /// The bytes under `name`; `None` when nothing is there.
    ///
    /// # Errors
    /// `Missing`, `Denied`, `Broken`.
    pub async fn read(&self, name: &str) -> Result<Option<Bytes>, BucketError> {
        match self.store.get(&self.key(name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(Fault::NotFound { source, .. }) if !source.to_string().contains(NO_BUCKET) => {
                Ok(None)
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// Names of the objects in `folder`, and of the folders in it with a `/` at their end; all from the root.
    ///
    /// # Errors
    /// `Missing`, `Denied`, `Broken`.
    pub async fn names(&self, folder: &str) -> Result<BTreeSet<String>, BucketError> {
        let found = self.store.list_with_delimiter(Some(&self.key(folder))).await?;
        let inside = |key: &Key| {
            let parts: Vec<_> = key.prefix_match(&self.prefix)?.collect();
            Some(parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("/"))
        };
        let objects = found.objects.iter().filter_map(|object| inside(&object.location));
        let folders = found.common_prefixes.iter().filter_map(inside);
        Ok(objects.chain(folders.map(|folder| folder + "/")).collect())
    }

    /// Puts an object under `name`, in place of what was there, to be served as `media_type` with the
    /// `Cache-Control` of `keep`. Once this returns, the store has it; cut off, what was there still is.
    ///
    /// # Errors
    /// `Missing`, `Denied`, `Broken`.
    pub async fn write(
        &self,
        name: &str,
        bytes: Vec<u8>,
        media_type: &'static str,
        keep: &'static str,
    ) -> Result<(), BucketError> {
        let served = [(Attribute::ContentType, media_type), (Attribute::CacheControl, keep)];
        let options =
            PutOptions { attributes: Attributes::from_iter(served), ..PutOptions::default() };
        self.store.put_opts(&self.key(name), bytes.into(), options).await?;
        Ok(())
    }

    /// Removes an object.
    ///
    /// # Errors
    /// `Missing`, `Denied`, `Broken`.
    pub async fn remove(&self, name: &str) -> Result<(), BucketError> {
        Ok(self.store.delete(&self.key(name)).await?)
    }

    fn key(&self, name: &str) -> Key {
        self.prefix.parts().chain(Key::from(name).parts()).collect()
    }
}

/// What an S3 store calls it; a bucket and an object that are missing have one status.
const NO_BUCKET: &str = "NoSuchBucket";
/// Most characters of a store's own words that are repeated.
const SAID: usize = 200;

impl From<Fault> for BucketError {
    fn from(fault: Fault) -> Self {
        let said = words(&fault);
        match fault {
            // Only the bucket itself can be missing where something is written or listed.
            Fault::NotFound { .. } => BucketError::Missing,
            Fault::PermissionDenied { .. } | Fault::Unauthenticated { .. } => {
                BucketError::Denied(said)
            }
            _ => BucketError::Broken(said),
        }
    }
}

/// The store's own code for a fault, otherwise what lies at its bottom, which may be a proxy's whole page; never the
/// request, which a signature is part of.
fn words(fault: &Fault) -> String {
    let causes = std::iter::successors(std::error::Error::source(fault), |cause| cause.source());
    let bottom = causes.last().map_or_else(|| fault.to_string(), ToString::to_string);
    let code = bottom.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let said = code.map_or(bottom.as_str(), |(code, _)| code);
    said.chars().take(SAID).collect()
}
