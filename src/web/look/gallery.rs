//! Every component on five pages, compiled so that the macros cannot rot, and written to `target/gallery`
//! for looking at (`tests/browser/gallery.mjs`). Tests only.

use super::{
    Choice, Entry, Frame, Objection, Pages, SignForm, SignedIn, Site, Size, Weight, assets,
};
use crate::desk::FieldFault;
use askama::Template;
use std::{path::Path, sync::Arc};

#[derive(Template)]
#[template(path = "look/gallery/portal.html")]
struct Portal {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "look/gallery/item.html")]
struct Item {
    frame: Frame,
    trail: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "look/gallery/list.html")]
struct List {
    frame: Frame,
    trail: Vec<Entry>,
    tabs: Vec<Entry>,
    agencies: Vec<Choice>,
    pages: Pages,
}

#[derive(Template)]
#[template(path = "look/gallery/desk.html")]
struct Desk {
    frame: Frame,
    trail: Vec<Entry>,
    faults: Vec<FieldFault>,
    kinds: Vec<Choice>,
    yes_no: Vec<Choice>,
    form: SignForm,
}

#[derive(Template)]
#[template(path = "look/gallery/review.html")]
struct Review {
    frame: Frame,
    trail: Vec<Entry>,
    tabs: Vec<Entry>,
    objections: Vec<Objection>,
    passed: Vec<Objection>,
    yes_no: Vec<Choice>,
}

fn public() -> Frame {
    let nav = [
        ("/", "首页"),
        ("/agencies", "事前公示"),
        ("/officers/verify", "事中公示"),
        ("/disclosures", "事后公示"),
        ("/statistics/2026", "统计年报"),
        ("/complaints", "监督投诉"),
        ("/data", "数据开放"),
        ("/verify", "存证核验"),
    ];
    Frame {
        site: Arc::new(Site {
            name: "示例县行政执法公示".into(),
            subtitle: "公示 · 记录 · 审核，人人可以核验".into(),
            host: "示例县司法局".into(),
            operator: "示例县政务服务和大数据管理局".into(),
            phone: "0000-12348".into(),
            address: "示例县人民路1号".into(),
            postcode: "000000".into(),
            site_code: "0000000001".into(),
            ..Site::default()
        }),
        nav: nav.map(|(href, label)| Entry::new(href, label)).into(),
        section: "/disclosures".into(),
        ..Frame::default()
    }
}

fn office() -> Frame {
    let nav = [
        ("/office", "待办"),
        ("/office/cases", "案件"),
        ("/office/reviews", "法制审核"),
        ("/office/disclosures", "公示"),
        ("/office/clocks", "时限"),
        ("/office/keys", "我的密钥"),
    ];
    Frame {
        nav: nav.map(|(href, label)| Entry::new(href, label)).into(),
        section: "/office/reviews".into(),
        person: Some(SignedIn {
            name: "李审".into(),
            roles: "法制审核人员".into(),
            csrf: "token".into(),
        }),
        ..public()
    }
}

fn choices(words: &[&str]) -> Vec<Choice> {
    let choice = |(i, word): (usize, &&str)| Choice {
        value: i.to_string(),
        label: (*word).into(),
        chosen: i == 0,
    };
    words.iter().enumerate().map(choice).collect()
}

fn objection(weight: Weight, text: &str, article: &str, fix: &str) -> Objection {
    let href = if fix.is_empty() { String::new() } else { "#".into() };
    Objection { weight, text: text.into(), article: article.into(), fix: fix.into(), href }
}

fn sign_form() -> SignForm {
    let field = |path: &str, value: &str| serde_json::json!({"path": path, "value": value, "salt": "00".repeat(32)});
    let fields = [
        field("party.name", "示例县汇丰食品商行"),
        field("text.summary", "现场货架陈列饼干6袋，\n超过保质期9日。"),
    ];
    SignForm {
        action: "#".into(),
        csrf: "token".into(),
        draft: "draft-1".into(),
        person: "person-1".into(),
        key: "key-1".into(),
        public_key: String::new(),
        server_held: true,
        payload: "e30=".into(),
        fields: serde_json::to_string(&fields).unwrap(),
    }
}

fn all(size: Size) -> Vec<(&'static str, String)> {
    let public = Frame { size, ..public() };
    let office = Frame { size, ..office() };
    let trail = vec![Entry::new("/disclosures", "事后公示")];
    let office_trail = vec![Entry::new("/office/reviews", "法制审核")];
    let yes_no = choices(&["是", "否"]);
    let portal = Portal { frame: Frame { section: "/".into(), ..public.clone() } };
    let item = Item { frame: public.clone(), trail: trail.clone() };
    let list = List {
        frame: public,
        trail,
        tabs: [("penalty", "行政处罚"), ("licence", "行政许可"), ("inspection", "行政检查")]
            .map(|(act, label)| Entry::new(format!("/disclosures?act={act}"), label))
            .into(),
        agencies: choices(&["示例县市场监督管理局", "示例县交通运输局"]),
        pages: Pages {
            page: 3,
            count: 160,
            items: 3186,
            path: "/disclosures".into(),
            query: vec![("act".into(), "penalty".into())],
        },
    };
    let fault = |field: &str, text: &str| FieldFault { field: field.into(), text: text.into() };
    let desk = Desk {
        frame: office.clone(),
        trail: office_trail.clone(),
        faults: vec![
            fault("certificate", "执法证号应为 11 位数字"),
            fault("shown", "请选择是否出示执法证件"),
        ],
        kinds: choices(&["书证", "物证", "视听资料", "电子数据"]),
        yes_no: yes_no.clone(),
        form: sign_form(),
    };
    let review = Review {
        frame: office,
        trail: office_trail,
        tabs: [("1", "草案与证据"), ("2", "全部记录"), ("3", "上次退回后的变化")]
            .map(|(id, label)| Entry::new(format!("/office/reviews/{id}"), label))
            .into(),
        objections: vec![
            objection(
                Weight::Must,
                "告知书送达不足五日即拟作出决定。",
                "《中华人民共和国行政处罚法》第六十四条",
                "查看告知记录",
            ),
            objection(
                Weight::Judge,
                "罚款数额为法定最低幅度，请判断从轻理由是否充分。",
                "《中华人民共和国行政处罚法》第三十二条",
                "查看裁量",
            ),
        ],
        passed: vec![
            objection(
                Weight::Passed,
                "两名执法人员的执法证在检查当日有效。",
                "《中华人民共和国行政处罚法》第四十二条",
                "",
            ),
            objection(Weight::Passed, "全部 9 份记录的签名与链接完好。", "", ""),
        ],
        yes_no,
    };
    vec![
        ("portal", portal.render().unwrap()),
        ("item", item.render().unwrap()),
        ("list", list.render().unwrap()),
        ("desk", desk.render().unwrap()),
        ("review", review.render().unwrap()),
    ]
}

fn rendered(name: &str) -> String {
    all(Size::Normal).into_iter().find(|(page, _)| *page == name).unwrap().1
}

#[test]
fn values_are_escaped_and_kept_to_the_letter() {
    let page = rendered("desk");
    assert!(
        page.contains("data-field=\"text.summary\">现场货架陈列饼干6袋，\n超过保质期9日。</dd>")
    );
    assert!(
        page.contains("data-fields=\"[{&#34;path&#34;:&#34;party.name&#34;"),
        "quotes end no attribute"
    );
}

#[test]
fn a_faulty_field_is_tied_to_its_words() {
    let page = rendered("desk");
    assert!(page.contains("<a href=\"#field-certificate\">"));
    assert!(page.contains("id=\"field-certificate\""));
    assert!(
        page.contains(
            "aria-describedby=\"hint-certificate fault-certificate\" aria-invalid=\"true\""
        )
    );
    assert!(page.contains("id=\"fault-certificate\">请改正：执法证号应为 11 位数字"));
}

#[test]
fn what_is_empty_is_not_shown() {
    let page = rendered("portal");
    assert!(page.contains("<dt>网站标识码</dt><dd>0000000001</dd>"));
    assert!(!page.contains("备案号"));
    assert!(!page.contains("csrf-token"), "nobody is signed in");
}

#[test]
fn the_frame_says_who_where_and_how_large() {
    let page = rendered("review");
    assert!(page.contains("<b>李审</b> <span>法制审核人员</span>"));
    assert!(page.contains("<a href=\"/office/reviews\" aria-current=\"page\">"));
    assert!(page.contains("<body class=\"office wide\" data-size=\"normal\">"));
    assert!(page.contains("<meta name=\"csrf-token\" content=\"token\">"));
    let (_, large) = all(Size::Large).remove(0);
    assert!(large.contains("data-size=\"large\"") && large.contains("退出长者模式"));
}

#[test]
fn the_gallery_is_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    let look = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/look");
    let served = root.join(assets::url("base.css").trim_start_matches('/'));
    let served = served.parent().unwrap();
    std::fs::create_dir_all(served).unwrap();
    for entry in std::fs::read_dir(look).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| ["css", "js", "svg"].iter().any(|known| e == *known)) {
            std::fs::copy(&path, served.join(path.file_name().unwrap())).unwrap();
        }
    }
    for (name, text) in all(Size::Normal) {
        std::fs::write(root.join(format!("{name}.html")), text).unwrap();
    }
    for (name, text) in all(Size::Large) {
        std::fs::write(root.join(format!("{name}-large.html")), text).unwrap();
    }
    assert!(served.join("page.js").exists() && root.join("review-large.html").exists());
}
