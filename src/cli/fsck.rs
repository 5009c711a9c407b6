//! `zhijian fsck`: checks everything that is stored, or what came since a point, and names what is wrong.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    base::Day,
    desk::{
        House,
        fsck::{self, Progress, Report, Since, Unread},
    },
};
use anyhow::{Context as _, Result, bail};
use std::{
    io::IsTerminal as _,
    process::ExitCode,
    str::FromStr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Time between two words of progress on a terminal, or where it was asked for.
const OFTEN: Duration = Duration::from_secs(2);

/// The same elsewhere: only long checks tell.
const SELDOM: Duration = Duration::from_secs(60);

/// Empties the terminal's line.
const CLEAR: &str = "\r\x1b[K";

#[derive(clap::Args)]
pub struct Fsck {
    #[command(flatten)]
    place: Place,
    /// 只完整核对此后的内容：last（上次核对所至）、日期（如2026-03-01）或者日志叶序号（自0起）
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,
    /// 标准错误不是终端时，也每两秒报告一次进度
    #[arg(long)]
    progress: bool,
}

/// What `--since` says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    Last,
    Day(Day),
    Leaf(u64),
}

impl FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = || text.parse().map(When::Day);
        match text {
            "last" => Ok(When::Last),
            text => text
                .parse()
                .map(When::Leaf)
                .or_else(|_| day())
                .map_err(|_| "应为last、日期（如2026-03-01）或者日志叶序号"),
        }
    }
}

/// Exits 0 when all is well, 1 when something is wrong.
pub fn run(task: &Fsck) -> Result<ExitCode> {
    let config = task.place.settings()?;
    let report = super::block_on(async {
        let clock = Arc::new(SystemClock);
        let house = app::open(&config, &task.place.data, clock, Access::Look).await?;
        let since = task.since.as_ref().map(|when| since(&house, when)).transpose()?;
        let report = check(&house, since, task.progress).await?;
        // After a day or a leaf of somebody's choice nobody knows whether all before it was ever checked.
        if matches!(task.since, None | Some(When::Last))
            && let Err(fault) = fsck::keep(&house, &report)
        {
            let path = fsck::place(&house);
            eprintln!("未能记下本次核对所至的检查点（{}）：{fault}", path.display());
        }
        anyhow::Ok(report)
    })?;
    Ok(say(&report))
}

fn since(house: &House, when: &When) -> Result<Since> {
    match when {
        When::Day(day) => Ok(Since::Day(*day)),
        When::Leaf(leaf) => Ok(Since::Leaf(*leaf)),
        When::Last => match fsck::last(house).context("不能读取上次核对所至的检查点")?
        {
            Some(since) => Ok(since),
            None => bail!("没有上次核对的记录，请先做一次完整核对（不带--since）"),
        },
    }
}

/// Checks a house, all of it or from a point on, telling of progress, `often` even where nobody may be watching.
pub async fn check(house: &Arc<House>, since: Option<Since>, often: bool) -> Result<Report> {
    let terminal = std::io::stderr().is_terminal();
    let told = progress(terminal, if often || terminal { OFTEN } else { SELDOM });
    let report = match since {
        None => fsck::fsck(house, told).await,
        Some(since) => fsck::fsck_since(house, since, told).await,
    };
    if terminal {
        eprint!("{CLEAR}");
    }
    Ok(report?)
}

/// Prints what was found; 0 when all is well, 1 when something is wrong.
pub fn say(report: &Report) -> ExitCode {
    for fault in &report.faults {
        println!("异常：{}：{}", fault.place, fault.text);
    }
    if report.more_faults > 0 {
        println!("另有{}处异常未列出。", report.more_faults);
    }
    if let Some(unread) = &report.since {
        println!("{}", partial(unread));
    }
    println!("{}", summary(report));
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a check from a point on looked at, and what it did not.
fn partial(unread: &Unread) -> String {
    format!(
        "本次自日志叶{}起核对：此后的记录、链条目、检查点和收到的证据附件，此后有新记录的案件的全部记录及由其得出的各项数据，\
         各登记簿的新记录及其公示信息，全部人员、机构、事项和密钥。\n\
         对此前的日志，重读了全部日志叶并重算树根，与该处检查点、树节点、log.guard核对；对全部链，核对了链头与末条目是否相符。\n\
         本次没有重读：此前的记录{}条（内容、签名、私密字段及其链条目），此前的检查点{}个（签名、联署、时间戳），\
         其他案件{}件和公示信息{}条的各项数据，此前的证据附件{}个。这些内容如被改动，须由完整核对（不带--since）发现。",
        unread.leaf,
        unread.records,
        unread.checkpoints,
        unread.cases,
        unread.disclosures,
        unread.exhibits,
    )
}

fn summary(report: &Report) -> String {
    let found = match report.faults.len() as u64 + report.more_faults {
        0 if report.since.is_some() => "所核对的内容全部一致".to_owned(),
        0 => "全部一致".to_owned(),
        faults => format!("发现异常{faults}处"),
    };
    format!(
        "已核对：记录{}条，日志叶{}个，检查点{}个，链{}条，案件{}件，公示信息{}条，证据附件{}个（{}字节）。{found}。",
        report.records,
        report.leaves,
        report.checkpoints,
        report.chains,
        report.cases,
        report.disclosures,
        report.exhibits,
        report.exhibit_bytes,
    )
}

/// What was told last, and since when the present part is under way.
struct Told {
    part: String,
    begun: Instant,
    at: Instant,
}

/// A word every so often with what remains, so that nobody takes a long check for a dead one: on a terminal one line
/// written over, elsewhere a line each.
fn progress(terminal: bool, every: Duration) -> Progress {
    let now = Instant::now();
    let told = Mutex::new(Told { part: String::new(), begun: now, at: now });
    Arc::new(move |part, done, all| {
        let Ok(mut told) = told.lock() else { return };
        if told.part != part {
            (told.part, told.begun) = (part.to_owned(), Instant::now());
        }
        if told.at.elapsed() < every {
            return;
        }
        told.at = Instant::now();
        let line = line(part, (done, all), told.begun.elapsed());
        if terminal { eprint!("{CLEAR}{line}") } else { eprintln!("{line}") }
    })
}

/// `all` is 0 where it is not known.
fn line(part: &str, (done, all): (u64, u64), took: Duration) -> String {
    if all == 0 {
        return format!("正在核对{part}：{done}");
    }
    let percent = done.saturating_mul(100) / all;
    let known = format!("正在核对{part}：{done}/{all}（{percent}%）");
    let Some(rest) = remaining(done, all, took) else { return known };
    format!("{known}，预计还需{}", duration(rest))
}

/// Time that the rest takes if it goes on as before; `None` too early to tell.
fn remaining(done: u64, all: u64, took: Duration) -> Option<Duration> {
    if done == 0 || took < Duration::from_secs(1) {
        return None;
    }
    Duration::try_from_secs_f64(took.as_secs_f64() * all.saturating_sub(done) as f64 / done as f64)
        .ok()
}

fn duration(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{}秒", time.as_secs().max(1)),
        60..3_600 => format!("{}分{}秒", time.as_secs() / 60, time.as_secs() % 60),
        seconds => format!("{}小时{}分", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_a_word_a_day_or_a_leaf() {
        assert_eq!("last".parse(), Ok(When::Last));
        assert_eq!("1200".parse(), Ok(When::Leaf(1_200)));
        assert_eq!("2026-03-01".parse(), Ok(When::Day("2026-03-01".parse().unwrap())));
        for bad in ["", "yesterday", "-1", "2026-02-30", "2026/03/01"] {
            assert!(bad.parse::<When>().is_err(), "{bad}");
        }
    }

    #[test]
    fn progress_says_how_long_it_will_take() {
        let took = Duration::from_secs(30);
        let say = |done| line("链与记录", (done, 1_000), took);
        assert_eq!(say(500), "正在核对链与记录：500/1000（50%），预计还需30秒");
        assert_eq!(say(100), "正在核对链与记录：100/1000（10%），预计还需4分30秒");
        assert_eq!(say(1), "正在核对链与记录：1/1000（0%），预计还需8小时19分");
        assert_eq!(say(0), "正在核对链与记录：0/1000（0%）");
        assert_eq!(line("证据附件字节", (7, 0), took), "正在核对证据附件字节：7");
    }
}
