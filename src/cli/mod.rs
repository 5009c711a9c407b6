//! The command line: one file a subcommand. Reports in Chinese, exits 0 when all is well.

mod backup;
mod declare_gap;
pub mod demo;
mod export;
mod export_log;
mod fsck;
mod import;
mod rotate_log_key;
mod serve;
mod witness;

use crate::{config::Config, desk};
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// 执鉴：人人可以核验的行政执法记录
#[derive(Parser)]
#[command(name = "zhijian", version)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// 启动服务
    Serve(serve::Serve),
    /// 装入虚构的演示县并启动服务
    Demo(demo::Demo),
    /// 导入已公开的处罚清单
    Import(import::Import),
    /// 由存储的字节起核对全部内容
    Fsck(fsck::Fsck),
    /// 导出一个案件的案卷
    Export(export::Export),
    /// 备份数据库与附件，可以在服务运行时进行
    Backup(backup::Backup),
    /// 把备份恢复到空的数据目录
    Restore(backup::Restore),
    /// 把公开日志导出为静态文件，供镜像或者内容分发使用
    ExportLog(export_log::ExportLog),
    /// 更换存证日志的签名密钥，分步办理
    RotateLogKey(rotate_log_key::RotateLogKey),
    /// 声明存证日志最新的部分已经丢失，改名接续
    DeclareGap(declare_gap::DeclareGap),
    /// 作为见证方，为其他单位的存证日志联署检查点
    Witness(witness::Serve),
}

/// What every subcommand needs to find the data.
#[derive(clap::Args, Clone, Debug)]
pub struct Place {
    /// 数据目录
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 配置文件（TOML），未写的设置用默认值
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl Place {
    /// The settings for this place.
    pub fn settings(&self) -> Result<Config> {
        Config::load(self.config.as_deref(), std::env::vars())
    }
}

/// Runs the command line; the exit code is 0 when all is well and 2 when the command could not be run.
pub fn run() -> ExitCode {
    let command = Command::parse();
    log_to_stderr();
    let done = match command.task {
        Task::Serve(task) => serve::run(&task),
        Task::Demo(task) => demo::run(&task),
        Task::Import(task) => import::run(&task),
        Task::Fsck(task) => fsck::run(&task),
        Task::Export(task) => export::run(&task),
        Task::Backup(task) => backup::run(&task),
        Task::Restore(task) => backup::restore(&task),
        Task::ExportLog(task) => export_log::run(&task),
        Task::RotateLogKey(task) => rotate_log_key::run(&task),
        Task::DeclareGap(task) => declare_gap::run(&task),
        Task::Witness(task) => witness::run(&task),
    };
    done.unwrap_or_else(|fault| {
        eprintln!("错误：{}", in_words(&fault));
        ExitCode::from(2)
    })
}

/// A fault with what it came from, the desk's refusals with every reason.
fn in_words(fault: &anyhow::Error) -> String {
    let one = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<desk::Error>()
    {
        Some(refusal) => desk_words(refusal),
        None => cause.to_string(),
    };
    fault.chain().map(one).collect::<Vec<_>>().join("：")
}

fn desk_words(fault: &desk::Error) -> String {
    match fault {
        desk::Error::NotFound(what) => format!("没有找到{what}"),
        desk::Error::Forbidden(what) => format!("不能{what}"),
        desk::Error::Invalid(faults) => {
            let one = |fault: &desk::FieldFault| format!("{}：{}", fault.field, fault.text);
            faults.iter().map(one).collect::<Vec<_>>().join("；")
        }
        desk::Error::Refused(reasons) => {
            reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("；")
        }
        desk::Error::Conflict(text) | desk::Error::Gone(text) => text.clone(),
        desk::Error::Full => "存储空间已满，没有保存".into(),
        desk::Error::Busy => "系统正忙，请稍后重试".into(),
        desk::Error::Broken(_) => "系统故障".into(),
        other => other.to_string(),
    }
}

/// Runs a command's work on a runtime of its own.
fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    actix_web::rt::System::new().block_on(work)
}

/// Logs go to standard error, `info` and above unless `RUST_LOG` says otherwise.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,zhijian=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
