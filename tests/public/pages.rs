//! The pages as a citizen's browser asks for them, on a house with an imported list.

use super::house::{self, CODE, Served};
use std::fmt::Write as _;
use zhijian::{
    ledger::bundle::{self, Proof},
    store::{disclosures, items},
};

const HEADINGS: &str = "行政处罚决定书文号,行政相对人名称,行政相对人类别,统一社会信用代码,违法行为类型,违法事实,处罚依据,处罚类别,处罚内容,罚款金额(万元),处罚决定日期,公示截止期,处罚机关";

/// `count` invented penalties; the third has a text that markup, spreadsheets and line ends could trip over.
fn penalties(count: usize) -> String {
    let mut csv = format!("{HEADINGS}\n");
    for n in 1..=count {
        let facts = match n {
            3 => "\"=HYPERLINK(\"\"x\"\")<script>alert(1)</script> & “引号”\r\n  第二行\"",
            _ => "现场货架陈列超过保质期的饼干",
        };
        let party = if n == 4 { "=1+1商行" } else { "演示县知味餐饮有限公司" };
        let (month, day) = (n % 9 + 1, n % 27 + 1);
        let _ = writeln!(
            csv,
            "演市监处罚〔2026〕{n}号,{party},法人及非法人组织,91990101MADM10014P,经营超过保质期的食品,{facts},\
             《食品安全法》第一百二十四条,罚款,罚款5000元,0.5,2026/{month:02}/{day:02},2029/01/01,演示县市场监督管理局"
        );
    }
    csv
}

fn filled(count: usize) -> (Served, Vec<String>) {
    let site = Served::start();
    let agency = house::enter_agency(&site.house);
    house::enter_officers(&site.house, &agency, 0, 3);
    let rows = (1..=45).map(move |n| items::Item {
        code: format!("SJ-CF-{n:03}"),
        agency_id: agency.clone(),
        act_kind: "penalty".into(),
        name: format!("对第{n}种违法行为的处罚"),
        basis: "《食品安全法》第一百二十二条".into(),
        penalty: "罚款".into(),
        field: "食品安全".into(),
        active: true,
    });
    site.house
        .store
        .write_blocking(move |db| rows.into_iter().try_for_each(|row| items::insert(db, &row)))
        .unwrap();
    let numbers = house::import(&site.house, &penalties(count));
    site.sealed();
    (site, numbers)
}

#[test]
fn no_two_links_of_the_portal_lead_to_the_same_place() {
    let (site, _) = filled(30);
    let page = site.page("/", 200);
    let main = page.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
    let mut links: Vec<&str> =
        main.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() > 10, "{links:?}");
    links.sort_unstable();
    let all = links.len();
    links.dedup();
    assert_eq!(links.len(), all, "{links:?}");
}

/// Changes the public row of `number` as a later record would.
fn change(
    site: &Served,
    number: &str,
    change: impl FnOnce(&mut disclosures::Disclosure) + Send + 'static,
) {
    let number = number.to_owned();
    site.house
        .store
        .write_blocking(move |db| {
            let mut row = disclosures::by_number(db, &number)?;
            change(&mut row);
            disclosures::update(db, &row)
        })
        .unwrap();
}

#[test]
fn an_empty_house_says_so() {
    let site = Served::start();
    for (path, sentence) in [
        ("/", "本站还没有公示执法决定。"),
        ("/disclosures", "本站还没有公示执法决定。"),
        ("/disclosures?from=2026-02-01&to=2026-02-28", "2026年2月没有作出并公示的行政执法决定。"),
        ("/disclosures?q=%E7%9F%A5%E5%91%B3", "未查到与“知味”有关的公示信息。"),
        ("/disclosures?from=x", "不是日期"),
        ("/agencies", "本站还没有登记执法主体。"),
        ("/officers/verify?certificate=123", "未查到证号为“123”的执法人员"),
        ("/verify?number=123", "未查到文号或者公示编号为“123”的公示信息"),
        ("/site-map", "网站地图"),
        ("/privacy", "不记录谁查询了什么"),
        ("/accessibility", "GB/T 37668"),
        ("/log", "存证日志"),
        ("/disclosures.atom", "<feed"),
    ] {
        assert!(site.page(path, 200).contains(sentence), "{path}");
    }
    for path in
        ["/disclosures/2026-0000001", "/agencies/x", "/officers/x", "/disclosures/x/proof.json"]
    {
        assert!(
            site.page(path, 404).contains("查不到") || !site.page(path, 404).is_empty(),
            "{path}"
        );
    }
    site.page("/disclosures?q=%FF", 422);
    let csv = site.get("/disclosures.csv").bytes().unwrap();
    assert!(
        csv.starts_with(&[0xef, 0xbb, 0xbf]) && csv.iter().filter(|b| **b == b'\n').count() == 1
    );
}

#[test]
fn a_list_is_searched_filtered_turned_and_exported() {
    let (site, numbers) = filled(45);
    let list = site.page("/disclosures", 200);
    assert!(list.contains("共 45 条") && list.contains("尾页") && list.contains("page=3"));
    let last = site.page("/disclosures?page=99", 200);
    assert_eq!(last.matches("<th scope=\"row\">").count(), 5, "kept within what exists");
    for (query, found) in [
        ("q=%E7%9F%A5%E5%91%B3", "共 44 条"),
        ("q=91990101MADM10014P", "共 45 条"),
        ("q=%E6%BC%94%E5%B8%82%E7%9B%91%E5%A4%84%E7%BD%9A%5B2026%5D7%E5%8F%B7", "共 1 条"),
        ("act=penalty&state=published", "共 45 条"),
        ("from=2026-01-01&to=2026-03-31", "共 15 条"),
        (&format!("agency={CODE}&act=licence"), "没有符合筛选条件的公示信息"),
        ("q=9901010000%30%30", "是演示县市场监督管理局执法人员的执法证号，证件状态：有效"),
    ] {
        assert!(site.page(&format!("/disclosures?{query}"), 200).contains(found), "{query}");
    }
    let csv = site.page("/disclosures.csv?from=2026-01-01&to=2026-03-31", 200);
    assert_eq!(csv.lines().count(), 16);
    let all = site.page("/disclosures.csv", 200);
    assert!(all.lines().count() == 46 && all.contains(",'=1+1商行,"), "{all}");
    let feed = site.page("/disclosures.atom?q=%E7%9F%A5%E5%91%B3", 200);
    assert_eq!(feed.matches("<entry>").count(), 44);
    assert!(feed.contains("q=%E7%9F%A5%E5%91%B3") && !feed.contains("&q"));
    let home = site.page("/", 200);
    assert!(home.contains("2026年行政处罚决定") && home.contains("<strong>45</strong>"));
    let agency = site.page(&format!("/agencies/{CODE}?q=%E7%AC%AC&page=3"), 200);
    assert!(
        agency.contains("共 45 项") && agency.contains("SJ-CF-045") && agency.contains("已过期")
    );
    assert!(site.page("/officers/verify?certificate=990101000001", 200).contains("已过期"));
    assert!(site.page("/officers/verify?certificate=990101000002", 200).contains("证件有效"));
    let found = site
        .get("/verify?number=%E6%BC%94%E5%B8%82%E7%9B%91%E5%A4%84%E7%BD%9A%282026%297%E5%8F%B7");
    assert_eq!(found.status(), 303);
    assert_eq!(found.headers()["location"], format!("/disclosures/{}#verify", numbers[6]));
}

/// The page replays a case's procedure by these; it keeps them for as long as they are what it was told of.
#[test]
fn the_rules_are_there_for_the_page_that_checks() {
    let site = Served::start();
    let page = site.page("/verify", 200);
    let address = page.split("data-rules=\"").nth(1).unwrap().split('"').next().unwrap();
    let named = site.get(address);
    assert!(named.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let rules: serde_json::Value = named.json().unwrap();
    let texts = rules.as_object().unwrap();
    assert_eq!(texts.len(), zhijian::law::builtin_files().len());
    for (name, text) in zhijian::law::builtin_files() {
        assert_eq!(texts[*name], *text, "{name}");
    }
    let plain = site.get("/verify/rules.json");
    assert_eq!(plain.headers()["cache-control"], "no-cache");
    assert_eq!(plain.json::<serde_json::Value>().unwrap(), rules);
}

/// The text of each element that carries a signed field, as a browser would read it.
fn signed_texts(page: &str) -> Vec<(String, String)> {
    let unescape = |text: &str| {
        let pairs =
            [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    page.split("data-field=\"")
        .skip(1)
        .map(|rest| {
            let (path, rest) = rest.split_once("\">").unwrap();
            let text = rest.split_once("</span>").unwrap().0;
            // A browser makes CR LF one line end before it parses.
            (path.to_owned(), unescape(&text.replace("\r\n", "\n").replace('\r', "\n")))
        })
        .collect()
}

#[test]
fn an_item_shows_exactly_what_its_proof_opens() {
    let (site, numbers) = filled(5);
    for number in &numbers {
        let page = site.page(&format!("/disclosures/{number}"), 200);
        assert!(page.contains("该决定真实有效") && page.contains("六十日内申请行政复议"));
        assert!(
            page.contains("data-verify-start")
                && !page.contains("data-auto")
                && !page.contains("<script>alert")
        );
        let answer = site.get(&format!("/disclosures/{number}/proof.json"));
        assert!(
            answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment")
        );
        let proof = Proof::parse(&answer.bytes().unwrap()).unwrap();
        let trusted = site.house.log.verifier();
        assert!(
            bundle::check(&proof, std::slice::from_ref(&trusted)).iter().all(|verdict| verdict.ok)
        );
        let opened: Vec<(String, String)> =
            proof.record.opened.into_iter().map(|field| (field.path, field.value)).collect();
        assert_eq!(signed_texts(&page), opened);
    }
}

#[test]
fn what_is_withdrawn_or_over_shows_nothing_but_that() {
    let (site, numbers) = filled(6);
    change(&site, &numbers[0], |row| {
        (row.state, row.reason) = ("withdrawn".into(), "原决定被依法撤销".into());
        row.title.clear();
        row.party.clear();
        row.party_code.clear();
    });
    change(&site, &numbers[1], |row| row.show_until = Some("2026-11-20".into()));
    change(&site, &numbers[2], |row| row.show_until = Some("2026-11-21".into()));
    let withdrawn = site.page(&format!("/disclosures/{}", numbers[0]), 410);
    assert!(withdrawn.contains("撤下原因：原决定被依法撤销。"));
    let expired = site.page(&format!("/disclosures/{}", numbers[1]), 200);
    assert!(expired.contains("公示期满"));
    for page in [&withdrawn, &expired] {
        assert!(!page.contains("知味") && !page.contains("data-field") && !page.contains("饼干"));
    }
    for number in &numbers[..2] {
        let answer = site.get(&format!("/disclosures/{number}/proof.json"));
        assert_eq!(answer.status(), 410);
    }
    assert!(
        site.page(&format!("/disclosures/{}", numbers[2]), 200).contains("公示至2026年11月21日")
    );
    let list = site.page("/disclosures", 200);
    assert!(
        list.contains("共 5 条")
            && list.contains("已撤下的公示信息")
            && !list.contains(&numbers[1])
    );
    assert!(site.page("/disclosures?q=%E7%9F%A5%E5%91%B3", 200).contains("共 3 条"));
    let alone = site.page("/disclosures.csv?state=withdrawn", 200);
    assert!(alone.contains(&numbers[0]) && !alone.contains("知味") && !alone.contains("5000"));
}

#[test]
fn what_everybody_reads_goes_compressed_but_never_beside_a_session() {
    let site = Served::start();
    site.sealed();
    let encoding = |path: &str, cookie: &str| {
        let url = format!("http://{}{path}", site.address);
        let asked = reqwest::blocking::Client::new().get(url).header("accept-encoding", "gzip");
        let asked = if cookie.is_empty() { asked } else { asked.header("cookie", cookie) };
        let answer = asked.send().unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let text = |name: &str| {
            answer.headers().get(name).map(|value| value.to_str().unwrap().to_lowercase())
        };
        (text("content-encoding"), text("vary"))
    };
    for path in ["/", "/disclosures?q=a", "/log/tile/entries/000.p/1", "/log/checkpoint"] {
        let (gzip, vary) = encoding(path, "");
        assert_eq!(gzip.as_deref(), Some("gzip"), "{path}");
        assert!(vary.unwrap().contains("accept-encoding"), "{path}: caches must keep both");
        assert_eq!(encoding(path, "zhijian=5f5f").0, None, "{path}");
    }
}

#[test]
fn programs_learn_whether_the_house_works() {
    let site = Served::start();
    let newest = site.sealed();
    assert_eq!(site.page("/healthz", 200), r#"{"status":"ok"}"#);
    let ready = site.page("/readyz", 200);
    assert!(
        ready.contains(r#""database":"ok""#)
            && ready.contains(r#""disk":"ok""#)
            && ready.contains(r#""signing":"ok""#)
    );
    assert_eq!(site.page("/log/checkpoint", 200), newest.note);
    assert_eq!(site.page("/log/vkey", 200).trim_end(), site.house.log.verifier().to_string());
    let tile = site.get("/log/tile/entries/000.p/1");
    assert_eq!(tile.headers()["content-type"], "application/octet-stream");
    let absent = site.get("/log/tile/entries/000");
    assert_eq!(
        (absent.status().as_u16(), absent.headers()["cache-control"].to_str().unwrap()),
        (404, "no-store")
    );
    // Who asked leaves no trace: no cookie but the text size, and that only when it was asked for.
    for path in ["/", "/disclosures?q=x", "/verify?number=1", "/log", "/log/checkpoint"] {
        assert!(site.get(path).headers().get("set-cookie").is_none(), "{path}");
    }
    let sized = site.get("/disclosures?q=x&size=large");
    assert!(sized.headers()["set-cookie"].to_str().unwrap().starts_with("size=large"));
    assert!(sized.text().unwrap().contains("?q=x&#38;size=normal"));
}
