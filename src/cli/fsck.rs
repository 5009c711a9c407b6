//! `zhijian fsck`: checks everything that is stored and names what is wrong.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    desk::fsck,
};
use anyhow::Result;
use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
    sync::Arc,
};

#[derive(clap::Args)]
pub struct Fsck {
    #[command(flatten)]
    place: Place,
}

/// Exits 0 when all is well, 1 when something is wrong.
pub fn run(task: &Fsck) -> Result<ExitCode> {
    let config = task.place.settings()?;
    let report = super::block_on(async {
        let clock = Arc::new(SystemClock);
        let house = app::open(&config, &task.place.data, clock, Access::Look).await?;
        Ok(fsck::fsck(&house, Arc::new(show)).await?)
    })?;
    println!(
        "已核对：日志叶{}个，检查点{}个，链{}条，记录{}条，公示信息{}条，证据附件{}个（{}字节）。",
        report.leaves,
        report.checkpoints,
        report.chains,
        report.records,
        report.disclosures,
        report.exhibits,
        report.exhibit_bytes,
    );
    if report.is_clean() {
        println!("全部一致。");
        return Ok(ExitCode::SUCCESS);
    }
    for fault in &report.faults {
        println!("异常：{}：{}", fault.place, fault.text);
    }
    if report.more_faults > 0 {
        println!("另有{}处异常未列出。", report.more_faults);
    }
    Ok(ExitCode::FAILURE)
}

/// One line that is written over, for people who watch; nothing in a pipe.
fn show(what: &str, done: u64, all: u64) {
    let mut out = std::io::stderr();
    if out.is_terminal() && done.is_multiple_of(500) {
        // A progress line that cannot be written is no reason to stop checking.
        let _ = write!(out, "\r{what} {done}/{all}   ");
        let _ = out.flush();
    }
}
