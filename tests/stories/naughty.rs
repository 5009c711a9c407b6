//! Strings that break programs, in every text field of every kind of record: each kept to the letter or refused for
//! a reason that names the field, never a 500, never altered.
//!
//! Covered in full: every form of `records.toml`, every text field of it, every string of the collection, as the
//! service prepares the record. Of each kind one record full of them is linked and read again, by JSON and on the page.

use crate::{
    case::Team,
    forms::{self, with},
    naughty_strings::{is_text_in, kept, strings},
    people::{Answer, Person},
    site::{Site, day},
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zhijian::{
    desk::disclose::ITEMS,
    law::forms::{FieldSpec, Input},
};

/// Requests on their way at a time.
const AT_A_TIME: usize = 16;

/// A form open before somebody, its texts not filled in.
struct Open<'o> {
    site: &'o Site,
    who: &'o Person,
    kind: &'o str,
    case: Option<&'o str>,
    facts: Value,
}

/// Why a field must refuse a text, if it must.
fn refusal(field: &FieldSpec, text: &str) -> Option<&'static str> {
    if text.contains('\0') {
        Some("空字符")
    } else if text.trim().is_empty() && field.required && !field.filled {
        Some("请填写此项")
    } else if !text.trim().is_empty() && text.chars().count() > field.max_chars {
        Some("最多")
    } else {
        None
    }
}

impl Open<'_> {
    fn fields(&self) -> Vec<&FieldSpec> {
        let form = self.site.house.rulebook.form(self.kind).unwrap();
        let text = |field: &&FieldSpec| {
            matches!(field.input, Input::Text | Input::Long) || field.path == "item"
        };
        form.fields.iter().filter(text).filter(|field| field.path != "item").collect()
    }

    /// Names under which shown texts are typed beside the form's own fields.
    fn shown(&self) -> &'static [(&'static str, &'static str)] {
        if matches!(self.kind, "disclosure" | "correction") { ITEMS } else { &[] }
    }

    /// Every string in every field: the n-th try puts string n + i into field i.
    async fn takes_or_refuses(&self, strings: &[String]) {
        let tries = stream::iter(0..strings.len()).map(|turn| self.one(strings, turn));
        tries.buffer_unordered(AT_A_TIME).collect::<()>().await;
    }

    async fn one(&self, strings: &[String], turn: usize) {
        let string = |i: usize| strings[(turn + i) % strings.len()].clone();
        let mut form = self.facts.clone();
        let fields = self.fields();
        let mut refused = BTreeSet::new();
        for (i, field) in fields.iter().enumerate() {
            form[&field.path] = string(i).into();
            refused.extend(refusal(field, &string(i)).map(|why| (field.path.clone(), why)));
        }
        for (i, (item, _)) in self.shown().iter().enumerate() {
            let (name, text) = (format!("show.{item}"), string(fields.len() + i));
            if text.contains('\0') || text.chars().count() > 100_000 {
                refused.insert((name.clone(), ""));
            }
            form[name] = text.into();
        }
        let mut answer = self.who.prepare(self.kind, self.case, &form).await;
        if !refused.is_empty() {
            let problem = answer.refused(422, "填写的内容有误");
            let faults = problem["faults"].as_array().unwrap();
            for (name, why) in &refused {
                let fault = faults.iter().find(|fault| fault["field"] == name.as_str());
                let said = fault.map(|fault| fault["text"].as_str().unwrap().to_owned());
                assert!(said.is_some_and(|said| said.contains(why)), "{name}: {problem}");
                form[name] = "平常".into();
            }
            for fault in faults {
                let name = fault["field"].as_str().unwrap();
                assert!(refused.iter().any(|(path, _)| path == name), "{name}: {problem}");
            }
            answer = self.who.prepare(self.kind, self.case, &form).await;
        }
        while answer.status == 422 {
            self.mend_shown(&answer, &mut form);
            answer = self.who.prepare(self.kind, self.case, &form).await;
        }
        self.is_kept(&answer.good(), &form);
    }

    /// What the public may not read so is refused for its own reason; it gives way to a plain text.
    fn mend_shown(&self, answer: &Answer, form: &mut Value) {
        let reasons = answer.reasons();
        assert!(!reasons.is_empty(), "{}", answer.text());
        let before = form.clone();
        for reason in reasons {
            let label = reason.split('“').nth(1).and_then(|rest| rest.split('”').next());
            let shown = label.and_then(|label| ITEMS.iter().find(|(_, known)| *known == label));
            let name = match (shown, label) {
                (Some((item, _)), _) if !self.shown().is_empty() => format!("show.{item}"),
                (_, Some("理由")) => "text.reason".into(),
                _ if reason.contains("没有向社会说明的理由") => "text.reason".into(),
                _ => panic!("{}: {reason}", self.kind),
            };
            assert_ne!(before[&name], "平常", "{}: {reason}", self.kind);
            form[name] = "平常".into();
        }
    }

    /// Every text that was taken stands in the draft to the letter, in facts or in fields.
    fn is_kept(&self, draft: &Value, form: &Value) {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let payload = STANDARD.decode(draft["payload"].as_str().unwrap()).unwrap();
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        let fields = draft["fields"].as_array().unwrap();
        let stored = |path: &str| fields.iter().find(|field| field["path"] == path);
        let shown = self.shown().iter().map(|(item, _)| format!("show.{item}"));
        for name in self.fields().iter().map(|field| field.path.clone()).chain(shown) {
            let text = kept(form[&name].as_str().unwrap());
            let found = match name.strip_prefix("show.") {
                Some(item) => stored(&format!("shown.{item}")).or(Some(&Value::Null)),
                None => stored(&name).or_else(|| stored(&format!("shown.{name}"))),
            };
            let said = found.map(|field| field["value"].as_str().unwrap_or_default().to_owned());
            let fact = payload["facts"][&name].as_str().map(str::to_owned);
            match said.or(fact) {
                // A text of a decision's item that the file lacks is not asked for.
                Some(said) if name.starts_with("show.") && said.is_empty() => {}
                Some(said) if !text.trim().is_empty() => assert_eq!(said, text, "{name}"),
                Some(_) => assert!(!name.contains('.') || name.starts_with("show."), "{name}"),
                None => assert!(text.trim().is_empty(), "{}: {name} is lost: {text:?}", self.kind),
            }
        }
    }
}

/// A case that every kind of record is tried on, in order, and then really written.
struct Walk<'w> {
    site: &'w Site,
    team: &'w Team,
    strings: &'w [String],
    /// Live markup and reversed text, for what is linked.
    live: Vec<String>,
    linked: Vec<(String, Value)>,
}

impl Walk<'_> {
    async fn try_out(&self, who: &Person, kind: &str, case: Option<&str>, facts: Value) {
        let open = Open { site: self.site, who, kind, case, facts };
        open.takes_or_refuses(self.strings).await;
    }

    /// `form` with live strings in every private text field.
    fn hostile(&mut self, kind: &str, mut form: Value) -> Value {
        let spec = self.site.house.rulebook.form(kind).unwrap();
        for field in spec.fields.iter().filter(|field| field.private) {
            if matches!(field.input, Input::Text | Input::Long) {
                self.live.rotate_left(1);
                let fits = |text: &&String| text.chars().count() <= field.max_chars;
                form[&field.path] = self.live.iter().find(fits).unwrap().as_str().into();
            }
        }
        self.linked.push((kind.to_owned(), form.clone()));
        form
    }

    async fn link(&mut self, kind: &str, case: &str, form: Value) {
        let form = self.hostile(kind, form);
        self.team.add(kind, case, &form).await.good();
    }
}

#[actix_web::test]
async fn every_text_field_of_every_record_takes_or_refuses_every_string() {
    let Some(strings) = strings() else { return };
    walk(&Site::open().await, &strings).await;
}

/// The same on PostgreSQL with every fifth string: what the engines do not share is how rows are kept.
#[cfg(feature = "postgres")]
#[actix_web::test]
async fn and_on_postgresql() {
    let Some(schema) = crate::whole_process::Schema::create("naughty") else { return };
    let Some(strings) = strings() else { return };
    let some: Vec<String> = strings.into_iter().step_by(5).chain(["a\0b".to_owned()]).collect();
    walk(&Site::open_with(&[("STORE__URL", &schema.url)]).await, &some).await;
}

async fn walk(site: &Site, strings: &[String]) {
    let team = Team::enter(site).await;
    let live = |text: &&String| {
        let short = (1..=100).contains(&text.chars().count());
        short && text.contains(['<', '\u{202e}', '\'', '&']) && !text.contains('\0')
    };
    let live: Vec<String> =
        strings.iter().filter(live).filter(|t| !t.trim().is_empty()).cloned().collect();
    let mut walk = Walk { site, team: &team, strings, live, linked: Vec::new() };
    let case = up_to_the_notice(&mut walk).await;
    from_the_hearing_on(&mut walk, &case).await;
    everything_is_read_again(&walk, &case).await;
    site.holds().await;
}

async fn up_to_the_notice(walk: &mut Walk<'_>) -> String {
    let (team, site, yuan) = (walk.team, walk.site, 120_000);
    let (li, wang) = (&*team.li, &team.wang.id);
    let filing = forms::filing(803, wang, &team.chief.id);
    walk.try_out(li, "filing", None, filing.clone()).await;
    let filing = walk.hostile("filing", filing);
    let case = team.file_with(&filing).await;
    site.on(804);
    let inspection = forms::inspection(804, wang);
    for (kind, form) in [
        ("inspection", inspection.clone()),
        ("interview", inspection),
        ("evidence", forms::evidence(804, &[])),
    ] {
        walk.try_out(li, kind, Some(&case), form.clone()).await;
        walk.link(kind, &case, form).await;
    }
    site.on(820);
    let conclusion = forms::conclusion(820, wang, yuan);
    walk.try_out(li, "conclusion", Some(&case), conclusion.clone()).await;
    walk.link("conclusion", &case, conclusion).await;
    site.on(821);
    walk.try_out(li, "submission", Some(&case), forms::submission(821, yuan)).await;
    walk.link("submission", &case, forms::submission(821, yuan)).await;
    site.on(825);
    // Neither agreement, which lists no issues, nor a return, which must.
    let review = forms::review(825, "no-penalty", "");
    walk.try_out(&team.zhao, "review", Some(&case), review).await;
    let mut agreed = walk.hostile("review", forms::review(825, "agree", ""));
    agreed["text.issues"] = "".into();
    walk.linked.pop();
    team.add("review", &case, &agreed).await.good();
    site.on(826);
    let notice = forms::notice(826, wang, yuan, true);
    walk.try_out(li, "notice", Some(&case), notice.clone()).await;
    walk.link("notice", &case, notice).await;
    case
}

async fn from_the_hearing_on(walk: &mut Walk<'_>, case: &str) {
    let (team, site, yuan) = (walk.team, walk.site, 120_000);
    site.on(827);
    let asked = json!({ "on": day(827), "rechecked": "1", "hearing_requested": "1" });
    walk.try_out(&team.li, "statement", Some(case), asked.clone()).await;
    // Another case is heard; this one goes on without, since a hearing asks for a review again.
    let heard = walk.team.told(site, yuan, true).await;
    team.add("statement", &heard, &with(asked, json!({ "text.statement": "要求听证。" })))
        .await
        .good();
    let waiver = forms::full_waiver(827);
    walk.link("statement", case, waiver).await;
    site.on(910);
    let hearing = json!({
        "requested_on": day(827), "notified_on": day(828), "held_on": day(910), "host": team.sun.id,
    });
    walk.try_out(&team.sun, "hearing", Some(&heard), hearing).await;
    let discussion = forms::discussion(910, &team.leaders(), yuan);
    walk.try_out(&team.chief, "discussion", Some(case), discussion.clone()).await;
    walk.link("discussion", case, discussion).await;
    let decision = forms::decision(910, yuan);
    walk.try_out(&team.chief, "decision", Some(case), decision.clone()).await;
    walk.link("decision", case, decision).await;
    let service = forms::service(910, &team.wang.id);
    walk.try_out(&team.li, "service", Some(case), service.clone()).await;
    walk.link("service", case, service).await;
    let sun = &*team.sun;
    let withheld =
        json!({ "on": day(910), "ground": walk.site.house.rulebook.withholding_grounds()[0].id });
    walk.try_out(sun, "withholding", Some(case), withheld).await;
    walk.try_out(sun, "disclosure", Some(case), forms::disclosure(910)).await;
    team.add("disclosure", case, &plain_disclosure()).await.good();
    let correction = with(plain_disclosure(), json!({ "text.before": "甲", "text.after": "乙" }));
    walk.try_out(sun, "correction", Some(case), correction).await;
    let withdrawn = json!({ "on": day(910), "ground": "revoked" });
    walk.try_out(sun, "withdrawal", Some(case), withdrawn).await;
    walk.try_out(&team.li, "execution", Some(case), forms::execution(910, yuan)).await;
    walk.link("execution", case, forms::execution(910, yuan)).await;
    walk.try_out(&team.li, "closing", Some(case), forms::closing(910, &team.chief.id)).await;
    let tried: BTreeSet<&str> = walk.linked.iter().map(|(kind, _)| kind.as_str()).collect();
    let alone =
        ["review", "hearing", "withholding", "disclosure", "correction", "withdrawal", "closing"];
    for form in site.house.rulebook.forms() {
        let kind = form.kind.as_str();
        assert!(tried.contains(kind) || alone.contains(&kind), "a kind nobody tries: {kind}");
    }
}

/// Nothing of it names anybody whom the file's live strings might seem to name.
fn plain_disclosure() -> Value {
    let mut form = forms::disclosure(910);
    for (item, _) in ITEMS {
        form[format!("show.{item}")] = "<i>公示</i>的&文字".into();
    }
    form
}

async fn everything_is_read_again(walk: &Walk<'_>, case: &str) {
    let li = &walk.team.li;
    let file = li.get(&format!("/api/v1/cases/{case}")).await.good();
    let page = li.get(&format!("/office/cases/{case}")).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    for (kind, form) in &walk.linked {
        let records = file["records"].as_array().unwrap();
        let record = records.iter().find(|record| record["kind"] == kind.as_str()).unwrap();
        let spec = walk.site.house.rulebook.form(kind).unwrap();
        for field in spec.fields.iter().filter(|field| field.private) {
            let Some(text) = form[&field.path].as_str().map(kept) else { continue };
            let lines = record["lines"].as_array().unwrap();
            let line = lines.iter().find(|line| line["path"] == field.path.as_str());
            assert_eq!(line.map(|line| &line["value"]), Some(&json!(text)), "{kind}");
            is_text_in(&page, &text);
        }
    }
    let visitor = walk.site.visitor();
    walk.site.sealed().await;
    let list = visitor.get("/api/v1/disclosures").await.good();
    let number = list["items"][0]["number"].as_str().unwrap();
    for path in [format!("/disclosures/{number}"), "/disclosures".into(), "/".into()] {
        is_text_in(&visitor.get(&path).await.text(), "<i>公示</i>的&文字");
    }
}
