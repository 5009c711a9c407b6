//! `zhijian backup` and `zhijian restore`: a copy of the house, made beside the running server, checked when it stands.

use super::{Place, fsck};
use crate::{
    app::{self, Access, SystemClock},
    desk::back_up,
};
use anyhow::{Context, Result, ensure};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// 备份目录；再次备份到同一目录时只复制新增的附件
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(clap::Args)]
pub struct Restore {
    #[command(flatten)]
    place: Place,
    /// 备份目录
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

/// Copies beside a running server or without one, then checks the copy from its bytes.
pub fn run(task: &Backup) -> Result<ExitCode> {
    let mut config = task.place.settings()?;
    let keys = app::key_folder(&config, &task.place.data);
    let (report, copied) = super::block_on(async {
        let clock = Arc::new(SystemClock);
        let house = app::open(&config, &task.place.data, clock.clone(), Access::Look)
            .await
            .context("无法打开数据目录")?;
        app::make_private_folder(&task.out)?;
        let copied = back_up::back_up(&house.store, &house.vault, &task.out).await?;
        config.store.url = Default::default();
        config.keys.folder = keys.display().to_string();
        config.log.guard = task.out.join(back_up::CHECKPOINT).display().to_string();
        let copy = app::open(&config, &task.out, clock, Access::Look).await.context("备份")?;
        Ok((fsck::check(&copy, None, false).await?, copied))
    })?;
    println!(
        "已备份到 {}：检查点覆盖{}个叶，新复制附件{}个（{}字节），原有{}个。密钥与 log.guard 不在备份内，请另行保管。",
        task.out.display(),
        copied.sealed,
        copied.files,
        copied.bytes,
        copied.kept
    );
    Ok(fsck::say(&report))
}

/// Puts a copy into an empty data folder, then checks it from its bytes.
pub fn restore(task: &Restore) -> Result<ExitCode> {
    let config = task.place.settings()?;
    let data = &task.place.data;
    let keys = app::key_folder(&config, data);
    ensure!(
        keys.join("master.key").is_file(),
        "{} 里没有密钥。请先把另行保管的密钥（master.key、log.key、service.key）放进去，再恢复。",
        keys.display()
    );
    let guard = app::guard_file(&config, data);
    let guarded = guard.exists();
    let (report, copied) = super::block_on(async {
        app::make_private_folder(data)?;
        let copied = back_up::restore(&task.from, data, &guard).await?;
        let house = app::open(&config, data, Arc::new(SystemClock), Access::Look).await?;
        Ok((fsck::check(&house, None, false).await?, copied))
    })?;
    println!(
        "已恢复到 {}：检查点覆盖{}个叶，附件{}个（{}字节）。",
        data.display(),
        copied.sealed,
        copied.files,
        copied.bytes
    );
    if !guarded {
        println!(
            "{} 不存在，已按备份的检查点写入。启动服务前，请与见证方或者已公布的检查点核对：\
             如果外面见过更大的日志，说明备份之后的记录已经丢失，不要启动，按运维手册“最新部分丢失”办理。",
            guard.display()
        );
    }
    Ok(fsck::say(&report))
}
