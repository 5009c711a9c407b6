//! `zhijian export-log`: the public log as static files.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    desk::{
        Desk,
        export_log::{export_log, sink::Sink},
        log,
    },
};
use anyhow::{Context, Result};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct ExportLog {
    #[command(flatten)]
    place: Place,
    /// 输出目录，或者存储桶 s3://桶名/前缀（凭据取自环境变量 AWS_…）；再次导出到同一处时只写新增的部分
    #[arg(long, value_name = "DIR|s3://BUCKET/PREFIX")]
    out: PathBuf,
}

const S3: &str = "s3://";

/// Exports beside a running server or without one; changes nothing of the data.
pub fn run(task: &ExportLog) -> Result<ExitCode> {
    let config = task.place.settings()?;
    let sink = match task.out.to_str().filter(|out| out.starts_with(S3)) {
        Some(address) => bucket(address)?,
        None => Sink::Folder(task.out.clone()),
    };
    super::block_on(async {
        let house = app::open(&config, &task.place.data, Arc::new(SystemClock), Access::Look)
            .await
            .context("无法打开数据目录")?;
        let progress = |done, all| eprint!("\r日志分块 {done}/{all}");
        let done = export_log(&house, &sink, &progress).await?;
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

#[cfg(feature = "s3")]
fn bucket(address: &str) -> Result<Sink> {
    use crate::{courier::stores::Stores, evidence::bucket::Bucket};
    let bucket = Bucket::open(address, Stores).map_err(crate::desk::Error::from)?;
    Ok(Sink::Bucket(bucket))
}

#[cfg(not(feature = "s3"))]
fn bucket(_: &str) -> Result<Sink> {
    anyhow::bail!("本程序没有编入存储桶（S3）支持，编译时请加 --features s3；也可以导出到目录")
}
