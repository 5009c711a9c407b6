//! A house in a temporary folder with a clock that stands still, alone or behind a server.

use std::{
    net::TcpListener,
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use zhijian::{
    app::{self, Access},
    base::Moment,
    config::Config,
    desk::{
        Clock, Desk, Error, House, Role,
        import_list::{self, Fate},
        log, penalty_list,
        set_up::{self, NewAgency, NewPerson},
    },
    web::{self, Shared, look::Site},
    worker,
};

/// 2026-11-21 09:30 in China, for ever.
struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        "2026-11-21T01:30:00.000Z".parse().unwrap()
    }
}

/// The settings as shipped.
pub fn settings() -> Config {
    Config::load(None, std::iter::empty()).unwrap()
}

/// The house in `folder`.
pub async fn open(folder: &Path) -> Arc<House> {
    app::open(&settings(), folder, Arc::new(Still), Access::Serve).await.unwrap()
}

pub const CODE: &str = "11990101000001011C";

pub fn agency() -> NewAgency {
    NewAgency {
        code: CODE.into(),
        name: "演示县市场监督管理局".into(),
        short_name: "演市监".into(),
        address: "示例省示例市演示县演示路1号".into(),
        phone: "0980-0000101".into(),
        ..NewAgency::default()
    }
}

pub fn officer(n: usize) -> NewPerson {
    NewPerson {
        login: format!("officer-{n}"),
        name: format!("人员{n}"),
        roles: vec![Role::Officer],
        certificate: format!("99010100{n:04}"),
        certificate_from: "2024-01-01".into(),
        certificate_until: if n.is_multiple_of(2) { "2026-12-31" } else { "2026-06-30" }.into(),
        ..NewPerson::default()
    }
}

/// Enters the agency and gives its id.
pub fn enter_agency(house: &Arc<House>) -> String {
    let at = house.clone();
    house
        .store
        .write_blocking(move |db| set_up::enter_agency(db, &at, &agency(), at.clock.now()))
        .unwrap()
}

/// Enters officers `from..to`, each one record.
pub fn enter_officers(house: &Arc<House>, agency: &str, from: usize, to: usize) {
    let (at, agency) = (house.clone(), agency.to_owned());
    house
        .store
        .write_blocking(move |db| {
            for n in from..to {
                let now = at.clock.now();
                set_up::enter_person(db, &at, &agency, &officer(n), "none".into(), now)?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
}

/// Runs one use-case at a time, for tests that are not async.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Publishes a list and gives the numbers.
pub fn import(house: &Arc<House>, csv: &str) -> Vec<String> {
    let runtime = runtime();
    let list = penalty_list::read(csv.as_bytes()).unwrap();
    let file = zhijian::base::Digest::of(csv.as_bytes());
    let desk = Desk::new(house.clone(), None);
    let done = runtime.block_on(import_list::import_list(&desk, CODE, &list, file)).unwrap();
    let numbers = done.into_iter().map(|row| match row.fate {
        Fate::Published(number) | Fate::Known(number) => number,
        Fate::Refused => panic!("{:?}", row.row.verdict),
    });
    numbers.collect()
}

/// A served house; stops when dropped.
pub struct Served {
    pub address: String,
    pub house: Arc<House>,
    handle: actix_web::dev::ServerHandle,
    thread: Option<thread::JoinHandle<()>>,
    #[allow(dead_code, reason = "kept until the end here, read in the tests of witnesses")]
    pub folder: tempfile::TempDir,
}

impl Served {
    pub fn start() -> Served {
        Served::start_with(settings(), tempfile::tempdir().unwrap())
    }

    pub fn start_with(config: Config, folder: tempfile::TempDir) -> Served {
        let (tell, told) = mpsc::channel();
        let path = folder.path().to_owned();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let opened = app::open(&config, &path, Arc::new(Still), Access::Serve).await;
                let house = opened.unwrap();
                let (stop, stopped) = watch::channel(false);
                let (signing, jobs) =
                    worker::start(house.clone(), Duration::from_millis(20), stopped);
                let site = Site { name: "示例公示平台".into(), ..Site::default() };
                let shared =
                    Shared { house: house.clone(), site: Arc::new(site), https: false, signing };
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let address = listener.local_addr().unwrap().to_string();
                let server = web::serve(shared, listener, 1).unwrap();
                tell.send((address, house.clone(), server.handle())).unwrap();
                server.await.unwrap();
                stop.send_replace(true);
                jobs.await.unwrap();
                house.store.close();
            });
        });
        let (address, house, handle) = told.recv().unwrap();
        Served { address, house, handle, thread: Some(thread), folder }
    }

    /// Stops and gives the folder back.
    #[allow(dead_code, reason = "shared with public_log, which never starts a house twice")]
    pub fn stop(mut self) -> tempfile::TempDir {
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    pub fn get(&self, path: &str) -> reqwest::blocking::Response {
        let client = reqwest::blocking::Client::builder();
        let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        client.get(format!("http://{}{path}", self.address)).send().unwrap()
    }

    /// The page at `path`, which must answer with `status`.
    pub fn page(&self, path: &str, status: u16) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status(), status, "{path}");
        answer.text().unwrap()
    }

    /// Waits until everything written so far is under a published checkpoint.
    pub fn sealed(&self) -> log::Published {
        use zhijian::store::{checkpoints, entries};
        let since = Instant::now();
        loop {
            let found = self.house.store.read_blocking(|db| {
                Ok::<_, zhijian::store::Error>((entries::size(db)?, checkpoints::latest(db)?))
            });
            if let (size, Some(row)) = found.unwrap()
                && row.size == size
            {
                let runtime = runtime();
                let desk = Desk::new(self.house.clone(), None);
                return runtime.block_on(log::newest(&desk)).unwrap().unwrap();
            }
            assert!(since.elapsed() < Duration::from_secs(120), "never sealed");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        runtime().block_on(self.handle.stop(true));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        // The threads that answered requests are not joined, and the last to hold the house lets go of its lock.
        for _ in 0..6_000 {
            if Arc::strong_count(&self.house) == 1 {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}
