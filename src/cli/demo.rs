//! `zhijian demo`: a demonstration county in a folder of its own, filled through the desk, then served.

mod cases;
mod clock;
mod county;
mod days;
mod fill;
mod history;
mod people;
mod summary;

pub use people::PASSWORD;
pub use summary::{Played, Summary};

use super::serve;
use crate::{
    app::{self, Access, SystemClock},
    base::Moment,
    config::Config,
    desk::{self, Clock as _, House},
};
use anyhow::{Context, Result, bail};
use clock::ScriptedClock;
use county::County;
use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// Marks a data folder as the demonstration's.
const MARK: &str = "DEMO";
/// What the mark says while the folder is being filled, and afterwards.
const UNFINISHED: &str = "filling\n";
const FINISHED: &str = "filled\n";

#[derive(clap::Args)]
pub struct Demo {
    /// 演示数据目录：须为空目录或者尚不存在；已装有演示数据的直接启动
    #[arg(long, value_name = "DIR", default_value = "./demo-data")]
    data: PathBuf,
    /// 配置文件（TOML），未写的设置用默认值
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 监听地址；端口写0则自动选取
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// 装好演示数据、确认服务可以访问后即退出
    #[arg(long)]
    exit_when_ready: bool,
}

/// Fills the folder if it is new, then serves it until stopped.
pub fn run(task: &Demo) -> Result<ExitCode> {
    let mut config = Config::load(task.config.as_deref(), std::env::vars())?;
    if let Some(listen) = &task.listen {
        config.server.listen.clone_from(listen);
    }
    actix_web::rt::System::new().block_on(async {
        // Before minutes of work, not after: the address may be taken.
        let listener = serve::listen(&config)?;
        let now = SystemClock.now();
        let county = County::as_of(now.day())?;
        name_site(&mut config, &county);
        let house = if is_filled(&task.data)? {
            println!("演示数据目录 {} 已经装好，直接启动。", task.data.display());
            serve::open(&config, &task.data).await?
        } else {
            println!("正在装入演示数据，目录 {}。", task.data.display());
            let (house, summary) = load(&config, &task.data, now).await?;
            print!("{summary}");
            house
        };
        let address = listener.local_addr()?;
        let example = example(&house).await?;
        let ready = async move {
            answers(address).await?;
            print!("{}", guide(address, &county, example.as_deref()));
            if !task.exit_when_ready {
                std::future::pending::<()>().await;
            }
            Ok(())
        };
        serve::serve_until(&config, house, listener, ready).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Makes the data folder and fills it as of `now`.
///
/// # Errors
/// When the folder holds something else, and where the filling came to a stop.
pub async fn load(config: &Config, data: &Path, now: Moment) -> Result<(Arc<House>, Summary)> {
    if is_filled(data)? {
        bail!("演示数据目录 {} 已经装好", data.display());
    }
    fs::create_dir_all(data).with_context(|| format!("folder {}", data.display()))?;
    fs::write(data.join(MARK), UNFINISHED)?;
    let county = County::as_of(now.day())?;
    let (_, calendar) = app::law_as_shipped()?;
    let clock = Arc::new(ScriptedClock::at(fill::begin(&county, &calendar, now.day())));
    let house = app::open(config, data, clock.clone(), Access::Serve).await?;
    let summary = fill::fill(&house, &clock, &county, now).await?;
    fs::write(data.join(MARK), FINISHED)?;
    Ok((house, summary))
}

/// Whether the folder holds the whole demonstration; an empty or absent one does not.
fn is_filled(data: &Path) -> Result<bool> {
    let entries = match fs::read_dir(data) {
        Ok(entries) => entries.count(),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(fault) => return Err(fault).with_context(|| format!("{}", data.display())),
    };
    match fs::read_to_string(data.join(MARK)) {
        Ok(mark) if mark == FINISHED => Ok(true),
        Ok(_) => bail!("目录 {} 中的演示数据没有装完，请删除该目录后重试", data.display()),
        Err(_) if entries == 0 => Ok(false),
        Err(_) => bail!("目录 {} 中已有其他内容，演示数据不与之混放，请另选目录", data.display()),
    }
}

/// The site bears the county's name unless the settings give another.
fn name_site(config: &mut Config, county: &County) {
    let site = &mut config.site;
    let fill = |setting: &mut String, text: String| {
        if setting.is_empty() {
            *setting = text;
        }
    };
    fill(&mut site.host, county.place.government.clone());
    fill(&mut site.operator, format!("{}（演示数据，均系虚构）", county.place.government));
}

/// The public number of a decision with a whole case behind it.
async fn example(house: &House) -> Result<Option<String>> {
    let newest = |db: &mut crate::store::Db| {
        let states = vec!["published".to_owned()];
        let filter = crate::store::disclosures::Filter { states, ..Default::default() };
        let rows = crate::store::disclosures::page(db, &filter, 1, 100)?;
        let cased = rows.into_iter().find(|row| row.case_id.is_some());
        Ok::<_, desk::Error>(cased.map(|row| row.number))
    };
    Ok(house.store.read(newest).await?)
}

/// Waits until the server answers on `/healthz`.
async fn answers(address: SocketAddr) -> Result<()> {
    let asked = tokio::task::spawn_blocking(move || {
        let patience = Some(Duration::from_secs(10));
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(patience)?;
        let request =
            format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.take(64 << 10).read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    });
    let answer = asked.await?.context("the server does not answer on /healthz")?;
    let line = answer.lines().next().unwrap_or_default();
    if line.split(' ').nth(1) == Some("200") { Ok(()) } else { bail!("/healthz answers {line:?}") }
}

/// Where to look, and who may sign in.
fn guide(address: SocketAddr, county: &County, example: Option<&str>) -> String {
    let mut lines = vec![
        String::new(),
        format!("公示网站：http://{address}/"),
        format!("办案平台：http://{address}/office"),
    ];
    lines.extend(example.map(|number| format!("公示示例：http://{address}/disclosures/{number}")));
    lines.push(format!("核验页面：http://{address}/verify"));
    lines.push(String::new());
    lines.push(format!("演示账号（密码均为 {PASSWORD}）："));
    for person in &county.people {
        let roles: Vec<&str> = person.roles.iter().map(|role| role.label()).collect();
        let agency = county.agencies.iter().find(|agency| agency.id == person.agency);
        let agency = agency.map_or("", |agency| agency.name.as_str());
        let (login, name, roles) = (&person.login, &person.name, roles.join("、"));
        lines.push(format!("  {login:<12} {name}　{agency}　{roles}"));
    }
    lines.push("以上机关、人员、当事人和案件均系虚构。按Ctrl+C停止。".into());
    lines.join("\n") + "\n"
}
