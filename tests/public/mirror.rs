//! The log as static files: what a mirror gets is what the service serves, run by run, and nothing else is overwritten.

use super::house;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use zhijian::{
    desk::{
        Desk, Error,
        export_log::{export_log, sink::Sink},
        log,
        seal_checkpoint::Sealer,
    },
    ledger::{checkpoint::Checkpoint, note, tile::TilePath},
    store::entries,
};

/// Every file below `folder`, by its path there.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// What others run over a mirror.
pub fn verify_offline(mirror: &Path, key: &str) {
    let mut verifier = Command::new(env!("CARGO_BIN_EXE_zhijian-verify"));
    let said = verifier.arg(mirror).args(["--log", "--vkey", key]).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

#[tokio::test]
async fn a_mirror_grows_with_the_log_and_takes_no_other_history() {
    let (folder, mirror) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let out = Sink::Folder(mirror.path().to_owned());
    let house = house::open(folder.path()).await;
    let desk = Desk::new(house.clone(), None);
    let quiet = |_: usize, _: usize| {};
    let nothing = export_log(&house, &out, &quiet).await;
    assert!(matches!(nothing, Err(Error::Busy)), "nothing is sealed yet");
    let agency = house::enter_agency(&house);
    let mut sealer = Sealer::open(&house).await.unwrap();
    for size in [2u64, 255, 256, 257, 600] {
        let have = house.store.read_blocking(entries::size).unwrap().unsigned_abs();
        house::enter_officers(&house, &agency, have as usize, size as usize);
        sealer.seal(&house, house.clock.now()).await.unwrap();
        let done = export_log(&house, &out, &quiet).await.unwrap();
        assert_eq!(done.size, size);
        assert!(done.written > 0);
        let again = export_log(&house, &out, &quiet).await.unwrap();
        assert_eq!((again.written, again.size), (0, size), "nothing new");
        verify_offline(mirror.path(), &house.log.verifier().to_string());
    }
    let mut tiles = 0;
    for file in files(mirror.path()) {
        let name = file.strip_prefix(mirror.path()).unwrap().to_str().unwrap();
        let bytes = fs::read(&file).unwrap();
        if name == "checkpoint" {
            let newest = log::newest(&desk).await.unwrap().unwrap();
            assert_eq!(String::from_utf8(bytes).unwrap(), newest.note);
        } else {
            let path: TilePath = name.parse().unwrap_or_else(|_| panic!("{name} is no tile"));
            assert_eq!(bytes, log::tile(&desk, path).await.unwrap(), "{name}");
            tiles += 1;
        }
    }
    // Three tiles of leaves, each with its bundle, and two widths of the one above; no part outlives its full tile.
    assert_eq!(tiles, 8);

    // A stop in the middle leaves the old checkpoint and some new files; the next run completes them.
    fs::remove_file(mirror.path().join("tile/0/001")).unwrap();
    fs::remove_file(mirror.path().join("checkpoint")).unwrap();
    let done = export_log(&house, &out, &quiet).await.unwrap();
    assert_eq!((done.written, done.kept), (1, 6));

    for (text, why) in heads_of_others(&desk).await {
        fs::write(mirror.path().join("checkpoint"), &text).unwrap();
        let refused = export_log(&house, &out, &quiet).await;
        let Err(Error::Refused(reasons)) = refused else { panic!("{refused:?}") };
        assert!(reasons[0].text.contains(why), "{reasons:?}");
        assert_eq!(fs::read_to_string(mirror.path().join("checkpoint")).unwrap(), text);
    }
}

/// Checkpoints that the log does not extend, signed by its own key, and what an export says of each.
pub async fn heads_of_others(desk: &Desk) -> Vec<(String, &'static str)> {
    let newest = log::newest(desk).await.unwrap().unwrap();
    let (origin, size, root) = (log::origin(&desk.house), newest.size, newest.root);
    let head = |origin: &str, size, why| {
        let text = Checkpoint { origin: origin.into(), size, root }.to_text();
        let signers = desk.house.log.of(&desk.house.log.verifiers()).unwrap();
        (note::sign(&text, &signers).unwrap(), why)
    };
    vec![
        head("else.where/log", size, "另一份日志"),
        head(origin, size + 1, "旧备份"),
        head(origin, size - 1, "不一致"),
    ]
}
