//! `zhijian export`: writes the dossier of a case for `zhijian-verify`.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    desk::{Clock as _, export_dossier, seal_checkpoint::Sealer},
};
use anyhow::{Context, Result};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct Export {
    #[command(flatten)]
    place: Place,
    /// 案件编号
    #[arg(long = "case", value_name = "NUMBER")]
    number: String,
    /// 输出目录，应当不存在或者是空的
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// 导出用途，记入导出记录
    #[arg(long, value_name = "TEXT", default_value = "命令行导出")]
    purpose: String,
}

/// Exports; beside a running server it reads only, and says that the export is not on record.
pub fn run(task: &Export) -> Result<ExitCode> {
    let config = task.place.settings()?;
    super::block_on(async {
        let clock = Arc::new(SystemClock);
        let now = clock.now();
        let data = &task.place.data;
        let alone = data.is_dir();
        let served = if alone {
            app::open(&config, data, clock.clone(), Access::Serve).await
        } else {
            Err(anyhow::anyhow!("没有数据目录 {}", data.display()))
        };
        let house = match served {
            Ok(house) => {
                export_dossier::record_export(&house, &task.number, &task.purpose, now).await?;
                Sealer::open(&house).await?.seal(&house, now).await?;
                house
            }
            Err(_) => {
                let house = app::open(&config, data, clock, Access::Look)
                    .await
                    .context("无法打开数据目录")?;
                eprintln!("服务正在运行，本次导出只读取数据，没有留下导出记录。");
                house
            }
        };
        let done = export_dossier::export_dossier(&house, &task.number, &task.out, now).await?;
        println!(
            "已导出案卷 {} 到 {}：记录{}条，附件{}个，{}字节。",
            task.number,
            task.out.display(),
            done.records,
            done.exhibits,
            done.exhibit_bytes
        );
        println!("日志公钥：{}", house.log.verifier());
        house.store.close();
        Ok(ExitCode::SUCCESS)
    })
}
