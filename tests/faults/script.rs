//! The client: signed records, an upload in pieces, the log read after every step; remembers all it was told.

use crate::{
    client::{Connection, Reply},
    house::{Template, evidence},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use std::{collections::BTreeMap, io, time::Duration};
use zhijian::{
    app::SystemClock,
    base::Digest,
    desk::Clock as _,
    ledger::{Checkpoint, note::Note},
};

/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(60);
/// What `/readyz` says of a log that contradicts what was signed: it is not signed again, however long one waits.
const FINAL: [&str; 2] = ["shorter than the last signed", "contradicts the last signed"];
/// How often the log is read while it is waited for.
const PAUSE: Duration = Duration::from_millis(10);

/// Everything the server answered for.
#[derive(Default)]
pub struct Told {
    /// Payload digests of acknowledged records.
    pub records: Vec<String>,
    /// Acknowledged bytes of the upload.
    pub offset: u64,
    /// Roots of every checkpoint seen, by size; two of one size are two histories.
    pub roots: BTreeMap<u64, Digest>,
    /// Statuses of refusals.
    pub refusals: Vec<u16>,
    /// What must never be: each a sentence.
    pub wrong: Vec<String>,
    /// Whether the newest checkpoint covered everything and was cosigned at the end.
    pub settled: bool,
    /// Why the server says it is not ready.
    pub unready: Option<String>,
}

impl Told {
    /// Notes a checkpoint, whoever showed it.
    pub fn note(&mut self, text: &str, by: &str) {
        let Ok(note) = Note::parse(text) else {
            self.wrong.push(format!("{by} is no note: {text:?}"));
            return;
        };
        let (head, _) = Checkpoint::parse_extended(&note.text).unwrap();
        let root = *self.roots.entry(head.size).or_insert(head.root);
        if root != head.root {
            self.wrong.push(format!("two roots of {} leaves; the second by {by}", head.size));
        }
    }
}

/// One who works with the server until it is gone.
pub struct Client<'t> {
    template: &'t Template,
    address: String,
    connection: Option<Connection>,
    first: u64,
}

/// The server is gone.
pub struct Gone;

impl<'t> Client<'t> {
    /// Records are numbered from `first`, so that none is made twice.
    pub fn new(template: &'t Template, address: &str, first: u64) -> Self {
        Client { template, address: address.to_owned(), connection: None, first }
    }

    /// Three records and an upload in three pieces by turns, then the log until it covers them.
    pub async fn work(&mut self, told: &mut Told) -> Result<(), Gone> {
        self.work_unsealed(told).await?;
        self.wait_for_seal(told).await
    }

    /// [`Client::work`] that waits for nothing.
    pub async fn work_unsealed(&mut self, told: &mut Told) -> Result<(), Gone> {
        let length = self.template.bytes.len();
        for turn in 1..=3 {
            self.record(told).await?;
            self.send_until(told, length * turn / 3).await?;
        }
        self.record(told).await
    }

    /// One request on a kept connection; a connection that breaks is tried once more.
    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Result<Option<Reply>, Gone> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.address).await.map_err(|_| Gone)?,
        };
        let answer = tokio::time::timeout(PATIENCE, connection.send(method, path, headers, body));
        match answer.await {
            Ok(Ok(reply)) => {
                self.connection = Some(connection);
                Ok(Some(reply))
            }
            Ok(Err(fault)) if fault.kind() == io::ErrorKind::InvalidData => Ok(None),
            Ok(Err(_)) => match Connection::open(&self.address).await {
                Ok(_) => Ok(None),
                Err(_) => Err(Gone),
            },
            Err(_) => panic!("{method} {path}: no answer in {PATIENCE:?}"),
        }
    }

    /// Posts one record of evidence.
    pub async fn record(&mut self, told: &mut Told) -> Result<(), Gone> {
        self.first += 1;
        let template = self.template;
        let (bytes, envelope, fields) =
            evidence(&template.officer, &template.case, self.first, SystemClock.now());
        let body = json!({ "envelope": STANDARD.encode(bytes), "fields": fields }).to_string();
        let kind = "content-type: application/json\r\n";
        match self.ask("POST", "/api/v1/records", kind, body.as_bytes()).await? {
            Some(reply) if reply.status == 201 => {
                told.records.push(Digest::of(&envelope.payload).hex());
            }
            other => refused(told, "a record", other),
        }
        self.look(told).await.map(drop)
    }

    /// The offset that the server says is safe.
    pub async fn offset(&mut self, told: &mut Told) -> Result<Option<u64>, Gone> {
        let path = format!("/files/{}", self.template.upload);
        let reply = self.ask("HEAD", &path, "tus-resumable: 1.0.0\r\n", &[]).await?;
        let said = reply.as_ref().and_then(|reply| reply.header("upload-offset")?.parse().ok());
        if said.is_none() {
            refused(told, "the offset", reply);
        }
        Ok(said)
    }

    /// Sends the upload's bytes up to `to` from wherever it stands.
    pub async fn send_until(&mut self, told: &mut Told, to: usize) -> Result<(), Gone> {
        let Some(from) = self.offset(told).await? else { return Ok(()) };
        if from < told.offset {
            told.wrong.push(format!("{} bytes were acknowledged, {from} are there", told.offset));
        }
        let whole = self.template.bytes.len();
        let from = usize::try_from(from).unwrap();
        if from > to || (from == to && to < whole) {
            return self.look(told).await.map(drop);
        }
        let headers = format!(
            "tus-resumable: 1.0.0\r\nupload-offset: {from}\r\ncontent-type: application/offset+octet-stream\r\n"
        );
        let path = format!("/files/{}", self.template.upload);
        let piece = &self.template.bytes[from..to];
        match self.ask("PATCH", &path, &headers, piece).await? {
            Some(reply) if reply.status == 204 => told.offset = to as u64,
            other => refused(told, "a piece", other),
        }
        self.look(told).await.map(drop)
    }

    /// Reads the log's newest checkpoint.
    async fn look(&mut self, told: &mut Told) -> Result<Option<Note>, Gone> {
        match self.ask("GET", "/log/checkpoint", "", &[]).await? {
            Some(reply) if reply.status == 200 => {
                let text = String::from_utf8_lossy(&reply.body);
                told.note(&text, "the log");
                Ok(Note::parse(&text).ok())
            }
            other => {
                refused(told, "the checkpoint", other);
                Ok(None)
            }
        }
    }

    /// Whether the published checkpoint covers every leaf and bears the witness's word.
    async fn is_sealed(&mut self, told: &mut Told) -> Result<bool, Gone> {
        let said = match self.ask("GET", "/api/v1/log", "", &[]).await? {
            Some(reply) if reply.status == 200 => reply.body,
            other => {
                refused(told, "the log's size", other);
                return Ok(false);
            }
        };
        let said: serde_json::Value = serde_json::from_slice(&said).unwrap();
        let Some(note) = self.look(told).await? else { return Ok(false) };
        let Ok((head, _)) = Checkpoint::parse_extended(&note.text) else { return Ok(false) };
        let cosigned = self.template.witness.times(&note).is_ok_and(|times| !times.is_empty());
        Ok(cosigned && said["leaves"] == head.size && head.size > 0)
    }

    /// Until a cosigned checkpoint covers everything, or the server says that none ever will.
    pub async fn wait_for_seal(&mut self, told: &mut Told) -> Result<(), Gone> {
        let patience = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < patience {
            if self.is_sealed(told).await? {
                told.settled = true;
                return Ok(());
            }
            if let Some(reply) = self.ask("GET", "/readyz", "", &[]).await?
                && reply.status == 503
            {
                let said = String::from_utf8_lossy(&reply.body).into_owned();
                let last_word = FINAL.iter().any(|words| said.contains(words));
                told.unready = Some(said);
                if last_word {
                    return Ok(());
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// An answer that is no acknowledgement must be an honest refusal: it says that the fault is the server's.
fn refused(told: &mut Told, what: &str, reply: Option<Reply>) {
    // A connection that was cut acknowledges nothing.
    let Some(reply) = reply else { return told.refusals.push(0) };
    if !matches!(reply.status, 500 | 503 | 507 | 409) {
        let said = String::from_utf8_lossy(&reply.body).into_owned();
        told.wrong.push(format!("{what} was answered {}: {said}", reply.status));
    }
    told.refusals.push(reply.status);
}
