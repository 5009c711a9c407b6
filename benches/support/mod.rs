//! What the measuring programs share: a house in a temporary folder, percentiles, time and memory.
#![allow(dead_code, unused_imports, clippy::unwrap_used)]

#[path = "../../tests/support/client.rs"]
pub mod client;
#[path = "../../tests/support/bureau.rs"]
mod house;
pub mod limits;
pub mod load;

pub use house::{Bureau, Person, evidence, file_case, filing, link};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use zhijian::config::Config;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Settings for a data folder, with a SQLite file unless `ZHIJIAN__STORE__URL` says otherwise.
pub fn settings() -> Config {
    Config::load(None, std::env::vars()).unwrap()
}

/// Opens a house under `data` and enters one agency with three people.
pub async fn bureau(data: &Path) -> Bureau {
    house::bureau(&settings(), data).await
}

/// Durations in order, for percentiles.
pub struct Spread(Vec<Duration>);

impl Spread {
    pub fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Spread(all)
    }

    /// The value below which `percent` of all lie.
    pub fn percentile(&self, percent: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let index = ((last as f64) * percent / 100.0).round() as usize;
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// Seconds since `start`.
pub fn seconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}

/// Processor time of process `pid` so far, all its threads together, in seconds (`/proc`), 0 where it cannot be told.
/// Unlike the time on the wall it says little of what else the machine is doing.
pub fn processor_seconds(pid: u32) -> f64 {
    /// The kernel's unit of `/proc/*/stat`, whatever its own clock's.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |n| behind_name.split_whitespace().nth(n).and_then(|t| t.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / TICKS_A_SECOND
}

/// Peak resident memory of process `pid` in MiB (`/proc`), 0 where it cannot be told.
pub fn peak_memory_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kib: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
    kib / 1024
}
