//! The offline verifier: checks a dossier's folder or zip, a single proof, a receipt or a log's files without any server or
//! network.
//!
//! Uses the pure rooms only, so that what it says rests on nothing but the files and the log's key.

mod disk;

use anyhow::Context as _;
use clap::{ArgAction, Parser};
use disk::Disk;
use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};
use zhijian::{
    ledger::{
        NoteVerifier, Policy, bundle,
        dossier::{self, Outcome, Report, Trust, receipt},
        mirror,
    },
    verify::{self, packed::Packed},
};

/// How every zip file with anything in it begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// 离线核验执鉴案卷：不连网，不依赖存证方的系统。
///
/// 退出码：0 核验通过；1 发现改动，或者有记录不符合当时有效的程序规则；2 材料不全，或者参数、文件不可用。
#[derive(Parser)]
#[command(
    name = "zhijian-verify",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    help_template = "{about-with-newline}\n用法：zhijian-verify [选项] <DIR>\n\n{all-args}"
)]
struct Arguments {
    /// 案卷的文件夹或者 zip 文件，或者单份记录的证明文件，或者存证凭证（.tlog-proof）
    #[arg(value_name = "DIR", help_heading = "参数")]
    path: PathBuf,
    /// 存证日志的公钥，应从存证方公布处或见证方另行取得；可以重复，有其中一把的签名即可
    #[arg(long, value_name = "VKEY", help_heading = "选项")]
    vkey: Vec<String>,
    /// 信任策略文件（C2SP tlog-policy），核验见证方的联署；核验存证凭证时必须指定
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
        Ok(Outcome::Tampered | Outcome::Irregular) => ExitCode::from(1),
        Ok(Outcome::Incomplete) => ExitCode::from(2),
        Err(fault) => {
            // Not `eprintln!`, which panics when nobody listens.
            let _ = writeln!(io::stderr(), "无法核验：{fault:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let read = |text: &String| text.parse().ok().context("--vkey 不是有效的日志公钥");
    let trusted: Vec<NoteVerifier> =
        arguments.vkey.iter().map(read).collect::<anyhow::Result<_>>()?;
    let shown = arguments.path.display();
    let about = fs::metadata(&arguments.path).with_context(|| format!("打不开 {shown}"))?;
    anyhow::ensure!(about.is_dir() || !arguments.log, "{shown} 不是文件夹，不能当作日志核验");
    let policy = arguments.policy.as_deref().map(read_policy).transpose()?;
    let report = if about.is_dir() {
        let folder =
            Disk::list(&arguments.path).with_context(|| format!("读不全文件夹 {shown}"))?;
        match arguments.log {
            true => mirror::verify_log(&folder, &trusted),
            false => verify::dossier(&folder, Trust { logs: &trusted, policy: policy.as_ref() }),
        }
    } else {
        check_file(arguments, Trust { logs: &trusted, policy: policy.as_ref() })?
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

/// A dossier's zip, a receipt, or else a proof.
fn check_file(arguments: &Arguments, trust: Trust<'_>) -> anyhow::Result<Report> {
    let path = &arguments.path;
    let shown = path.display();
    let bytes = read_proof(path).with_context(|| format!("读不出 {shown}"))?;
    if bytes.starts_with(ZIP) {
        let file = File::open(path).with_context(|| format!("读不出 {shown}"))?;
        let packed = Packed::open(BufReader::new(file));
        let packed = packed.with_context(|| format!("{shown} 不是完好的 zip 文件"))?;
        return Ok(verify::dossier(&packed, trust));
    }
    let name = shown.to_string();
    if bytes.starts_with(receipt::BEGINS) {
        let policy = trust.policy.context("核验存证凭证请用 --policy 指定信任策略文件")?;
        return Ok(dossier::verify_receipt(&name, &bytes, policy));
    }
    Ok(dossier::verify_proof(&name, &bytes, trust))
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
    if let (Some(number), Some(variant)) = (&report.number, report.variant) {
        writeln!(out, "编号：{}（{}）", plain(number), variant.label())?;
    }
    if let Some(key) = &report.log_key {
        writeln!(out, "日志公钥：{}", plain(key))?;
    }
    writeln!(out)?;
    for finding in &report.verdicts {
        let state = finding.state.label();
        let (part, detail) = (plain(&finding.part), plain(&finding.detail));
        writeln!(out, "[{state}] {}　{part}：{detail}", finding.step.label())?;
    }
    writeln!(out)?;
    match report.outcome {
        Outcome::Good => writeln!(out, "结论：核验通过，未发现改动。")?,
        Outcome::Tampered => writeln!(out, "结论：核验不通过，内容有改动或者不一致。")?,
        Outcome::Irregular => {
            writeln!(out, "结论：内容未发现改动，但有记录不符合当时有效的程序规则。")?;
        }
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
