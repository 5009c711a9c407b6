//! `zhijian rotate-log-key`: lets the log's key give way to a new one, step by step, on record.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::{Desk, House, log, rotate_log_key},
    ledger::NoteVerifier,
};
use anyhow::Result;
use std::{process::ExitCode, sync::Arc};

/// Without a flag: makes a new key, unless one is waiting, and puts it on record.
#[derive(clap::Args)]
pub struct RotateLogKey {
    #[command(flatten)]
    place: Place,
    /// 只生成新密钥文件，不启用；多个节点时先把它分发到每个节点
    #[arg(long, group = "step")]
    prepare: bool,
    /// 停用旧密钥，此后的检查点只由新密钥签名
    #[arg(long, group = "step")]
    finish: bool,
    /// 删除已停用的密钥的私钥文件，不能恢复；公钥永久保留
    #[arg(long, group = "step")]
    delete_retired: bool,
}

/// One step; with SQLite the server must be stopped.
pub fn run(task: &RotateLogKey) -> Result<ExitCode> {
    let config = task.place.settings()?;
    super::block_on(async {
        let house =
            app::open(&config, &task.place.data, Arc::new(SystemClock), Access::Serve).await?;
        let done = step(task, &config, &house).await;
        house.store.close();
        done.map(|()| ExitCode::SUCCESS)
    })
}

async fn step(task: &RotateLogKey, config: &Config, house: &Arc<House>) -> Result<()> {
    if task.finish {
        let old = rotate_log_key::finish(house).await?;
        println!("旧密钥已停用，此后的检查点只由新密钥签名。旧密钥的公钥：{old}");
        println!(
            "此前的检查点仍用旧公钥核验，请勿丢弃旧公钥。旧私钥还在密钥目录里，\
             待签发新的检查点以后，可以用 --delete-retired 删除，或者移到别处保管。"
        );
        return Ok(());
    }
    if task.delete_retired {
        let retired = rotate_log_key::disposable(house).await?;
        let gone = app::log_keys::delete(config, &task.place.data, &retired)?;
        gone.iter().for_each(|file| println!("已删除 {}", file.display()));
        if gone.is_empty() {
            println!("没有已停用的密钥的私钥文件。");
        }
        return Ok(());
    }
    let keys = log::keys(&Desk::new(house.clone(), None)).await?;
    let known: Vec<NoteVerifier> = keys.into_iter().map(|key| key.verifier).collect();
    let coming = app::log_keys::coming(house, &known, house.log.name())?;
    coming.keep(config, &task.place.data)?;
    let new = coming.verifier;
    println!("新密钥的公钥：{new}");
    let file = app::log_keys::file_of(config, &task.place.data, &new);
    println!("新密钥的私钥：{}，请另行备份。", file.display());
    if task.prepare {
        println!(
            "还没有启用。请把私钥文件分发到每个节点并重启各节点，再运行本命令（不带 --prepare）。"
        );
        return Ok(());
    }
    let old = rotate_log_key::begin(house, new).await?;
    println!("已登记新密钥。此后的检查点同时由新旧两把密钥签名，只知道旧公钥的照常核验。");
    println!("旧密钥的公钥：{old}");
    println!("请把新公钥告知见证方和各核验单位，待其都换用新公钥以后，用 --finish 停用旧密钥。");
    Ok(())
}
