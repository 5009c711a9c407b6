//! Uploading by tus 1.0, step by step.

use crate::people::{Answer, Person};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, RequestBuilder};
use sha2::{Digest as _, Sha256};

/// `name BASE64` pairs.
pub fn metadata(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name} {}", STANDARD.encode(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join(",")
}

/// `sha256 BASE64` of `bytes`.
pub fn checksum(bytes: &[u8]) -> String {
    format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)))
}

/// An upload of one person.
#[derive(Clone)]
pub struct Upload<'p> {
    pub person: &'p Person,
    pub path: String,
}

impl Person {
    /// A tus request.
    pub fn tus(&self, method: Method, path: &str) -> RequestBuilder {
        self.ask(method, path).header("tus-resumable", "1.0.0")
    }

    /// Asks for an upload of `length` bytes.
    pub async fn ask_upload(&self, case: &str, name: &str, length: usize) -> Answer {
        let metadata = metadata(&[("filename", name), ("case", case)]);
        self.ask_upload_with(&metadata, length).await
    }

    /// The same with other metadata.
    pub async fn ask_upload_with(&self, metadata: &str, length: usize) -> Answer {
        let request = self
            .tus(Method::POST, "/files")
            .header("upload-length", length)
            .header("upload-metadata", metadata);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Opens an upload that must be granted.
    pub async fn open_upload(&self, case: &str, name: &str, length: usize) -> Upload<'_> {
        let answer = self.ask_upload(case, name, length).await;
        answer.good();
        assert_eq!(answer.status, 201);
        Upload { person: self, path: answer.header("location").to_owned() }
    }

    /// Uploads all of `bytes` in pieces of 1 MiB with checksums; gives the exhibit's id.
    pub async fn upload(&self, case: &str, name: &str, bytes: &[u8]) -> String {
        let upload = self.open_upload(case, name, bytes.len()).await;
        let mut offset = 0;
        let mut last = String::new();
        for piece in bytes.chunks(1 << 20) {
            let answer = upload.checked_patch(offset, piece, &checksum(piece)).await;
            answer.good();
            offset += piece.len();
            assert_eq!(answer.header("upload-offset"), offset.to_string());
            last = answer.header("zhijian-exhibit").to_owned();
            if offset == bytes.len() {
                assert_eq!(answer.header("zhijian-state"), "linked");
                assert_eq!(answer.header("zhijian-chunk-root"), chunk_root(bytes));
            }
        }
        last
    }
}

/// The chunk root of `bytes`, in hex.
pub fn chunk_root(bytes: &[u8]) -> String {
    let mut hasher = zhijian::ledger::chunk::ChunkHasher::new();
    hasher.update(bytes);
    zhijian::ledger::chunk::chunk_root(&hasher.finish()).hex()
}

impl Upload<'_> {
    fn request(&self, offset: usize) -> RequestBuilder {
        self.person
            .tus(Method::PATCH, &self.path)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset)
    }

    pub async fn patch(&self, offset: usize, bytes: &[u8]) -> Answer {
        Answer::of(self.request(offset).body(bytes.to_vec()).send().await.unwrap()).await
    }

    pub async fn checked_patch(&self, offset: usize, bytes: &[u8], checksum: &str) -> Answer {
        let request = self.request(offset).header("upload-checksum", checksum);
        Answer::of(request.body(bytes.to_vec()).send().await.unwrap()).await
    }

    /// Sends pieces as they come.
    pub fn stream(&self, offset: usize, body: reqwest::Body) -> RequestBuilder {
        self.request(offset).body(body)
    }

    pub async fn head(&self) -> Answer {
        let request = self.person.tus(Method::HEAD, &self.path);
        Answer::of(request.send().await.unwrap()).await
    }

    /// The committed offset.
    pub async fn offset(&self) -> usize {
        let answer = self.head().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.header("upload-offset").parse().unwrap()
    }

    pub async fn delete(&self) -> Answer {
        Answer::of(self.person.tus(Method::DELETE, &self.path).send().await.unwrap()).await
    }
}
