//! A little time-stamp authority: `openssl ts -reply` with a key and certificates of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Its folder: keys, certificates, settings, serial number.
pub struct Tsa {
    pub dir: PathBuf,
}

const SETTINGS: &str = "\
[tsa]
default_tsa = own
[own]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[dn]
[req]
distinguished_name = dn
";

/// Key, digest: what `openssl genpkey` is asked for.
pub const RSA: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
pub const EC: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

impl Tsa {
    /// Makes one in `dir`, whose signing key is of this sort.
    pub fn new(dir: &Path, key: &[&str]) -> Tsa {
        let tsa = Tsa { dir: dir.to_owned() };
        fs::write(dir.join("tsa.cnf"), SETTINGS).unwrap();
        fs::write(dir.join("serial"), "01\n").unwrap();
        let named = |name: &str| format!("/C=CN/O=示例/CN={name}");
        tsa.openssl(&[&["genpkey"], EC, &["-out", "ca.key"]].concat());
        let ca = named("Example CA");
        tsa.openssl(&[
            "req",
            "-x509",
            "-utf8",
            "-config",
            "tsa.cnf",
            "-extensions",
            "ca",
            "-key",
            "ca.key",
            "-subj",
            &ca,
            "-days",
            "36500",
            "-out",
            "ca.pem",
        ]);
        tsa.openssl(&[&["genpkey"], key, &["-out", "tsa.key"]].concat());
        let subject = named("Example TSA");
        tsa.openssl(&[
            "req", "-new", "-utf8", "-config", "tsa.cnf", "-key", "tsa.key", "-subj", &subject,
            "-out", "tsa.csr",
        ]);
        tsa.openssl(&[
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-set_serial",
            "7",
            "-days",
            "36500",
            "-extfile",
            "tsa.cnf",
            "-extensions",
            "stamping",
            "-out",
            "tsa.pem",
        ]);
        tsa
    }

    /// Runs openssl in the folder; gives what it wrote to its standard output.
    pub fn openssl(&self, arguments: &[&str]) -> Vec<u8> {
        let done = Command::new("openssl").current_dir(&self.dir).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "openssl {arguments:?}: {said}");
        done.stdout
    }

    /// The answer to a request.
    pub fn reply(&self, query: &[u8]) -> Vec<u8> {
        fs::write(self.dir.join("query.tsq"), query).unwrap();
        self.openssl(&[
            "ts",
            "-reply",
            "-config",
            "tsa.cnf",
            "-queryfile",
            "query.tsq",
            "-inkey",
            "tsa.key",
            "-signer",
            "tsa.pem",
            "-out",
            "reply.tsr",
        ]);
        fs::read(self.dir.join("reply.tsr")).unwrap()
    }

    /// Whether `openssl ts -verify` accepts a token over `data`.
    pub fn accepts(&self, token: &[u8], data: &[u8]) -> bool {
        fs::write(self.dir.join("token.tst"), token).unwrap();
        fs::write(self.dir.join("data"), data).unwrap();
        let arguments = [
            "ts",
            "-verify",
            "-token_in",
            "-in",
            "token.tst",
            "-data",
            "data",
            "-CAfile",
            "ca.pem",
        ];
        Command::new("openssl")
            .current_dir(&self.dir)
            .args(arguments)
            .output()
            .unwrap()
            .status
            .success()
    }
}
