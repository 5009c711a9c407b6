//! The built program as a witness, with what it said; killed as a power cut would.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};
use zhijian::ledger::CosignatureVerifier;

/// A running witness; killed when dropped.
pub struct Program {
    child: Child,
    pub url: String,
    pub verifier: CosignatureVerifier,
    said: Arc<Mutex<String>>,
}

impl Program {
    /// Starts the witness of `data` on a free port.
    pub fn start(data: &Path, arguments: &[&str]) -> Program {
        Program::start_at(data, "127.0.0.1:0", arguments)
    }

    pub fn start_at(data: &Path, listen: &str, arguments: &[&str]) -> Program {
        Program::run(&mut command(data, listen, arguments))
    }

    /// Trusts the certificate authorities in this file and no others.
    pub fn trusting(authorities: &Path, data: &Path, arguments: &[&str]) -> Program {
        let mut command = command(data, "127.0.0.1:0", arguments);
        Program::run(command.env("SSL_CERT_FILE", authorities))
    }

    #[allow(clippy::zombie_processes, reason = "a program that does not start fails the test")]
    fn run(command: &mut Command) -> Program {
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (hear, mut errors) = (said.clone(), child.stderr.take().unwrap());
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = errors.read(&mut piece) {
                hear.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..read]));
            }
        });
        let mut verifier = None;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(vkey) = line.strip_prefix("见证方公钥：") {
                verifier = Some(vkey.parse().unwrap());
            }
            if let Some(url) = line.strip_prefix("listening on ") {
                return Program { child, url: url.to_owned(), verifier: verifier.unwrap(), said };
            }
        }
        let _ = child.wait();
        panic!("the witness did not start: {}", said.lock().unwrap());
    }

    /// What it wrote to its log until now.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// `POST /add-checkpoint`: status, content type, body.
    pub fn post(&self, body: impl Into<reqwest::blocking::Body>) -> (u16, String, String) {
        let http = reqwest::blocking::Client::new();
        let answer = http.post(format!("{}/add-checkpoint", self.url)).body(body).send().unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap());
        let kind = kind.unwrap_or_default().to_owned();
        (answer.status().as_u16(), kind, answer.text().unwrap())
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn command(data: &Path, listen: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhijian"));
    command.args(["witness", "--listen", listen, "--data"]).arg(data).args(arguments);
    command.env_remove("RUST_LOG").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
