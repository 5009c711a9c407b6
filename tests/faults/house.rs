//! The house that faults befall: prepared once, copied for each fault; served beside a witness of its log.

#[path = "../support/bureau.rs"]
mod bureau;

use crate::{
    client::{self, Connection, Server},
    program::Program,
    strace::{self, Fault},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
pub use bureau::{Person, evidence};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};
use zhijian::{base::Digest, config::Config, ledger::CosignatureVerifier};

/// What every fault starts from.
pub struct Template {
    folder: tempfile::TempDir,
    pub officer: Person,
    pub case: String,
    pub upload: String,
    /// What is uploaded: a picture, so that the vault also keeps a poster made of it.
    pub bytes: Vec<u8>,
    pub log: String,
    pub witness: CosignatureVerifier,
}

/// One copy, with the witness at work and the server to be started.
pub struct Site {
    pub folder: tempfile::TempDir,
    pub witness: Program,
}

impl Template {
    /// A bureau with one case and one upload of which nothing has been sent yet.
    pub fn prepare() -> Template {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let system = actix_web::rt::System::new();
        let (officer, case) = system.block_on(async {
            let config = Config::load(None, std::iter::empty()).unwrap();
            let bureau = bureau::bureau(&config, &data).await;
            client::sign_in(&bureau.house, &bureau.officer.id).await;
            let case = bureau::file_case(&bureau, 1).await;
            bureau.house.store.close();
            (bureau.officer.clone(), case)
        });
        let bytes = picture();
        let server = Server::start(&data);
        let (upload, log) = system.block_on(open_upload(&server.address, &case, bytes.len()));
        drop(server);
        let witness = Program::start(&folder.path().join("witness"), &["--log", &log]);
        let verifier = witness.verifier.clone();
        witness.kill();
        Template { folder, officer, case, upload, bytes, log, witness: verifier }
    }

    /// A copy of its own without a witness, which seals only as it starts.
    pub fn quiet_site(&self) -> (tempfile::TempDir, Place, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        fs::write(folder.path().join("settings.toml"), "[log]\nseal_every_ms = 3600000\n").unwrap();
        let data = folder.path().join("data");
        (folder, serving(&data), data)
    }

    /// A copy of its own with the witness running. It is asked again after ten seconds, so that a program that forgot to
    /// ask it is not waited for in vain each time.
    pub fn site(&self) -> Site {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        let witness = Program::start(&folder.path().join("witness"), &["--log", &self.log]);
        let settings = format!(
            "[log]\nseal_every_ms = 20\ncosign_every_seconds = 10\n[[log.witness]]\nname = \"县法院\"\nvkey = \"{}\"\nurl = \"{}\"\n",
            self.witness, witness.url
        );
        fs::write(folder.path().join("settings.toml"), settings).unwrap();
        Site { folder, witness }
    }

    /// What its guard file says.
    pub fn guard(&self) -> String {
        fs::read_to_string(self.folder.path().join("data/log.guard")).unwrap()
    }

    /// Where its files are.
    pub fn places(&self) -> Places {
        Places { upload: self.upload.clone(), digest: Digest::of(&self.bytes).hex() }
    }
}

/// Names the files of a data folder whose calls are of interest.
pub struct Places {
    pub upload: String,
    pub digest: String,
}

/// Kinds of files.
const CLASSES: [&str; 8] =
    ["rows", "rows' log", "rows' index", "guard", "keys", "folder", "staged", "vault"];

impl Places {
    /// Files of a class in `data`.
    pub fn paths(&self, class: &str, data: &Path) -> Vec<PathBuf> {
        let staged = format!("staging/{}.part", self.upload);
        let folder = format!("vault/sha256/{}", &self.digest[..2]);
        let settled = format!("{folder}/{}", self.digest);
        let names: Vec<&str> = match class {
            "rows" => vec!["zhijian.db"],
            "rows' log" => vec!["zhijian.db-wal"],
            "rows' index" => vec!["zhijian.db-shm"],
            "guard" => vec!["log.guard", "log.new"],
            "keys" => {
                let names = ["service", "log", "master"];
                let of = |name| ["key", "new"].map(|end| data.join(format!("keys/{name}.{end}")));
                return names.into_iter().flat_map(of).collect();
            }
            "folder" => vec!["", "keys"],
            "staged" => vec![&staged, "staging"],
            "vault" => vec![&settled, &folder, "vault", "vault/sha256"],
            _ => panic!("no such class: {class}"),
        };
        // `join` would leave a slash behind the folder itself, which strace does not match.
        let place = |name: &&str| if name.is_empty() { data.to_owned() } else { data.join(name) };
        names.iter().map(place).collect()
    }

    /// Which class a path of a record belongs to.
    pub fn class(&self, path: &str, data: &Path) -> Option<&'static str> {
        let is_of =
            |class: &&str| self.paths(class, data).iter().any(|known| known.to_str() == Some(path));
        CLASSES.into_iter().find(is_of)
    }
}

impl Site {
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The server.
    pub fn place(&self) -> Place {
        serving(&self.data())
    }
}

/// The server on `data` with the settings beside it.
pub fn serving(data: &Path) -> Place {
    let text = data.to_str().unwrap();
    Place::of(data.parent().unwrap(), &["serve", "--config", "settings.toml", "--data", text])
}

/// A program and the folder it works in: started as it is, with a fault in its way, or with every call recorded.
pub struct Place {
    folder: PathBuf,
    arguments: Vec<String>,
}

impl Place {
    /// Files whose calls are of interest must be named from the root.
    pub fn of(folder: &Path, arguments: &[&str]) -> Place {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Place { folder: folder.to_owned(), arguments }
    }

    pub fn trace(&self) -> PathBuf {
        self.folder.join("trace")
    }

    /// What the program said on standard error since it was last started.
    pub fn said(&self) -> String {
        fs::read_to_string(self.folder.join("said")).unwrap_or_default()
    }

    fn start(&self, mut command: Command) -> Result<Server, ExitStatus> {
        let said = fs::File::create(self.folder.join("said")).unwrap();
        command
            .args(&self.arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(&self.folder)
            .env_remove("RUST_LOG")
            .env_remove("ZHIJIAN__STORE__URL")
            .stderr(Stdio::from(said));
        Server::launch(&mut command)
    }

    /// Without anything in its way.
    pub fn plain(&self, program: &str) -> Result<Server, ExitStatus> {
        self.start(Command::new(program))
    }

    /// With a fault in its way, on the files at `paths`.
    pub fn faulty(
        &self,
        program: &str,
        fault: &Fault,
        paths: &[PathBuf],
    ) -> Result<Server, ExitStatus> {
        self.start(strace::traced(program, &self.trace(), Some(fault), paths))
    }

    /// With every call recorded.
    pub fn recorded(&self, program: &str) -> Result<Server, ExitStatus> {
        self.start(strace::traced(program, &self.trace(), None, &[]))
    }
}

async fn open_upload(address: &str, case: &str, length: usize) -> (String, String) {
    let mut connection = Connection::open(address).await.unwrap();
    let metadata =
        format!("filename {},case {}", STANDARD.encode("现场.png"), STANDARD.encode(case));
    let headers = format!(
        "tus-resumable: 1.0.0\r\nupload-length: {length}\r\nupload-metadata: {metadata}\r\n"
    );
    let reply = connection.send("POST", "/files", &headers, &[]).await.unwrap();
    assert_eq!(reply.status, 201);
    let id = reply.header("location").unwrap().rsplit('/').next().unwrap().to_owned();
    while connection.send("GET", "/log/checkpoint", "", &[]).await.unwrap().status != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let vkey = connection.send("GET", "/log/vkey", "", &[]).await.unwrap();
    (id, String::from_utf8(vkey.body).unwrap().trim().to_owned())
}

/// A picture of noise, so that it is large enough to be sent in pieces.
fn picture() -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let noise = image::RgbImage::from_fn(240, 240, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        image::Rgb([state as u8, (state >> 8) as u8, (state >> 16) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}
