//! `zhijian export-log`: the public log as static files.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    desk::{Desk, export_log::export_log, log},
};
use anyhow::{Context, Result};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct ExportLog {
    #[command(flatten)]
    place: Place,
    /// 输出目录；再次导出到同一目录时只写新增的部分
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Exports beside a running server or without one; changes nothing of the data.
pub fn run(task: &ExportLog) -> Result<ExitCode> {
    let config = task.place.settings()?;
    super::block_on(async {
        let house = app::open(&config, &task.place.data, Arc::new(SystemClock), Access::Look)
            .await
            .context("无法打开数据目录")?;
        let progress = |done, all| eprint!("\r日志分块 {done}/{all}");
        let done = export_log(&house, &task.out, &progress).await?;
        eprintln!();
        println!(
            "已导出日志到 {}：{}个叶，新写{}个文件，原有{}个。",
            task.out.display(),
            done.size,
            done.written,
            done.kept
        );
        let keys = log::keys(&Desk::new(house, None)).await?;
        for key in keys.iter().filter(|key| key.retired.is_none()) {
            println!("日志公钥：{}", key.verifier);
        }
        Ok(ExitCode::SUCCESS)
    })
}
