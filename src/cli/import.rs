//! `zhijian import`: reads a published penalty list into disclosures, with a verdict for every row.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    base::Digest,
    desk::{
        Clock as _, Desk,
        import_list::{self, Fate},
        penalty_list::{self, Verdict},
        seal_checkpoint::Sealer,
    },
};
use anyhow::{Context, Result};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct Import {
    #[command(flatten)]
    place: Place,
    /// 处罚机关的统一社会信用代码
    #[arg(long, value_name = "CODE")]
    agency: String,
    /// 清单文件：CSV（UTF-8或者GB18030）或者双公示JSON
    file: PathBuf,
}

/// Exits 0 when every row was taken or known, 1 when rows were refused, 2 when the file cannot be read.
pub fn run(task: &Import) -> Result<ExitCode> {
    let config = task.place.settings()?;
    let bytes =
        std::fs::read(&task.file).with_context(|| format!("无法读取 {}", task.file.display()))?;
    let list = match penalty_list::read(&bytes) {
        Ok(list) => list,
        Err(unreadable) => {
            println!("没有导入：{}", unreadable.text);
            return Ok(ExitCode::from(2));
        }
    };
    super::block_on(async {
        let clock = Arc::new(SystemClock);
        let now = clock.now();
        let house = app::open(&config, &task.place.data, clock, Access::Serve).await?;
        let desk = Desk::new(house.clone(), None);
        let rows = import_list::import_list(&desk, &task.agency, &list, Digest::of(&bytes))
            .await
            .with_context(|| format!("机关代码 {}", task.agency))?;
        Sealer::open(&house).await?.seal(&house, now).await?;
        println!("清单：{}（{}），共{}行。", list.title, list.encoding.label(), rows.len());
        for note in &list.notes {
            println!("说明：{note}");
        }
        let (mut new, mut known, mut refused) = (0, 0, 0);
        for row in &rows {
            println!("{}", line(row));
            match row.fate {
                Fate::Published(_) => new += 1,
                Fate::Known(_) => known += 1,
                Fate::Refused => refused += 1,
            }
        }
        println!("新公示{new}条，已有{known}条，未采用{refused}条。");
        house.store.close();
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn line(row: &import_list::Imported<'_>) -> String {
    let doubts = match &row.row.verdict {
        Verdict::Taken => Vec::new(),
        Verdict::Doubtful(doubts) | Verdict::Refused(doubts) => {
            doubts.iter().map(|doubt| format!("{}：{}", doubt.field, doubt.text)).collect()
        }
    };
    let fate = match &row.fate {
        Fate::Published(number) if doubts.is_empty() => format!("采用 {number}"),
        Fate::Published(number) => format!("采用但存疑 {number}"),
        Fate::Known(number) => format!("已有 {number}"),
        Fate::Refused => "未采用".to_owned(),
    };
    format!("第{}行 {fate} {}", row.row.line, doubts.join("；")).trim_end().to_owned()
}
