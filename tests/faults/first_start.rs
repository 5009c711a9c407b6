//! The very first start on an empty folder, into which faults are put: the next one begins or goes on, by itself.

use crate::{
    client::Connection,
    house::{self, Place, Places},
    judge::{self, Outcome, Recorded, Scene, Shown},
    strace::Fault,
};
use std::{fs, path::PathBuf, process::ExitStatus, sync::Arc, time::Duration};
use zhijian::{
    app::{self, Access, SystemClock},
    base::Digest,
    config::Config,
    desk::fsck,
};

pub struct FirstStart;

fn place(folder: &tempfile::TempDir) -> (Place, PathBuf) {
    fs::write(folder.path().join("settings.toml"), "[log]\nseal_every_ms = 20\n").unwrap();
    let data = folder.path().join("data");
    (house::serving(&data), data)
}

fn places() -> Places {
    Places { upload: "none".into(), digest: Digest::ZERO.hex() }
}

/// What a visitor reads: the log's key, once its first checkpoint is published.
async fn visit(address: &str) -> Option<String> {
    let mut connection = Connection::open(address).await.ok()?;
    for _ in 0..3_000 {
        let checkpoint = connection.send("GET", "/log/checkpoint", "", &[]).await.ok()?;
        let ready = connection.send("GET", "/readyz", "", &[]).await.ok()?;
        if (checkpoint.status, ready.status) == (200, 200) {
            let vkey = connection.send("GET", "/log/vkey", "", &[]).await.ok()?;
            return (vkey.status == 200).then(|| String::from_utf8_lossy(&vkey.body).into_owned());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    None
}

impl Scene for FirstStart {
    fn name(&self) -> &'static str {
        "first start"
    }

    fn record(&self, program: &str) -> Recorded {
        let folder = tempfile::tempdir().unwrap();
        let (place, data) = place(&folder);
        let server = place.recorded(program).unwrap();
        assert!(judge::runtime().block_on(visit(&server.address)).is_some(), "{}", place.said());
        drop(server);
        let class = Box::new(move |path: &str| places().class(path, &data));
        Recorded { trace: place.trace(), class, folder }
    }

    fn try_one(&self, program: &str, fault: &Fault) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let (place, data) = place(&folder);
        let (runtime, mut wrong) = (judge::runtime(), Vec::new());
        let mut before = None;
        let ended: Option<ExitStatus> =
            match place.faulty(program, fault, &places().paths(&fault.class, &data)) {
                Err(status) => Some(status),
                Ok(mut server) => {
                    before = runtime.block_on(visit(&server.address));
                    let ended = if before.is_some() { None } else { server.ended() };
                    if before.is_none() && ended.is_none() {
                        wrong.push(format!("does not recover: {}", place.said()));
                    }
                    server.kill();
                    ended
                }
            };
        let shown = judge::shown(fault, ended, &place, false, false);
        if shown != Shown::NotReached {
            match place.plain(program) {
                Err(status) => wrong.push(format!("does not start: {status}: {}", place.said())),
                Ok(server) => {
                    let now = runtime.block_on(visit(&server.address));
                    if now.is_none() || before.is_some_and(|before| Some(before) != now) {
                        wrong.push(format!("another log, or none: {now:?}: {}", place.said()));
                    }
                    runtime.block_on(check(&data, &mut wrong));
                }
            }
        }
        Outcome { scene: self.name(), fault: fault.clone(), shown, wrong }
    }
}

async fn check(data: &std::path::Path, wrong: &mut Vec<String>) {
    let config = Config::load(None, std::iter::empty()).unwrap();
    match app::open(&config, data, Arc::new(SystemClock), Access::Look).await {
        Err(fault) => wrong.push(format!("does not open: {fault:#}")),
        Ok(house) => {
            let report = fsck::fsck(&house, Arc::new(|_, _, _| {})).await.unwrap();
            wrong.extend(report.faults.iter().map(|fault| format!("fsck: {fault:?}")));
            house.store.close();
        }
    }
}
