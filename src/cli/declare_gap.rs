//! `zhijian declare-gap`: says on record that the newest part of the log is lost, and goes on under another name.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::{
        Desk, House,
        declare_gap::{self, Wanted},
        log,
        log_gaps::Gap,
    },
    ledger::NoteVerifier,
};
use anyhow::{Context, Result, ensure};
use std::{io, path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct DeclareGap {
    #[command(flatten)]
    place: Place,
    /// 已知的最大检查点（带签名的原文）；不写则取守护文件 log.guard
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// 新日志的名称，不得与原来的相同
    #[arg(long, value_name = "ORIGIN")]
    name: String,
    /// 丢失的原因，将公开
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// 丢失的叶数，供脚本使用；不写则在终端上询问
    #[arg(long, value_name = "N")]
    lost: Option<u64>,
}

/// Shows what would be said, has the number of lost leaves confirmed, and says it. With SQLite the server must be
/// stopped.
pub fn run(task: &DeclareGap) -> Result<ExitCode> {
    let config = task.place.settings()?;
    super::block_on(async {
        let house =
            app::open(&config, &task.place.data, Arc::new(SystemClock), Access::Serve).await?;
        let done = declare(task, &config, &house).await;
        house.store.close();
        done.map(|()| ExitCode::SUCCESS)
    })
}

async fn declare(task: &DeclareGap, config: &Config, house: &Arc<House>) -> Result<()> {
    let file = task.known.as_ref().unwrap_or(&house.guard);
    let note = std::fs::read_to_string(file)
        .with_context(|| format!("无法读取已知的检查点 {}", file.display()))?;
    let keys = log::keys(&Desk::new(house.clone(), None)).await?;
    let known: Vec<NoteVerifier> = keys.into_iter().map(|key| key.verifier).collect();
    let key = app::log_keys::coming(house, &known, &task.name)?;
    let wanted = Wanted { note, key: key.verifier.clone(), reason: task.reason.clone() };
    let gap = declare_gap::look(house, wanted.clone()).await?;
    say(&gap);
    let lost = match task.lost {
        Some(lost) => lost,
        None => ask()?,
    };
    declare_gap::refuse_unless(&gap, lost)?;
    key.keep(config, &task.place.data)?;
    let (gap, aside) = declare_gap::declare(house, wanted, lost).await?;
    println!("已声明。日志此后名为 {}，公钥：{}", gap.key.name(), gap.key);
    if let Some(aside) = aside {
        println!("原守护文件的副本：{}，请与旧公钥一并长期保存。", aside.display());
    }
    println!(
        "请启动服务，公布新公钥和缺口，并告知见证方：新日志是另一份日志，须另行登记。\
         配置文件中写有 [log] origin 的，请改为新名称。"
    );
    Ok(())
}

fn say(gap: &Gap) {
    println!("日志：{}", gap.origin);
    println!("现有的最后检查点：{}个叶，根 {}", gap.size, gap.root);
    println!("已知的最大检查点：{}个叶，根 {}", gap.known.size, gap.known.root);
    println!("丢失的叶数：{}", gap.lost());
    println!("声明以后，原日志到此为止，不能再用原名称签发，也不能撤回。");
}

fn ask() -> Result<u64> {
    println!("请键入丢失的叶数，按回车确认：");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let lost = line.trim().parse();
    ensure!(lost.is_ok(), "没有键入数字，没有改动");
    Ok(lost?)
}
