//! A house opened for one test: its server, its clock, and what its ledger must always satisfy.

use crate::people::{Administrator, Visitor};
use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;
use zhijian::{
    app::{self, Access},
    base::{Day, Digest, Moment},
    config::Config,
    desk::{Clock, Desk, House, Role, enter_item, expire, fsck, set_up, sign_in},
    ledger::{entry, leaf::Leaf, tree},
    store::{Db, agencies, chains, checkpoints, entries, items, records},
    web::{self, Shared},
    worker,
};

/// A clock that a test sets; each reading moves it on by a millisecond, so that nothing happens at once.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::from_millis(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// A valid 统一社会信用代码.
pub const CODE: &str = "91340602MA2UJYD90G";
/// The item that cases are filed under.
pub const ITEM: &str = "440118-0001";
/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// An opened house with its server.
pub struct Site {
    pub url: String,
    pub house: Arc<House>,
    pub folder: Arc<tempfile::TempDir>,
    pub admin: Administrator,
    clock: Arc<TestClock>,
    stop: watch::Sender<bool>,
    server: actix_web::dev::ServerHandle,
    settings: BTreeMap<String, String>,
}

/// A house where nobody is entered yet.
pub struct Blank {
    pub url: String,
    pub house: Arc<House>,
    _held: (Arc<tempfile::TempDir>, watch::Sender<bool>, actix_web::dev::ServerHandle),
}

impl Site {
    /// A house with an agency, one item, and an administrator.
    pub async fn open() -> Site {
        Site::open_with(&[]).await
    }

    /// A house where nobody is entered yet, with the token of its one-time link.
    pub async fn blank() -> (Blank, String) {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(TestClock(AtomicI64::new(0)));
        set(&clock, "2026-08-03");
        let (house, url, stop, server) = serve(&folder, &BTreeMap::new(), clock).await;
        let token = set_up::offer(&house).await.unwrap().expect("nobody is there yet");
        (Blank { url, house, _held: (folder, stop, server) }, token)
    }

    /// The same with some settings changed, `SECTION__NAME`.
    pub async fn open_with(changed: &[(&str, &str)]) -> Site {
        let mut settings: BTreeMap<String, String> = [
            ("SESSION__TRIES_A_MINUTE", "100000"),
            ("SESSION__IDLE_HOURS", "100000"),
            ("SERVER__WORKERS", "1"),
            ("LOG__SEAL_EVERY_MS", "30"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        settings.extend(changed.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(TestClock(AtomicI64::new(0)));
        set(&clock, "2026-08-03");
        let (house, url, stop, server) = serve(&folder, &settings, clock.clone()).await;
        let token = set_up::offer(&house).await.unwrap().expect("nobody is there yet");
        let desk = Desk::new(house.clone(), None);
        let agency = set_up::NewAgency {
            code: CODE.into(),
            name: "清河县市场监督管理局".into(),
            short_name: "清市监".into(),
            region: "440118".into(),
            phone: "0000-12315".into(),
            ..Default::default()
        };
        let person = set_up::NewPerson {
            login: "admin".into(),
            name: "管理员".into(),
            password: PASSWORD.into(),
            ..Default::default()
        };
        set_up::set_up(&desk, &token, agency, person).await.unwrap();
        add_item(&house).await;
        let admin = Administrator::sign_in(&url, "admin").await;
        Site { url, house, folder, admin, clock, stop, server, settings }
    }

    /// Stops everything in good order and opens the same folder again.
    pub async fn restart(self) -> Site {
        let (clock, settings) = (self.clock.clone(), self.settings.clone());
        let folder = self.stop().await;
        let (house, url, stop, server) = serve(&folder, &settings, clock.clone()).await;
        let admin = Administrator::sign_in(&url, "admin").await;
        Site { url, house, folder, admin, clock, stop, server, settings }
    }

    /// Stops everything in good order; leaves the folder.
    pub async fn stop(self) -> Arc<tempfile::TempDir> {
        let Site { house, folder, stop, server, .. } = self;
        server.stop(true).await;
        stop.send_replace(true);
        for _ in 0..6_000 {
            if Arc::strong_count(&house) == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Whoever holds it still would only be found out by the minute that each stop takes.
        assert_eq!(Arc::strong_count(&house), 1, "somebody holds the house");
        house.store.close();
        folder
    }

    /// Lets `day` (2026 as `0820`) begin, at ten in the morning; time never goes back.
    pub fn on(&self, month_day: u16) {
        set(&self.clock, &day(month_day));
    }

    /// Moves the clock on.
    pub fn wait_hours(&self, hours: i64) {
        self.clock.0.fetch_add(hours * 3_600_000, Ordering::SeqCst);
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url)
    }

    /// How many records and leaves there are: what must not move when something is refused.
    pub fn counts(&self) -> (usize, i64) {
        self.house
            .store
            .read_blocking(|db| {
                let mut count = 0;
                for chain in chains::page(db, "", 10_000)? {
                    count += records::by_chain(db, &chain.id)?.len();
                }
                Ok::<_, zhijian::store::Error>((count, entries::size(db)?))
            })
            .unwrap()
    }

    /// Enters another agency with one person who holds every role there.
    pub async fn add_agency(&self, code: &str, name: &str, login: &str) {
        let house = self.house.clone();
        let agency = set_up::NewAgency {
            code: code.into(),
            name: name.into(),
            short_name: "邻".into(),
            ..Default::default()
        };
        let person = set_up::NewPerson {
            login: login.into(),
            name: "邻县人员".into(),
            roles: vec![Role::Officer, Role::Head, Role::Reviewer, Role::Clerk],
            certificate: "4402000".into(),
            certificate_from: "2024-01-01".into(),
            certificate_until: "2028-12-31".into(),
            ..Default::default()
        };
        let hash = sign_in::hash_password(PASSWORD).unwrap();
        let now = house.clock.now();
        let enter = move |db: &mut Db| {
            let id = set_up::enter_agency(db, &house, &agency, now)?;
            set_up::enter_person(db, &house, &id, &person, hash, now)
        };
        self.house.store.write(enter).await.map(drop).unwrap();
    }

    /// Waits until everything committed is under a signed checkpoint.
    pub async fn sealed(&self) {
        for _ in 0..6_000 {
            let (size, sealed) = self
                .house
                .store
                .read(|db| {
                    let sealed = checkpoints::latest(db)?.map_or(0, |row| row.size);
                    Ok::<_, zhijian::store::Error>((entries::size(db)?, sealed))
                })
                .await
                .unwrap();
            if size == sealed {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the log was not sealed");
    }

    /// Every chain links from its first entry on, every leaf is its entry's, the signed root is the tree's, and
    /// every row is what the records tell.
    pub async fn holds(&self) {
        self.sealed().await;
        self.house.store.read_blocking(check_ledger).unwrap();
        let report = fsck::fsck(&self.house, Arc::new(|_, _, _| {})).await.unwrap();
        assert_eq!(report.faults, []);
        for leaf in [report.leaves / 2, report.leaves] {
            let since = fsck::Since::Leaf(leaf);
            let part = fsck::fsck_since(&self.house, since, Arc::new(|_, _, _| {})).await.unwrap();
            assert_eq!(part.faults, [], "from leaf {leaf}");
        }
    }
}

type Running = (Arc<House>, String, watch::Sender<bool>, actix_web::dev::ServerHandle);

async fn serve(
    folder: &tempfile::TempDir,
    settings: &BTreeMap<String, String>,
    clock: Arc<TestClock>,
) -> Running {
    let variables = settings.iter().map(|(n, v)| (format!("ZHIJIAN__{n}"), v.clone()));
    let config = Config::load(None, variables).unwrap();
    let house = app::open(&config, folder.path(), clock, Access::Serve).await.unwrap();
    expire::sweep(&Desk::new(house.clone(), None)).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = watch::channel(false);
    let every = Duration::from_millis(config.log.seal_every_ms);
    let (signing, _) = worker::start(house.clone(), every, stopped);
    let shared = Shared { house: house.clone(), site: Default::default(), https: false, signing };
    let server = web::serve(shared, listener, config.server.workers).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    (house, url, stop, handle)
}

/// `0820` as `2026-08-20`.
pub fn day(month_day: u16) -> String {
    format!("2026-{:02}-{:02}", month_day / 100, month_day % 100)
}

fn set(clock: &TestClock, day: &str) {
    let day: Day = day.parse().unwrap();
    let at = Moment::start_of(day).plus_millis(10 * 3_600_000).millis();
    clock.0.fetch_max(at, Ordering::SeqCst);
}

/// Enters the item that cases are filed under.
async fn add_item(house: &Arc<House>) {
    let (inner, now) = (house.clone(), house.clock.now());
    let enter = move |db: &mut Db| {
        let item = items::Item {
            code: ITEM.into(),
            agency_id: agencies::by_code(db, CODE)?.id,
            act_kind: "penalty".into(),
            name: "经营超过保质期的食品".into(),
            basis: "《食品安全法》第一百二十四条".into(),
            penalty: "没收违法所得；罚款".into(),
            field: "食品安全".into(),
            active: true,
        };
        enter_item::enter_item(db, &inner, &item, None, now)
    };
    house.store.write(enter).await.unwrap();
}

/// Fails on the first thing in the ledger that does not hold.
pub fn check_ledger(db: &mut Db) -> Result<(), zhijian::store::Error> {
    let mut hashes = Vec::new();
    let size = entries::size(db)?;
    let all = entries::range(db, 0..size)?;
    let mut by_chain: BTreeMap<String, Vec<entry::Entry>> = BTreeMap::new();
    for row in &all {
        let record = records::find(db, &row.record_id)?;
        let linked = entry::Entry {
            chain: row.chain.clone(),
            seq: row.seq.unsigned_abs(),
            prev: Digest::from_slice(&row.prev).unwrap(),
            record: Digest::of(&record.envelope),
            received_at: Moment::from_millis(row.received_at),
        };
        let kept = entries::leaf(db, row.leaf)?;
        let nonce = kept.nonce.as_slice().try_into().unwrap();
        assert_eq!(Leaf::new(nonce, linked.hash()).0.as_slice(), kept.leaf, "leaf {}", row.leaf);
        hashes.push(tree::leaf_hash(&kept.leaf));
        by_chain.entry(row.chain.clone()).or_default().push(linked);
    }
    for (chain, entries) in &by_chain {
        assert_eq!(entry::check_chain(entries), Ok(()), "{chain}");
        let row = chains::find(db, chain)?;
        assert_eq!(row.head, entries.last().unwrap().hash().as_bytes(), "head of {chain}");
    }
    let newest = checkpoints::latest(db)?.expect("a checkpoint");
    assert_eq!(newest.size, size);
    assert_eq!(newest.root, tree::root_of(&hashes).as_bytes(), "the signed root is the tree's");
    Ok(())
}

/// One line for a test that cannot run here.
pub fn skipped(why: &str) {
    println!("skipped: {why}");
}
