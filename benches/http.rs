//! Durable signed records per second over HTTP: server and load client on the same cores, each record
//! signed by an officer, verified, chained, leafed and synced before it is acknowledged.
//!
//! `cargo bench --bench http [-- RECORDS [CONNECTIONS [NODES]]]`. More than one node needs PostgreSQL:
//! `WITH_POSTGRES_OPTIONS= tests/with-postgres sh -c 'ZHIJIAN__STORE__URL=$TEST_DATABASE_URL cargo bench --features postgres,s3 --bench http -- 20000 64 3'`
//! (the empty options let PostgreSQL sync as it does by itself).

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};
use support::{
    Spread, bureau,
    client::{Connection, Server, sign_in},
    evidence, file_case, limits, peak_memory_mib, processor_seconds, seconds,
};

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<usize>().ok());
    let count = numbers.next().unwrap_or(20_000);
    let connections = numbers.next().unwrap_or(64);
    let nodes = numbers.next().unwrap_or(1);
    let dir = tempfile::tempdir().unwrap();
    let shares = actix_web::rt::System::new().block_on(async {
        let bureau = bureau(dir.path()).await;
        sign_in(&bureau.house, &bureau.officer.id).await;
        let mut shares: Vec<Vec<Vec<u8>>> = vec![Vec::new(); connections];
        for case_number in 0..count.div_ceil(50) {
            let case = file_case(&bureau, case_number as u64).await;
            for n in 0..50.min(count - case_number * 50) {
                let at = bureau.house.clock.now();
                let number = (case_number * 50 + n) as u64;
                let (bytes, _, fields) = evidence(&bureau.officer, &case, number, at);
                let body = json!({ "envelope": STANDARD.encode(bytes), "fields": fields });
                shares[case_number % connections].push(body.to_string().into_bytes());
            }
        }
        bureau.house.store.close();
        shares
    });
    let nodes: Vec<_> = (0..nodes).map(|n| node(dir.path(), n)).collect();
    let addresses: Vec<_> = nodes.iter().map(|node| node.address.clone()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let spent = || nodes.iter().map(|node| processor_seconds(node.child.id())).sum::<f64>();
    let client = || processor_seconds(std::process::id());
    let (before, client_before) = (spent(), client());
    let (took, elapsed) = runtime.block_on(load(&addresses, shares));
    let (served, asked) = (spent() - before, client() - client_before);
    let spread = Spread::of(took);
    println!(
        "{count} records over {connections} connections to {} nodes: {:.0} records/s, p50 {:.1} ms, p99 {:.1} ms, peak memory of a node {} MiB",
        nodes.len(),
        count as f64 / elapsed,
        spread.percentile(50.0).as_secs_f64() * 1e3,
        spread.percentile(99.0).as_secs_f64() * 1e3,
        nodes.iter().map(|node| peak_memory_mib(node.child.id())).max().unwrap_or_default(),
    );
    let each = 1e6 / count as f64;
    println!(
        "processor time a record: {:.0} µs in the nodes, {:.0} µs in the client",
        served * each,
        asked * each
    );
    drop(nodes);
    limits::print();
}

/// A server on the prepared folder, or on one of its own with the same keys.
fn node(data: &Path, n: usize) -> Server {
    if n == 0 {
        return Server::start(data);
    }
    let own = data.join(format!("node-{n}"));
    fs::create_dir_all(own.join("keys")).unwrap();
    for file in fs::read_dir(data.join("keys")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), own.join("keys").join(file.file_name())).unwrap();
    }
    Server::start(&own)
}

async fn load(addresses: &[String], shares: Vec<Vec<Vec<u8>>>) -> (Vec<Duration>, f64) {
    let start = Instant::now();
    let tasks: Vec<_> = shares
        .into_iter()
        .zip(addresses.iter().cycle().cloned())
        .map(|(bodies, address)| {
            tokio::spawn(async move {
                let mut took = Vec::with_capacity(bodies.len());
                let mut connection = Connection::open(&address).await.unwrap();
                for body in bodies {
                    let start = Instant::now();
                    let kind = "content-type: application/json\r\n";
                    let reply =
                        connection.send("POST", "/api/v1/records", kind, &body).await.unwrap();
                    let text = String::from_utf8_lossy(&reply.body);
                    assert_eq!(reply.status, 201, "{text}");
                    took.push(start.elapsed());
                }
                took
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    (all, seconds(start))
}
