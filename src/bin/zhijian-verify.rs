//! The offline verifier: checks a dossier folder, a single proof, a receipt or a log's files without any server or
//! network.
//!
//! Uses the pure rooms only, so that what it says rests on nothing but the files and the log's key.

use anyhow::Context as _;
use clap::{ArgAction, Parser};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};
use zhijian::ledger::{
    NoteVerifier, Policy, bundle,
    dossier::{self, Folder, Outcome, Report, State, receipt},
    mirror,
};

/// 离线核验执鉴案卷：不连网，不依赖存证方的系统。
///
/// 退出码：0 核验通过；1 发现改动；2 材料不全，或者参数、文件夹不可用。
#[derive(Parser)]
#[command(
    name = "zhijian-verify",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    help_template = "{about-with-newline}\n用法：zhijian-verify [选项] <DIR>\n\n{all-args}"
)]
struct Arguments {
    /// 案卷文件夹，或者单份记录的证明文件，或者存证凭证（.tlog-proof）
    #[arg(value_name = "DIR", help_heading = "参数")]
    path: PathBuf,
    /// 存证日志的公钥，应从存证方公布处或见证方另行取得
    #[arg(long, value_name = "VKEY", help_heading = "选项")]
    vkey: Option<String>,
    /// 信任策略文件（C2SP tlog-policy），核验存证凭证时必须指定
    #[arg(long, value_name = "FILE", help_heading = "选项")]
    policy: Option<PathBuf>,
    /// 文件夹是日志的镜像（zhijian export-log 所写），核验其全部分块
    #[arg(long, requires = "vkey", help_heading = "选项")]
    log: bool,
    /// 以 JSON 输出，供程序读取
    #[arg(long, help_heading = "选项")]
    json: bool,
    /// 显示本说明
    #[arg(short, long, action = ArgAction::Help, help_heading = "选项")]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = "选项")]
    version: Option<bool>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Tampered) => ExitCode::from(1),
        Ok(Outcome::Incomplete) => ExitCode::from(2),
        Err(fault) => {
            // Not `eprintln!`, which panics when nobody listens.
            let _ = writeln!(io::stderr(), "无法核验：{fault:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let trusted = match &arguments.vkey {
        Some(text) => Some(text.parse::<NoteVerifier>().ok().context("--vkey 不是有效的日志公钥")?),
        None => None,
    };
    let shown = arguments.path.display();
    let about = fs::metadata(&arguments.path).with_context(|| format!("打不开 {shown}"))?;
    anyhow::ensure!(about.is_dir() || !arguments.log, "{shown} 不是文件夹，不能当作日志核验");
    let report = if about.is_dir() {
        let folder =
            Disk::read(&arguments.path).with_context(|| format!("读不全文件夹 {shown}"))?;
        match trusted.as_ref().filter(|_| arguments.log) {
            Some(trusted) => mirror::verify_log(&folder, trusted),
            None => dossier::verify(&folder, trusted.as_ref()),
        }
    } else {
        let bytes = read_proof(&arguments.path).with_context(|| format!("读不出 {shown}"))?;
        let name = shown.to_string();
        if bytes.starts_with(receipt::BEGINS) {
            let policy = arguments
                .policy
                .as_deref()
                .context("核验存证凭证请用 --policy 指定信任策略文件")?;
            dossier::verify_receipt(&name, &bytes, &read_policy(policy)?)
        } else {
            dossier::verify_proof(&name, &bytes, trusted.as_ref())
        }
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        print(&mut out, &report)?;
    }
    out.flush()?;
    Ok(report.outcome)
}

/// One byte more than a proof may have, so that a longer file is refused rather than cut.
fn read_proof(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(bundle::MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("读不出 {shown}"))?;
    Policy::parse(&bytes).with_context(|| format!("{shown} 不是有效的信任策略"))
}

fn print(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(out, "执鉴离线核验")?;
    if let Some(number) = &report.number {
        writeln!(out, "案号：{}", plain(number))?;
    }
    if let Some(key) = &report.log_key {
        writeln!(out, "日志公钥：{}", plain(key))?;
    }
    writeln!(out)?;
    for finding in &report.verdicts {
        let state = match finding.state {
            State::Good => "通过",
            State::Tampered => "不符",
            State::Missing => "缺失",
        };
        let (part, detail) = (plain(&finding.part), plain(&finding.detail));
        writeln!(out, "[{state}] {}　{part}：{detail}", finding.step.label())?;
    }
    writeln!(out)?;
    match report.outcome {
        Outcome::Good => writeln!(out, "结论：核验通过，未发现改动。")?,
        Outcome::Tampered => writeln!(out, "结论：核验不通过，内容有改动或者不一致。")?,
        Outcome::Incomplete => writeln!(out, "结论：材料不全，未发现改动，但不能得出完整结论。")?,
    }
    if let Some(fault) = report.first_fault() {
        let (part, detail) = (plain(&fault.part), plain(&fault.detail));
        writeln!(out, "首个问题：{}　{part}：{detail}", fault.step.label())?;
    }
    if !report.log_key_given {
        writeln!(
            out,
            "注意：未用 --vkey 指定日志公钥，本次使用材料自带的公钥，只能说明材料前后一致，\
             不能说明它出自哪一个存证日志。请从存证方公布处或者见证方取得公钥后再次核验。"
        )?;
    }
    Ok(())
}

/// File names and texts come from strangers; control characters could rewrite the terminal.
fn plain(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// A dossier on disk. The list of files is taken once, links are never followed.
struct Disk {
    root: PathBuf,
    names: Vec<String>,
}

impl Disk {
    fn read(root: &Path) -> io::Result<Self> {
        let mut names = Vec::new();
        let mut folders = vec![(root.to_owned(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for item in fs::read_dir(folder)? {
                let item = item?;
                let name = format!("{prefix}{}", item.file_name().to_string_lossy());
                if item.file_type()?.is_dir() {
                    folders.push((item.path(), format!("{name}/")));
                } else {
                    names.push(name);
                }
            }
        }
        Ok(Disk { root: root.to_owned(), names })
    }
}

impl Folder for Disk {
    fn open(&self, name: &str) -> Option<Box<dyn Read + '_>> {
        let path = self.root.join(name);
        // Only plain files: a link or a device could lead out of the folder or never end.
        if !fs::symlink_metadata(&path).ok()?.is_file() {
            return None;
        }
        match File::open(path) {
            Ok(file) => Some(Box::new(file)),
            Err(fault) => Some(Box::new(Unreadable(fault.kind()))),
        }
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }
}

/// A file that is there but cannot be opened: reported as unreadable, not as absent.
struct Unreadable(io::ErrorKind);

impl Read for Unreadable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
}
