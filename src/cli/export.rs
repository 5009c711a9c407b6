//! `zhijian export`: writes the dossier of a case for `zhijian-verify`.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    desk::{
        Clock as _,
        export_dossier::{
            self,
            sink::{self, Sink},
        },
        seal_checkpoint::Sealer,
    },
    ledger::dossier::Variant,
};
use anyhow::{Context, Result};
use std::{fs::File, io::BufWriter, path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct Export {
    #[command(flatten)]
    place: Place,
    /// 案件编号
    #[arg(long = "case", value_name = "NUMBER")]
    number: String,
    /// 输出目录，应当不存在或者是空的；加 --zip 时是输出文件，应当不存在
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// 案卷种类：whole 全卷，party 当事人卷，court 司法卷，public 公开卷
    #[arg(long, value_name = "VARIANT", default_value = "whole", value_parser = variant)]
    variant: Variant,
    /// 写成一个 zip 文件
    #[arg(long)]
    zip: bool,
    /// 导出用途，记入导出记录
    #[arg(long, value_name = "TEXT", default_value = "命令行导出")]
    purpose: String,
}

fn variant(word: &str) -> Result<Variant, &'static str> {
    Variant::parse(word).ok_or("应为 whole、party、court 或者 public")
}

/// Nothing that is there is written over.
fn sink(task: &Export) -> Result<Box<dyn Sink>> {
    let out = &task.out;
    let shown = out.display();
    if task.zip {
        let file = File::create_new(out).with_context(|| format!("无法新建文件 {shown}"))?;
        return Ok(Box::new(sink::Zip::new(BufWriter::new(file))));
    }
    let first = match std::fs::read_dir(out) {
        Ok(mut entries) => entries.next(),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => None,
        Err(fault) => return Err(fault).with_context(|| format!("打不开目录 {shown}")),
    };
    anyhow::ensure!(first.is_none(), "导出目录不是空的，没有写入任何内容，请另选一个目录。");
    std::fs::create_dir_all(out).with_context(|| format!("无法新建目录 {shown}"))?;
    Ok(Box::new(sink::Folder(out.clone())))
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
        let (house, recorded) = match served {
            Ok(house) => {
                Sealer::open(&house).await?.seal(&house, now).await?;
                (house, true)
            }
            Err(_) => {
                let house = app::open(&config, data, clock, Access::Look)
                    .await
                    .context("无法打开数据目录")?;
                eprintln!("服务正在运行，本次导出只读取数据，没有留下导出记录。");
                (house, false)
            }
        };
        let case = export_dossier::case_numbered(&house, &task.number).await?;
        let plan = export_dossier::plan(&house, &case, task.variant, now).await?;
        let sink = sink(task)?;
        if recorded {
            // Before the bytes leave, after all that could keep them from it.
            let (variant, purpose) = (task.variant, &task.purpose);
            export_dossier::record_export(&house, &case, variant, purpose, now).await?;
            Sealer::open(&house).await?.seal(&house, now).await?;
        }
        let key = plan.log_key();
        let done = export_dossier::write(&house, plan, sink).await?;
        println!(
            "已导出{} {} 到 {}：记录{}条，附件{}个，{}字节。",
            task.variant.label(),
            task.number,
            task.out.display(),
            done.records,
            done.exhibits,
            done.exhibit_bytes
        );
        println!("日志公钥：{key}");
        house.store.close();
        Ok(ExitCode::SUCCESS)
    })
}
