//! `fsck` over a county's records, beside what it cannot do without: the signature checks alone on all cores, and
//! reading every row alone. The folder is filled and the check is run by a process of its own, so that its memory
//! is its own.
//!
//! `cargo bench --bench fsck [-- RECORDS [FOLDER]]`. A FOLDER that has been filled is checked as it is.

mod support;

use std::{path::Path, process::Command, sync::Arc, time::Instant};
use support::{
    Bureau, bureau, evidence, filing, limits, peak_memory_mib, processor_seconds, seconds, settings,
};
use zhijian::{
    app::{self, Access, SystemClock},
    base::{CaseId, Digest},
    desk::{
        Desk, Error,
        append::{self, Begin, Vouched},
        fsck,
        import_list::import_list,
        penalty_list,
        seal_checkpoint::Sealer,
        vouch,
    },
    store::{Db, chains, entries, records},
};

/// Says to the program that it is the process that measures.
const MEASURE: &str = "--measure";

/// Cases filled in between two checkpoints.
const ROUND: usize = 16;

/// Of so many records one is an imported disclosure.
const IMPORTED: usize = 50;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut plain = words.iter().filter(|word| !word.starts_with("--"));
    let count = plain.next().and_then(|word| word.parse().ok()).unwrap_or(20_000);
    let temporary = tempfile::tempdir().unwrap();
    let folder = plain.next().map_or_else(|| temporary.path().to_owned(), Into::into);
    let system = actix_web::rt::System::new();
    if words.iter().any(|word| word == MEASURE) {
        return system.block_on(measure(&folder));
    }
    if !folder.join("zhijian.db").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let start = Instant::now();
        system.block_on(fill(&folder, count));
        println!("filled with {count} records in {:.0} s", seconds(start));
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    let done = child.arg("0").arg(&folder).arg(MEASURE).status().unwrap();
    assert!(done.success());
}

/// Cases of five to fifteen records and a list of imported disclosures, a checkpoint every so often.
async fn fill(folder: &Path, count: usize) {
    let bureau = bureau(folder).await;
    let mut sealer = Sealer::open(&bureau.house).await.unwrap();
    let imported = count / IMPORTED;
    let (mut linked, mut case) = (0, 0);
    while linked + imported < count {
        let mut round = Vec::new();
        for _ in 0..ROUND {
            let records = (5 + case % 11).min(count - imported - linked);
            round.push(actix_web::rt::spawn(write_case(bureau.clone(), case as u64, records)));
            (linked, case) = (linked + records, case + 1);
        }
        for one in round {
            one.await.unwrap();
        }
        sealer.seal(&bureau.house, bureau.house.clock.now()).await.unwrap();
    }
    for from in (0..imported).step_by(1_000) {
        import(&bureau, from, 1_000.min(imported - from)).await;
        sealer.seal(&bureau.house, bureau.house.clock.now()).await.unwrap();
    }
    bureau.house.store.close();
}

/// A filing and `records - 1` pieces of evidence, signed and vouched for one by one, linked in one write.
async fn write_case(bureau: Bureau, n: u64, records: usize) {
    let (now, mut vouched) = (bureau.house.clock.now(), Vec::<Vouched>::new());
    let case = CaseId::new(now).to_string();
    for m in 0..records as u64 {
        let (bytes, envelope, fields) = match m {
            0 => filing(&bureau, &case, n, now),
            _ => evidence(&bureau.officer, &case, n * 100 + m, now),
        };
        let probe = envelope.clone();
        let known = bureau.house.store.read(move |db| vouch::known_keys(db, &probe)).await;
        vouched.push(vouch::vouch(bytes, &envelope, fields, &known.unwrap()).unwrap());
    }
    let (house, agency) = (bureau.house.clone(), bureau.agency.clone());
    let link = move |db: &mut Db| {
        for (m, record) in vouched.iter().enumerate() {
            let begin = if m == 0 { Begin::Case(agency.clone()) } else { Begin::Nothing };
            append::append(db, &house, record, begin, now)?;
        }
        Ok::<_, Error>(())
    };
    bureau.house.store.write(link).await.unwrap();
}

async fn import(bureau: &Bureau, from: usize, rows: usize) {
    let mut csv = String::from(
        "CF_XDR_MC,CF_XDR_LB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_CFJG\n",
    );
    for n in from..from + rows {
        csv += &format!(
            "合成企业{n}有限公司,法人及非法人组织,合成罚〔2026〕{n}号,广告不实,合成事实,合成依据第一条,罚款,罚款5000元,0.5,2026/03/02,测试局\n"
        );
    }
    let list = penalty_list::read(csv.as_bytes()).unwrap_or_else(|fault| panic!("{}", fault.text));
    let desk = Desk::new(bureau.house.clone(), None);
    import_list(&desk, "11990101MB00000017", &list, Digest::of(csv.as_bytes())).await.unwrap();
}

async fn measure(folder: &Path) {
    let clock = Arc::new(SystemClock);
    let house = app::open(&settings(), folder, clock, Access::Look).await.unwrap();
    let own = std::process::id();
    let (start, before) = (Instant::now(), processor_seconds(own));
    let report = fsck::fsck(&house, Arc::new(|_, _, _| {})).await.unwrap();
    let (took, spent) = (seconds(start), processor_seconds(own) - before);
    assert!(report.is_clean(), "{:?}", report.faults.first());
    println!(
        "fsck: {} records, {} leaves, {} checkpoints, {} cases, {} disclosures: {took:.1} s, {:.0} records/s, {spent:.1} s of processor time, peak memory {} MiB",
        report.records,
        report.leaves,
        report.checkpoints,
        report.cases,
        report.disclosures,
        report.records as f64 / took,
        peak_memory_mib(own),
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (rate, each) = limits::strict(cores);
    println!(
        "limit: verify_strict alone on {cores} threads {rate:.0}/s, {:.0} µs of processor time each",
        each * 1e6
    );
    let start = Instant::now();
    let (rows, signatures) = house.store.read(everything).await.unwrap();
    println!(
        "limit: reading the {rows} rows of records, entries and leaves alone {:.1} s",
        seconds(start)
    );
    println!(
        "limit: the records' {signatures} signatures at that rate {:.1} s",
        signatures as f64 / rate
    );
}

/// Reads every record, entry and leaf; gives how many rows there were and how many signatures in the records.
fn everything(db: &mut Db) -> Result<(usize, usize), Error> {
    let (mut rows, mut signatures, mut after) = (0, 0, String::new());
    loop {
        let page = chains::page(db, &after, 200)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        for chain in &page {
            for record in records::by_chain(db, &chain.id)? {
                rows += 1;
                signatures += 1 + usize::from(record.kind == "filing");
            }
        }
    }
    let size = entries::size(db)?;
    for from in (0..size).step_by(10_000) {
        rows += entries::range(db, from..from + 10_000)?.len();
        rows += entries::leaves(db, from..from + 10_000)?.len();
    }
    Ok((rows, signatures))
}
