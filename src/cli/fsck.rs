//! `zhijian fsck`: checks everything that is stored and names what is wrong.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    desk::{
        House,
        fsck::{self, Progress, Report},
    },
};
use anyhow::Result;
use std::{
    io::IsTerminal as _,
    process::ExitCode,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Time between two lines of progress.
const EVERY: Duration = Duration::from_secs(3);

#[derive(clap::Args)]
pub struct Fsck {
    #[command(flatten)]
    place: Place,
    /// Tell of progress on standard error even where it is no terminal.
    #[arg(long)]
    progress: bool,
}

/// Exits 0 when all is well, 1 when something is wrong.
pub fn run(task: &Fsck) -> Result<ExitCode> {
    let config = task.place.settings()?;
    let report = super::block_on(async {
        let clock = Arc::new(SystemClock);
        let house = app::open(&config, &task.place.data, clock, Access::Look).await?;
        check(&house, task.progress).await
    })?;
    Ok(say(&report))
}

/// Checks a house, telling of progress on a terminal, or wherever it is `asked` for.
pub async fn check(house: &Arc<House>, asked: bool) -> Result<Report> {
    Ok(fsck::fsck(house, progress(asked || std::io::stderr().is_terminal())).await?)
}

/// Prints what was found; 0 when all is well, 1 when something is wrong.
pub fn say(report: &Report) -> ExitCode {
    for fault in &report.faults {
        println!("异常：{}：{}", fault.place, fault.text);
    }
    if report.more_faults > 0 {
        println!("另有{}处异常未列出。", report.more_faults);
    }
    println!("{}", summary(report));
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn summary(report: &Report) -> String {
    let found = match report.faults.len() as u64 + report.more_faults {
        0 => "全部一致".to_owned(),
        faults => format!("发现异常{faults}处"),
    };
    format!(
        "已核对：记录{}条，日志叶{}个，检查点{}个，链{}条，案件{}件，公示信息{}条，证据附件{}个（{}字节）。{found}。",
        report.records,
        report.leaves,
        report.checkpoints,
        report.chains,
        report.cases,
        report.disclosures,
        report.exhibits,
        report.exhibit_bytes,
    )
}

/// A line every few seconds, so that nobody takes a long check for a dead one.
fn progress(watched: bool) -> Progress {
    let told = Mutex::new(Instant::now());
    Arc::new(move |what, done, all| {
        let Ok(mut told) = told.lock() else { return };
        if !watched || told.elapsed() < EVERY {
            return;
        }
        *told = Instant::now();
        match all {
            0 => eprintln!("正在核对{what}：{done}"),
            all => eprintln!("正在核对{what}：{done}/{all}"),
        }
    })
}
