//! `zhijian witness`: cosigns the checkpoints of other bodies' logs, asked by them or fetching by itself.

use crate::{
    app,
    courier::Courier,
    ledger::NoteVerifier,
    witness::{
        Witness,
        poll::{self, Delivery},
        serve,
    },
};
use anyhow::{Context, Result, bail};
use std::{net::TcpListener, path::PathBuf, process::ExitCode, time::Duration};

#[derive(clap::Args)]
pub struct Serve {
    /// 见证方的数据目录，首次启动时生成密钥
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// 接受日志提交的监听地址，例如 127.0.0.1:8090；端口写0则自动选取
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// 见证方名称，宜用本单位的域名加路径；只在首次启动时指定
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// 所见证的日志的公钥，可以重复；日志更换密钥期间，新旧两把都可以写
    #[arg(long = "log", value_name = "VKEY")]
    logs: Vec<String>,
    /// 日志公钥的清单文件，每行一个，#后为说明
    #[arg(long, value_name = "FILE")]
    logs_file: Option<PathBuf>,
    /// 主动取检查点的日志地址，例如 https://site/log，可以重复
    #[arg(long, value_name = "URL")]
    poll: Vec<String>,
    /// 主动取时把联署后的检查点送到这个地址；不写则送到日志地址下的 cosignatures
    #[arg(long, value_name = "URL", conflicts_with = "out")]
    deliver: Option<String>,
    /// 主动取时把联署后的检查点写入这个文件
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 主动取的间隔秒数
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    every: u64,
}

/// Runs the witness until it is asked to stop.
pub fn run(task: &Serve) -> Result<ExitCode> {
    if task.listen.is_none() && task.poll.is_empty() {
        bail!("请用 --listen 指定监听地址，或者用 --poll 指定日志地址");
    }
    if task.poll.len() > 1 && (task.out.is_some() || task.deliver.is_some()) {
        bail!("--deliver 和 --out 只能与一个 --poll 同用");
    }
    let logs = logs(task)?;
    super::block_on(async {
        let witness = app::witness::open(&task.data, task.name.as_deref(), logs)?;
        println!("见证方公钥：{}", witness.verifier());
        let polling = futures_util::future::join_all(task.poll.iter().map(|url| {
            let to = delivery(task, url);
            keep_polling(&witness, url, to, Duration::from_secs(task.every.max(1)))
        }));
        let Some(address) = &task.listen else {
            polling.await;
            return Ok(ExitCode::SUCCESS);
        };
        let listener = TcpListener::bind(address).with_context(|| format!("无法监听 {address}"))?;
        println!("listening on http://{}", listener.local_addr()?);
        let server = serve::serve(witness.clone(), listener)?;
        tokio::select! {
            ended = server => ended?,
            _ = polling, if !task.poll.is_empty() => {}
        }
        witness.close();
        Ok(ExitCode::SUCCESS)
    })
}

/// The keys of the flags and of the file, of which there must be one.
fn logs(task: &Serve) -> Result<Vec<NoteVerifier>> {
    let mut texts = task.logs.clone();
    if let Some(file) = &task.logs_file {
        let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
        let lines = text.lines().map(str::trim);
        texts.extend(lines.filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned));
    }
    if texts.is_empty() {
        bail!("请用 --log 或者 --logs-file 指定所见证的日志的公钥");
    }
    let read = |text: &String| text.parse().with_context(|| format!("不是日志公钥：{text}"));
    texts.iter().map(read).collect()
}

fn delivery(task: &Serve, url: &str) -> Delivery {
    match (&task.out, &task.deliver) {
        (Some(file), _) => Delivery::File(file.clone()),
        (None, Some(url)) => Delivery::Post(url.clone()),
        (None, None) => Delivery::Post(format!("{}/cosignatures", url.trim_end_matches('/'))),
    }
}

/// A round now and after every pause, for ever; what goes wrong is told and tried again.
async fn keep_polling(witness: &Witness, url: &str, to: Delivery, pause: Duration) -> Result<()> {
    let courier = Courier::new()?;
    loop {
        match poll::round(witness, &courier, url, &to).await {
            Ok(size) => tracing::info!(url, size, "cosigned"),
            Err(fault) => tracing::warn!(url, %fault, "nothing was cosigned or delivered"),
        }
        tokio::time::sleep(pause).await;
    }
}
