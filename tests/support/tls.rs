//! A private certificate authority by openssl, and stunnel as the TLS front that an operator puts before a server of ours.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

const SETTINGS: &str = "\
[ca]
default_ca = own
[own]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = named
unique_subject = no
copy_extensions = copy
[named]
commonName = supplied
[req]
distinguished_name = dn
[dn]
";
const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/// Who may issue certificates, in a folder of its own.
pub struct Authority(pub PathBuf);

impl Authority {
    pub fn new(folder: &Path) -> Authority {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("ca.cnf"), SETTINGS).unwrap();
        fs::write(folder.join("index"), "").unwrap();
        fs::write(folder.join("serial"), "01\n").unwrap();
        let authority = Authority(folder.to_owned());
        authority.openssl(&[
            &["req", "-x509", "-config", "ca.cnf", "-subj", "/CN=Example CA", "-days", "3650"],
            &KEY[..],
            &["-keyout", "ca.key", "-out", "ca.pem"],
            &["-addext", "basicConstraints=critical,CA:TRUE"],
            &["-addext", "keyUsage=critical,keyCertSign"],
        ]);
        authority
    }

    /// What `SSL_CERT_FILE` names for whoever trusts this authority and nobody else.
    pub fn trusted(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    /// A certificate with its key, in one file, for a host's name and from and until these days (`20200131`).
    pub fn certificate(&self, host: &str, from: &str, until: &str) -> PathBuf {
        let file = |ending: &str| format!("{host}-{until}.{ending}");
        let (key, request, issued) = (file("key"), file("csr"), file("crt"));
        let (name, names) = (format!("/CN={host}"), format!("subjectAltName=DNS:{host}"));
        let (from, until) = (format!("{from}000000Z"), format!("{until}000000Z"));
        self.openssl(&[
            &["req", "-new", "-config", "ca.cnf", "-subj", &name, "-addext", &names],
            &KEY[..],
            &["-keyout", &key, "-out", &request],
        ]);
        self.openssl(&[
            &["ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "ca.pem"],
            &["-keyfile", "ca.key", "-in", &request, "-out", &issued],
            &["-startdate", &from, "-enddate", &until],
        ]);
        let read = |name: &str| fs::read_to_string(self.0.join(name)).unwrap();
        let both = self.0.join(file("pem"));
        fs::write(&both, read(&key) + &read(&issued)).unwrap();
        both
    }

    fn openssl(&self, arguments: &[&[&str]]) {
        let arguments = arguments.concat();
        let done = Command::new("openssl").current_dir(&self.0).args(&arguments).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "openssl {arguments:?}: {said}");
    }
}

/// A running TLS front; stopped when dropped.
pub struct Front {
    child: Child,
    /// `https://localhost:…`
    pub url: String,
}

impl Front {
    /// Shows `certificate` and hands on what it decrypts to the server at `address`.
    pub fn start(certificate: &Path, address: &str) -> Front {
        let settings = certificate.with_extension("conf");
        let certificate = certificate.display();
        let lines = format!(
            "foreground = yes\npid =\nsyslog = no\ndebug = info\n\
            [front]\naccept = 127.0.0.1:0\nconnect = {address}\ncert = {certificate}\n"
        );
        fs::write(&settings, lines).unwrap();
        let mut program = Command::new("stunnel");
        let mut child = program.arg(&settings).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let port = said.find_map(|line| {
            line.split_once("bound to 127.0.0.1:").map(|(_, port)| port.to_owned())
        });
        let url = format!("https://localhost:{}", port.expect("stunnel says where it listens"));
        // It goes on talking, and would stop at a full pipe.
        std::thread::spawn(move || said.for_each(drop));
        Front { child, url }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
