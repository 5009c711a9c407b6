//! The public list, an item page and the search over many synthetic disclosures.
//!
//! `cargo bench --bench public [-- DISCLOSURES]`. The rows are synthetic and say so in their names.

mod support;

use std::time::{Duration, Instant};
use support::{
    Spread, bureau,
    client::{Connection, Server},
    peak_memory_mib, seconds,
};
use zhijian::{
    base::Digest,
    desk::{Desk, import_list::import_list, penalty_list, seal_checkpoint::Sealer},
};

const CONNECTIONS: usize = 16;
const REQUESTS: usize = 4_000;

fn main() {
    let count = std::env::args().skip(1).find_map(|a| a.parse::<usize>().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir().unwrap();
    let start = Instant::now();
    actix_web::rt::System::new().block_on(async {
        let bureau = bureau(dir.path()).await;
        let desk = Desk::new(bureau.house.clone(), None);
        for part in 0..count.div_ceil(10_000) {
            let rows = 10_000.min(count - part * 10_000);
            let csv = list(part * 10_000, rows);
            let read =
                penalty_list::read(csv.as_bytes()).unwrap_or_else(|fault| panic!("{}", fault.text));
            import_list(&desk, "11990101MB00000017", &read, Digest::of(csv.as_bytes()))
                .await
                .unwrap();
        }
        let now = bureau.house.clock.now();
        Sealer::open(&bureau.house).await.unwrap().seal(&bureau.house, now).await.unwrap();
        bureau.house.store.close();
    });
    println!(
        "{count} synthetic disclosures imported, each signed, chained and logged: {:.0}/s",
        count as f64 / seconds(start)
    );
    let server = Server::start(dir.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        measure(&server.address, "list, first page", |_| "/disclosures".into()).await;
        measure(&server.address, "list, page 50", |_| "/disclosures?page=50".into()).await;
        measure(&server.address, "item", |n| format!("/disclosures/2026-{:07}", n % count + 1))
            .await;
        let words = ["合成", "渣土", "食品", "扬尘", "噪声", "广告"];
        measure(&server.address, "search, two characters", |n| {
            format!("/disclosures?q={}", urlencode(words[n % words.len()]))
        })
        .await;
        measure(&server.address, "search, one hit", |n| {
            format!("/disclosures?q={}", urlencode(&format!("合成企业{:06}", n * 7 % count)))
        })
        .await;
    });
    println!("server peak memory {} MiB", peak_memory_mib(server.child.id()));
}

fn urlencode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Rows in the layout of the double-disclosure exchange fields.
fn list(from: usize, rows: usize) -> String {
    let kinds = ["渣土遗撒", "食品经营未公示许可", "扬尘未覆盖", "噪声超标", "广告内容不实"];
    let mut csv = String::from(
        "CF_XDR_MC,CF_XDR_LB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_CFJG\n",
    );
    for n in from..from + rows {
        let kind = kinds[n % kinds.len()];
        let fen = n % 90 + 10;
        csv.push_str(&format!(
            "合成企业{n:06}有限公司,法人及非法人组织,合成罚〔2026〕{n}号,{kind},合成数据：{kind}的事实描述第{n}号,合成依据第{}条,罚款,罚款{fen}00元,0.{fen},2026/{:02}/{:02},测量局\n",
            n % 80 + 1,
            n % 10 + 1,
            n % 28 + 1,
        ));
    }
    csv
}

async fn measure(address: &str, name: &str, path: impl Fn(usize) -> String) {
    let start = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|own| {
            let paths: Vec<String> =
                (0..REQUESTS / CONNECTIONS).map(|n| path(own * 1_000 + n)).collect();
            tokio::spawn(get_all(address.to_owned(), paths))
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.unwrap());
    }
    let rate = took.len() as f64 / seconds(start);
    let spread = Spread::of(took);
    println!(
        "{name}: {rate:.0} requests/s, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms",
        spread.percentile(50.0).as_secs_f64() * 1e3,
        spread.percentile(95.0).as_secs_f64() * 1e3,
        spread.percentile(99.0).as_secs_f64() * 1e3
    );
}

async fn get_all(address: String, paths: Vec<String>) -> Vec<Duration> {
    let mut connection = Connection::open(&address).await.unwrap();
    let mut took = Vec::with_capacity(paths.len());
    for path in paths {
        let start = Instant::now();
        let reply = connection.send("GET", &path, "accept: text/html\r\n", &[]).await.unwrap();
        assert_eq!(reply.status, 200, "{path}");
        took.push(start.elapsed());
    }
    took
}
