//! The whole custody of records and bytes, in process: what fsck finds, what a dossier proves.

#[path = "../support/bureau.rs"]
mod bureau;

mod altered;
mod backups;
#[allow(dead_code, reason = "tests/engines uses the rest")]
#[path = "../engines/bench.rs"]
mod bench;
mod copies;
mod county;
mod gap;
mod house;
#[path = "../independent/run.rs"]
mod python;
mod rereading;
mod rotated;
mod since;
#[allow(dead_code, reason = "tests/witness.rs uses the rest")]
#[path = "../support/tsa.rs"]
mod tsa;
mod vouched;

// The people of the stories, to make a house with something in every table.
#[allow(dead_code, reason = "the stories use the rest")]
#[path = "../stories/case.rs"]
mod case;
#[allow(dead_code, reason = "the stories use the rest")]
#[path = "../stories/forms.rs"]
mod forms;
#[allow(dead_code, reason = "the stories use the rest")]
#[path = "../stories/people.rs"]
mod people;
#[allow(dead_code, reason = "the stories use the rest")]
#[path = "../stories/site.rs"]
mod site;
#[allow(dead_code, reason = "the stories use the rest")]
#[path = "../stories/tus.rs"]
mod tus;

use house::Bureau;
use std::sync::Arc;
use zhijian::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::{
        Desk,
        export_dossier::{
            self,
            sink::{self, Sink},
        },
        fsck, import_list,
        look_up::public,
        penalty_list,
        seal_checkpoint::Sealer,
    },
    ledger::dossier::{Outcome, Trust, Variant},
    verify as verify_room,
};

async fn faults(bureau: &Bureau) -> Vec<fsck::Fault> {
    fsck::fsck(&bureau.house, Arc::new(|_, _, _| {})).await.unwrap().faults
}

const LIST: &str = "CF_XDR_MC,CF_XDR_LB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_CFJG\n\
测试甲公司,法人及非法人组织,测罚〔2026〕1号,未公示许可,未公示许可证件,测试依据第一条,罚款,罚款5000元,0.5,2026/03/02,测试局\n\
测试乙公司,法人及非法人组织,测罚〔2026〕2号,广告不实,广告内容不实,测试依据第二条,警告,警告,,2026/03/03,测试局\n";

/// The same with as many rows as are wanted.
fn long_list(rows: usize) -> String {
    let mut list: String = LIST.lines().take(1).map(|head| format!("{head}\n")).collect();
    for n in 1..=rows {
        let row = LIST.lines().nth(1).unwrap().replace("〕1号", &format!("〕{n}号"));
        list.push_str(&format!("{row}\n"));
    }
    list
}

#[actix_web::test]
async fn importing_twice_adds_nothing_and_stays_clean() {
    let bureau = Bureau::open().await;
    let desk = Desk::new(bureau.house.clone(), None);
    let list = penalty_list::read(LIST.as_bytes()).unwrap();
    let digest = zhijian::base::Digest::of(LIST.as_bytes());
    let first = import_list::import_list(&desk, bureau::CODE, &list, digest).await.unwrap();
    let size = bureau.log_size().await;
    let again = import_list::import_list(&desk, bureau::CODE, &list, digest).await.unwrap();
    assert_eq!(bureau.log_size().await, size);
    for (first, again) in first.iter().zip(&again) {
        let import_list::Fate::Published(number) = &first.fate else { panic!("{:?}", first.fate) };
        assert_eq!(again.fate, import_list::Fate::Known(number.clone()));
    }
    bureau.seal().await;
    assert_eq!(faults(&bureau).await, []);
}

/// The published list of real penalties, where it lies beside the project.
#[actix_web::test]
async fn the_published_list_becomes_disclosures() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/penalties/mee_2017_q1_q3.csv");
    let Ok(bytes) = std::fs::read(path) else {
        println!("skipped: no published list at ../shared/data");
        return;
    };
    let bureau = Bureau::open().await;
    let desk = Desk::new(bureau.house.clone(), None);
    let list = penalty_list::read(&bytes).unwrap();
    let digest = zhijian::base::Digest::of(&bytes);
    let rows = import_list::import_list(&desk, bureau::CODE, &list, digest).await.unwrap();
    assert_eq!(rows.len(), 126);
    assert!(rows.iter().all(|row| matches!(row.fate, import_list::Fate::Published(_))));
    bureau.seal().await;
    for (row, entry) in rows.iter().map(|row| (row, row.row.entry.as_ref().unwrap())) {
        let import_list::Fate::Published(number) = &row.fate else { unreachable!() };
        let item = public::item(&desk, number).await.unwrap();
        let shown = |label: &str| item.lines.iter().find(|line| line.label == label);
        assert_eq!(shown("当事人").unwrap().value, entry.party, "firms are named in full");
        let fine = shown("罚款金额").map(|line| line.value.clone());
        assert_eq!(fine, entry.fine.map(zhijian::base::Money::in_words), "nothing invented");
        assert!(shown("处罚机关").is_none(), "the list names no agency");
        let proof = public::proof(&desk, number).await.unwrap();
        let trusted = bureau.house.log.verifier();
        let verdicts = zhijian::ledger::bundle::check(&proof, std::slice::from_ref(&trusted));
        assert!(verdicts.iter().all(|verdict| verdict.ok), "{verdicts:?}");
    }
    let size = bureau.log_size().await;
    import_list::import_list(&desk, bureau::CODE, &list, digest).await.unwrap();
    assert_eq!(bureau.log_size().await, size, "running it twice adds nothing");
    assert_eq!(faults(&bureau).await, []);
}

/// A list of who is no penalised party is not counted among penalties, and nobody is named for its agency.
#[actix_web::test]
async fn what_is_no_penalty_is_taken_as_another_act() {
    let bureau = Bureau::open().await;
    let desk = Desk::new(bureau.house.clone(), None);
    let csv = "小微企业ID,主管税务机关,认定日期\n7,某税务局,2017年11月\n8,,2017年11月\n";
    let list = penalty_list::read(csv.as_bytes()).unwrap();
    let digest = zhijian::base::Digest::of(csv.as_bytes());
    let rows = import_list::import_list(&desk, bureau::CODE, &list, digest).await.unwrap();
    bureau.seal().await;
    let kind = async |act_kind: &str| {
        let query = public::Query { act_kind: act_kind.into(), ..public::Query::default() };
        public::list(&desk, query).await.unwrap().total
    };
    assert_eq!((kind("penalty").await, kind("other").await), (0, 2));
    let import_list::Fate::Published(number) = &rows[1].fate else { panic!("{:?}", rows[1].row) };
    let item = public::item(&desk, number).await.unwrap();
    assert!(item.lines.iter().all(|line| line.label != "处罚机关"), "{item:?}");
    let penalty_list::Verdict::Doubtful(doubts) = &rows[1].row.verdict else { panic!() };
    assert_eq!(doubts[0].field, "主管税务机关");
    assert_eq!(faults(&bureau).await, []);
}

/// Numbers that identify a person stay hidden, and provable, when a list carries them.
/// All that the public can read of the rows of a list.
async fn published(csv: &str) -> String {
    let bureau = Bureau::open().await;
    let desk = Desk::new(bureau.house.clone(), None);
    let list = penalty_list::read(csv.as_bytes()).unwrap();
    let digest = zhijian::base::Digest::of(csv.as_bytes());
    let rows = import_list::import_list(&desk, bureau::CODE, &list, digest).await.unwrap();
    bureau.seal().await;
    let mut pages = String::new();
    for row in rows {
        let import_list::Fate::Published(number) = row.fate else { panic!("{:?}", row.row) };
        pages += &serde_json::to_string(&public::item(&desk, &number).await.unwrap()).unwrap();
        pages += &serde_json::to_string(&public::proof(&desk, &number).await.unwrap()).unwrap();
    }
    pages
}

#[actix_web::test]
async fn personal_numbers_in_a_list_are_masked() {
    let csv = LIST
        .replace("未公示许可证件", "经营者电话13900001234未公示许可证件")
        .replace("测试乙公司,法人及非法人组织", "王小明,自然人");
    let pages = published(&csv).await;
    assert!(!pages.contains("13900001234"), "{pages}");
    assert!(!pages.contains("王小明"), "{pages}");
}

/// A party of no stated type is named in full only when it cannot be a person.
#[actix_web::test]
async fn a_party_of_no_stated_type_may_be_a_person() {
    let csv = LIST
        .replace("测试甲公司,法人及非法人组织", "测试甲公司,")
        .replace("测试乙公司,法人及非法人组织", "王小明,其他")
        .replace("广告内容不实", "王小明的广告内容不实");
    let pages = published(&csv).await;
    assert!(pages.contains("测试甲公司") && !pages.contains("王小明"), "{pages}");
}

#[actix_web::test]
async fn fsck_names_altered_and_missing_bytes() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let path = bureau.exhibit_path();
    let whole = std::fs::read(&path).unwrap();
    house::overwrite(&path, &[&whole[..10], b"x", &whole[11..]].concat());
    assert!(faults(&bureau).await[0].text.contains("内容已改变"));
    std::fs::remove_file(&path).unwrap();
    assert!(faults(&bureau).await[0].text.contains("缺失"));
    house::overwrite(&path, &whole);
    assert_eq!(faults(&bureau).await, []);
}

/// Who lost the service's key registers another; what the first one signed stays good.
#[actix_web::test]
async fn a_second_service_key_is_on_record() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let folder = bureau.close();
    std::fs::remove_file(folder.path().join("keys/service.key")).unwrap();
    let config = Config::load(None, std::iter::empty()).unwrap();
    let clock = Arc::new(SystemClock);
    let house = app::open(&config, folder.path(), clock, Access::Serve).await.unwrap();
    let report = fsck::fsck(&house, Arc::new(|_, _, _| {})).await.unwrap();
    assert_eq!(report.faults, []);
}

#[actix_web::test]
async fn a_dossier_verifies_and_any_altered_file_is_named() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let out = bureau.dir.path().join("dossier");
    let now = bureau.house.clock.now();
    let export = async |variant: Variant, sink: Box<dyn Sink>| {
        let case = export_dossier::case_numbered(&bureau.house, house::NUMBER).await?;
        let plan = export_dossier::plan(&bureau.house, &case, variant, now).await?;
        export_dossier::write(&bureau.house, plan, sink).await
    };
    let done = export(Variant::Whole, Box::new(sink::Folder(out.clone()))).await.unwrap();
    assert_eq!((done.records, done.exhibits), (3, 1));
    let trusted = bureau.house.log.verifier();
    let verify = || {
        verify_room::dossier(
            &house::Disk(out.clone()),
            Trust { logs: std::slice::from_ref(&trusted), policy: None },
        )
    };
    let report = verify();
    assert_eq!(report.outcome, Outcome::Good, "{:?}", report.first_fault());
    // Neither does the verifier that knows the formats from their document alone find anything amiss.
    let vkey = trusted.to_string();
    let independent = || {
        let (code, said) = python::python("verify.py", &["--vkey", &vkey, out.to_str().unwrap()]);
        (code, said.lines().filter(|line| !line.starts_with("good")).collect::<String>())
    };
    assert_eq!(independent(), (0, format!("outcome good {}", out.display())));

    for file in house::files(&out) {
        let whole = std::fs::read(&file).unwrap();
        let mut altered = whole.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        std::fs::write(&file, &altered).unwrap();
        assert_eq!(verify().outcome, Outcome::Tampered, "{}", file.display());
        assert_eq!(independent().0, 1, "{}", file.display());
        std::fs::remove_file(&file).unwrap();
        assert_eq!(verify().outcome, Outcome::Incomplete, "without {}", file.display());
        assert_eq!(independent().0, 2, "without {}", file.display());
        std::fs::write(&file, &whole).unwrap();
    }
    assert_eq!(verify().outcome, Outcome::Good);
    assert!(
        export(Variant::Whole, Box::new(sink::Folder(out.clone()))).await.is_err(),
        "a file that is there is not written over"
    );
}

#[actix_web::test]
async fn a_log_that_contradicts_what_was_signed_is_not_signed_again() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    bureau.tamper("UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE idx = 1) WHERE idx = 2");
    assert!(Sealer::open(&bureau.house).await.is_err());

    let shortened = Bureau::with_case().await;
    shortened.seal().await;
    shortened.tamper("DELETE FROM checkpoints");
    shortened.tamper("DELETE FROM entries WHERE leaf = (SELECT max(leaf) FROM entries)");
    shortened.tamper("DELETE FROM leaves WHERE idx = (SELECT max(idx) FROM leaves)");
    assert!(Sealer::open(&shortened.house).await.is_err());
}
