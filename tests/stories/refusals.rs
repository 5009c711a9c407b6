//! Records that are refused: each with its status and words, and nothing has changed afterwards.

use crate::{
    case::Team,
    forms,
    people::{Key, Person, Reviewer, fresh},
    site::{PASSWORD, Site, day},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use zhijian::{
    ledger::dsse::{Envelope, pae},
    store::{Error, records},
};

#[actix_web::test]
async fn nobody_and_the_wrong_role_write_nothing() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let before = site.counts();
    let asked = json!({ "kind": "inspection", "case": case, "values": {} });
    site.visitor().post("/api/v1/drafts", &asked).await.refused(401, "请先登录");
    let mut forgetful = team.li.0.clone();
    forgetful.visitor.csrf = String::new();
    forgetful.post("/api/v1/drafts", &asked).await.refused(403, "X-CSRF-Token");
    let form = forms::inspection(803, &team.wang.id);
    team.sun
        .prepare("inspection", Some(&case), &form)
        .await
        .refused(403, "您的角色不能制作这类记录");
    team.li.prepare("decision", Some(&case), &forms::decision(803, 1)).await.refused(403, "角色");
    site.admin.prepare("inspection", Some(&case), &form).await.refused(404, "没有找到该案件");
    site.admin.get(&format!("/api/v1/cases/{case}")).await.refused(404, "没有找到该案件");
    team.li.get("/api/v1/people").await.refused(403, "查看人员");
    assert_eq!(site.counts(), before);
}

#[actix_web::test]
async fn a_stale_form_is_refused() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let opened = team.li.get(&format!("/api/v1/forms/inspection?case={case}")).await.good();
    team.add("inspection", &case, &forms::inspection(803, &team.wang.id)).await.good();
    let before = site.counts();
    let asked = json!({
        "kind": "inspection", "case": case, "head": opened["head"],
        "values": forms::inspection(803, &team.wang.id),
    });
    let answer = team.li.post("/api/v1/drafts", &asked).await;
    answer.refused(409, "您打开表单之后案件又有了新的记录");
    assert_eq!(site.counts(), before);
}

/// The envelope of the newest record of a chain, with the openings of its fields as a client keeps them.
fn newest(site: &Site, chain: &str) -> Envelope {
    let chain = chain.to_owned();
    let rows = site.house.store.read_blocking(move |db| records::by_chain(db, &chain)).unwrap();
    Envelope::parse(&rows.last().unwrap().envelope).unwrap()
}

#[actix_web::test]
async fn a_signature_counts_once() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let form = forms::inspection(803, &team.wang.id);
    let draft = team.li.prepare("inspection", Some(&case), &form).await.good();
    let (id, fields) = (draft["id"].as_str().unwrap(), draft["fields"].clone());
    assert_eq!(team.li.sign(id).await.status, 202);
    let half = site.counts();
    team.li.sign(id).await.refused(409, "您已经签过这份记录");
    team.sun.sign(id).await.refused(404, "没有找到该待签记录");
    assert_eq!(site.counts(), half, "half signed is not on record");
    team.wang.sign(id).await.good();
    let after = site.counts();
    team.wang.sign(id).await.refused(404, "没有找到该待签记录");
    let replay = json!({
        "envelope": STANDARD.encode(newest(&site, &case).to_bytes()), "fields": fields,
    });
    team.li.post("/api/v1/records", &replay).await.refused(409, "这份签名已经提交过，没有再次记录");
    assert_eq!(site.counts(), after);
}

#[actix_web::test]
async fn revoked_and_foreign_keys_sign_nothing() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.inspected(&site).await;
    let form = forms::inspection(804, &team.wang.id);
    let draft = team.li.prepare("inspection", Some(&case), &form).await.good();
    let id = draft["id"].as_str().unwrap();
    let Key::Own { id: key, .. } = &team.li.key else { panic!("an officer's own key") };
    let asked = json!({ "reason": "" });
    let path = format!("/api/v1/keys/{key}/revocation");
    team.li.post(&path, &asked).await.refused(422, "请写明注销原因");
    team.wang.post(&path, &json!({ "reason": "试试" })).await.refused(404, "密钥");
    team.li.post(&path, &json!({ "reason": "手机遗失" })).await.good();
    let before = site.counts();
    team.li.sign(id).await.refused(422, "签名所用的密钥不存在或者已经注销");
    let mut impostor = team.li.0.clone();
    impostor.key = team.wang.key.clone();
    impostor.sign(id).await.refused(422, "签名密钥与待签内容中写明的密钥不同");
    let Key::Own { id: key, .. } = team.li.key.clone() else { panic!() };
    impostor.key = Key::Own { id: key, secret: SigningKey::from_bytes(&fresh()) };
    impostor.sign(id).await.refused(422, "注销");
    team.li.prepare("inspection", Some(&case), &form).await.refused(422, "还没有登记签名密钥");
    assert_eq!(site.counts(), before);
}

#[actix_web::test]
async fn a_key_that_was_used_before_it_was_revoked_links_nothing_more() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.inspected(&site).await;
    let form = forms::inspection(804, &team.wang.id);
    let prepare = async || team.li.prepare("inspection", Some(&case), &form).await.good();
    let (first, second, half) = (prepare().await, prepare().await, prepare().await);
    let of_both = |draft| offline(draft, &[&team.li.key, &team.wang.key]);
    team.li.post("/api/v1/records", &of_both(&first)).await.good();
    let half = half["id"].as_str().unwrap();
    team.li.sign(half).await.good();
    let Key::Own { id: key, .. } = &team.li.key else { panic!("an officer's own key") };
    let lost = json!({ "reason": "手机遗失" });
    team.li.post(&format!("/api/v1/keys/{key}/revocation"), &lost).await.good();
    let before = site.counts();
    for person in [&team.li.0, &team.wang] {
        let answer = person.post("/api/v1/records", &of_both(&second)).await;
        answer.refused(422, "签名所用的密钥不存在或者已经注销");
    }
    team.wang.sign(half).await.refused(422, "签名所用的密钥不存在或者已经注销");
    assert_eq!(site.counts(), before);
}

/// A record made away from the house: `payload` of a prepared draft, signed by these keys.
pub fn offline(draft: &Value, signers: &[&Key]) -> Value {
    let payload = STANDARD.decode(draft["payload"].as_str().unwrap()).unwrap();
    let mut envelope = Envelope::new(payload.clone());
    for key in signers {
        let Key::Own { id, secret } = key else { panic!("a key of one's own") };
        envelope.add(id, secret.sign(&pae(&payload)).to_bytes());
    }
    json!({ "envelope": STANDARD.encode(envelope.to_bytes()), "fields": draft["fields"] })
}

#[actix_web::test]
async fn records_made_elsewhere_are_taken_only_whole_and_true() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.inspected(&site).await;
    let form = forms::inspection(804, &team.wang.id);
    let draft = team.li.prepare("inspection", Some(&case), &form).await.good();
    let before = site.counts();
    let submit =
        async |person: &Person, record: &Value| person.post("/api/v1/records", record).await;
    let one = offline(&draft, &[&team.li.key]);
    submit(&team.li, &one).await.refused(422, "签名");
    let stranger = offline(&draft, &[&team.li.key, &team.zhao.key]);
    submit(&team.li, &stranger).await.refused(422, "签名");
    let good = offline(&draft, &[&team.li.key, &team.wang.key]);
    submit(&team.sun, &good).await.refused(403, "提交他人签署的记录");
    let mut changed = good.clone();
    changed["fields"][0]["value"] = "改过的内容".into();
    submit(&team.li, &changed).await.refused(422, "私密字段与签名中的字段摘要不一致");
    for garbage in [json!("AAAA"), json!("!"), json!(""), json!(STANDARD.encode("{}"))] {
        let record = json!({ "envelope": garbage, "fields": [] });
        submit(&team.li, &record).await.refused(422, "签名封装");
    }
    assert_eq!(site.counts(), before);
    submit(&team.li, &good).await.good();
    assert_eq!(site.counts(), (before.0 + 1, before.1 + 1));
    site.holds().await;
}

#[actix_web::test]
async fn nothing_is_added_to_a_closed_case() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    team.add("execution", &case, &forms::execution(827, 5_000)).await.good();
    let open = team.li.open_upload(&case, "迟到的录像.mp4", 10).await;
    team.add("closing", &case, &forms::closing(827, &team.chief.id)).await.good();
    let before = site.counts();
    let form = forms::inspection(827, &team.wang.id);
    let refused = team.add("inspection", &case, &form).await.reasons();
    assert!(refused.iter().any(|text| text.contains("已于2026年8月27日结案")), "{refused:?}");
    team.li.ask_upload(&case, "又一段.mp4", 10).await.refused(422, "案件已经结案");
    open.patch(0, b"0123456789").await.refused(422, "案件已经结案");
    assert_eq!(site.counts(), before);
    site.holds().await;
}

#[actix_web::test]
async fn faulty_fields_are_named_one_by_one() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let before = site.counts();
    let form = forms::with(
        forms::filing(803, &team.wang.id, &team.chief.id),
        json!({ "on": "2026-02-30", "party.name": " ", "text.summary": "字".repeat(20_001) }),
    );
    let problem = team.li.prepare("filing", None, &form).await.refused(422, "填写的内容有误");
    let faults = problem["faults"].as_array().unwrap();
    let fields: Vec<&str> = faults.iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["on", "party.name", "text.summary"], "{problem}");
    assert!(faults[2]["text"].as_str().unwrap().contains("内容共20001字，最多20000字"));
    let form = forms::filing(803, "", &team.chief.id);
    let alone = team.li.prepare("filing", None, &form).await;
    alone.objected("载明的执法人员为1人，不得少于两人", "第四十二条");
    let form = forms::filing(803, "nobody", &team.chief.id);
    team.li.prepare("filing", None, &form).await.refused(422, "请选择本机关的在岗人员");
    team.li.prepare("wedding", None, &json!({})).await.refused(404, "没有找到该记录种类");
    assert_eq!(site.counts(), before);
}

#[actix_web::test]
async fn signing_in_and_out() {
    let site = Site::open_with(&[("SESSION__TRIES_A_MINUTE", "12")]).await;
    let reviewer = Reviewer::enter(&site.admin, "zhao", "赵审核", "A1").await;
    let me = reviewer.get("/api/v1/me").await.good();
    assert_eq!((me["name"].as_str(), &me["roles"]), (Some("赵审核"), &json!(["reviewer"])));
    let path = format!("/api/v1/people/{}", reviewer.id);
    let visitor = site.visitor();
    let wrong = json!({ "login": "zhao", "password": "wrong horse battery" });
    visitor.post("/api/v1/session", &wrong).await.refused(401, "用户名或者密码不正确");
    site.admin.send(reqwest::Method::PATCH, &path, &json!({ "active": false })).await.good();
    reviewer.get("/api/v1/me").await.refused(401, "请先登录");
    let right = json!({ "login": "zhao", "password": PASSWORD });
    visitor.post("/api/v1/session", &right).await.refused(401, "用户名或者密码不正确");
    let mut last = visitor.post("/api/v1/session", &wrong).await;
    for _ in 0..20 {
        last = visitor.post("/api/v1/session", &wrong).await;
    }
    last.refused(429, "尝试次数过多");
    assert!(last.header("retry-after").parse::<u32>().unwrap() > 0);
    let out = site.admin.send(reqwest::Method::DELETE, "/api/v1/session", &json!({})).await;
    assert_eq!(out.status, 204);
    site.admin.get("/api/v1/me").await.refused(401, "请先登录");
}

#[actix_web::test]
async fn a_draft_lapses_and_may_be_dropped() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let form = forms::inspection(803, &team.wang.id);
    let prepare = async || {
        let draft = team.li.prepare("inspection", Some(&case), &form).await.good();
        draft["id"].as_str().unwrap().to_owned()
    };
    let before = site.counts();
    let dropped = prepare().await;
    let path = format!("/api/v1/drafts/{dropped}");
    team.sun.send(reqwest::Method::DELETE, &path, &json!({})).await.refused(404, "待签记录");
    let waiting = team.wang.get("/api/v1/drafts").await.good();
    assert_eq!(waiting["drafts"][0]["id"], dropped.as_str());
    team.wang.send(reqwest::Method::DELETE, &path, &json!({})).await.good();
    team.li.get(&path).await.refused(404, "待签记录");
    let late = prepare().await;
    site.wait_hours(73);
    team.li.sign(&late).await.refused(410, "待签记录已经过期");
    assert_eq!(site.counts(), before);
    site.sealed().await;
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await;
    let mut asked = team.li.ask(reqwest::Method::GET, &format!("/api/v1/cases/{case}"));
    asked = asked.header("if-none-match", file.header("etag"));
    assert_eq!(asked.send().await.unwrap().status(), 304);
    let page = team.li.get("/api/v1/cases?q=食品").await.good();
    assert_eq!(page["cases"][0]["id"], case.as_str());
    assert_eq!(team.li.get("/api/v1/cases?cursor=x").await.status, 422);
    let filed: Result<Vec<_>, Error> =
        site.house.store.read_blocking(move |db| records::by_chain(db, &case));
    assert_eq!(filed.unwrap().len(), 1, "on {}", day(803));
}
