//! Strings that break programs, in what is signed, linked and read again: review, hearing, withholding, correction,
//! withdrawal and closing. What was taken is kept and shown to the letter; what is refused changes nothing.
//!
//! A long field takes hundreds of strings, a line each, so a few cases carry them all: every string goes through every
//! long field of the six kinds and, but for those that a text for the public is refused for, through what a
//! correction and a withdrawal publish. The two short fields of a hearing meet at least fifty strings each.

use crate::{
    case::Team,
    forms::{self, with},
    naughty_strings::{is_text_in, kept, packed, shares, short, strings},
    people::{Answer, Person},
    published,
    site::{Site, day},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use zhijian::{
    desk::disclose::ITEMS,
    law::forms::{FieldSpec, Input},
};

/// The fine is major, so that each case has reviews and a hearing.
const YUAN: u32 = 120_000;
/// Most characters of a long field but one, in `records.toml`.
const LONG: usize = 20_000;
/// Most characters of a hearing's short fields.
const SHORT: usize = 300;
/// What a correction of an imported list may say of anything without naming a party, a kind or a day.
const PLAIN: [&str; 3] = ["case.title", "violation.facts", "basis"];

#[actix_web::test]
async fn what_is_linked_is_kept_and_shown_to_the_letter() {
    let Some(strings) = strings() else { return };
    walk(&Site::open().await, &strings).await;
}

/// The same on PostgreSQL with every fifth string: what the engines do not share is how rows are kept.
#[cfg(feature = "postgres")]
#[actix_web::test]
async fn and_on_postgresql() {
    let Some(schema) = crate::whole_process::Schema::create("linked") else { return };
    let Some(strings) = strings() else { return };
    let some: Vec<String> = strings.into_iter().step_by(5).collect();
    walk(&Site::open_with(&[("STORE__URL", &schema.url)]).await, &some).await;
}

async fn walk(site: &Site, strings: &[String]) {
    let team = Team::enter(site).await;
    let sun = team.sun.id.clone();
    site.on(1012);
    let fits = |text: &&String| text.chars().count() < LONG && !text.contains('\0');
    let fitting: Vec<String> = strings.iter().filter(fits).cloned().collect();
    assert!(strings.len() - fitting.len() < 10, "few are too long for every field");
    let loads = packed(&fitting, LONG);
    let (mut places, mut parties) =
        (short(&fitting, SHORT, loads.len() * 2), short(&fitting, SHORT, loads.len()));
    let mut walk = Walk { site, team: &team, strings: &fitting, bare: BTreeSet::new() };
    for load in &loads {
        // One ends withheld, one published, corrected and withdrawn; both are heard and closed.
        for published in [false, true] {
            let mut case = Case { id: String::new(), linked: Vec::new() };
            walk.heard_next(&mut case, load).await;
            // Whom a hearing names, no text for the public may name.
            let party = if published { "甲某某".into() } else { parties.pop().unwrap() };
            let hearing = json!({
                "requested_on": day(827), "notified_on": day(828), "held_on": day(910), "host": sun,
                "text.place": places.pop().unwrap(), "person.party": party,
            });
            walk.link(&mut case, "hearing", hearing, load).await;
            walk.served_next(&mut case).await;
            let face = match published {
                true => walk.publish(&mut case, load).await,
                false => walk.withhold(&mut case, load).await,
            };
            let done = forms::execution(925, YUAN);
            team.add("execution", &case.id, &done).await.good();
            let closing = forms::closing(928, &team.chief.id);
            walk.link(&mut case, "closing", closing, load).await;
            walk.read_again(&case).await;
            if let Some(face) = face {
                face.is_told(&walk).await;
            }
        }
    }
    walk.imported(&loads[0]).await;
    site.holds().await;
}

/// A case and what was linked into it, as it was typed.
struct Case {
    id: String,
    linked: Vec<(String, Value)>,
}

struct Walk<'w> {
    site: &'w Site,
    team: &'w Team,
    strings: &'w [String],
    /// What no text for the public may say: numbers that look like a person's.
    bare: BTreeSet<String>,
}

impl Walk<'_> {
    /// A case returned once with numbered issues and agreed to the second time, of which a hearing was asked.
    async fn heard_next(&mut self, case: &mut Case, load: &[String]) {
        let (team, wang) = (self.team, &self.team.wang.id);
        case.id = team.file(803).await;
        team.add("inspection", &case.id, &forms::inspection(804, wang)).await.good();
        team.add("conclusion", &case.id, &forms::conclusion(820, wang, YUAN)).await.good();
        team.add("submission", &case.id, &forms::submission(821, YUAN)).await.good();
        let returned =
            with(forms::review(822, "correct", ""), json!({ "checklist.facts": "fail" }));
        self.link(case, "review", returned, load).await;
        team.add("submission", &case.id, &forms::submission(823, YUAN)).await.good();
        let page = self.team.zhao.get(&format!("/office/reviews/{}", case.id)).await;
        assert_eq!(page.status, 200, "{}", page.text());
        self.shows(&page.text(), &load.join("\n"));
        self.link(case, "review", forms::review(825, "agree", ""), load).await;
        team.add("notice", &case.id, &forms::notice(826, wang, YUAN, true)).await.good();
        let asked = json!({
            "on": day(827), "rechecked": "1", "hearing_requested": "1", "text.statement": "要求听证。",
        });
        team.add("statement", &case.id, &asked).await.good();
    }

    /// What follows a hearing: a review of the file with its record, and the decision.
    async fn served_next(&mut self, case: &mut Case) {
        let (team, id) = (self.team, &*case.id);
        team.add("submission", id, &forms::submission(911, YUAN)).await.good();
        team.add("review", id, &forms::review(914, "agree", "")).await.good();
        let discussion = forms::discussion(915, &team.leaders(), YUAN);
        team.add("discussion", id, &discussion).await.good();
        team.add("decision", id, &forms::decision(916, YUAN)).await.good();
        team.add("service", id, &forms::service(917, &team.wang.id)).await.good();
    }

    async fn withhold<'f>(&mut self, case: &mut Case, load: &[String]) -> Option<Face<'f>> {
        let ground = &self.site.house.rulebook.withholding_grounds()[0].id;
        let withheld = json!({ "on": day(918), "ground": ground });
        self.link(case, "withholding", withheld, load).await;
        None
    }

    /// Published, corrected with a share of the strings in every item, and withdrawn.
    async fn publish<'l>(&mut self, case: &mut Case, load: &'l [String]) -> Option<Face<'l>> {
        self.team.add("disclosure", &case.id, &forms::disclosure(918)).await.good();
        let listed = self.site.visitor().get("/api/v1/disclosures?state=published").await.good();
        let number = listed["items"][0]["number"].as_str().unwrap().to_owned();
        // Nothing was confiscated, so the form does not ask for that.
        let offered = ITEMS.iter().map(|(item, _)| *item).filter(|i| *i != "penalty.confiscated");
        let mut said = shares(load, offered);
        said.insert("text.reason".into(), load.to_vec());
        let form = json!({
            "on": day(919), "text.before": load.join("\n"), "text.after": load.join("\n"),
        });
        let about = json!({ "case": case.id });
        let corrected = self.tell("correction", &about, form, said).await;
        case.linked.push(("correction".into(), corrected.clone()));
        self.is_public(&number, &corrected).await;
        let said = BTreeMap::from([("text.reason".to_owned(), load.to_vec())]);
        let form = json!({ "on": day(920), "ground": "revoked" });
        let withdrawn = self.tell("withdrawal", &about, form, said).await;
        case.linked.push(("withdrawal".into(), withdrawn.clone()));
        let face = Face { number, load, reason: withdrawn["text.reason"].as_str()?.to_owned() };
        Some(face)
    }

    /// Links a record with the load in every text field of its form that is not filled in yet.
    async fn link(&mut self, case: &mut Case, kind: &str, mut form: Value, load: &[String]) {
        for field in self.texts(kind) {
            // Agreement leaves no issue open.
            let open = field.path != "text.issues" || form["result"] != "agree";
            if open && (field.max_chars >= LONG || form.get(&field.path).is_none()) {
                form[&field.path] = load.join("\n").into();
            }
        }
        self.refuses(kind, &json!({ "case": case.id }), &form).await;
        self.team.add(kind, &case.id, &form).await.good();
        case.linked.push((kind.to_owned(), form));
    }

    /// The text fields of a form.
    fn texts(&self, kind: &str) -> Vec<FieldSpec> {
        let form = self.site.house.rulebook.form(kind).unwrap();
        let text =
            |field: &&FieldSpec| field.private && matches!(field.input, Input::Text | Input::Long);
        form.fields.iter().filter(text).cloned().collect()
    }

    fn writer(&self, kind: &str) -> &Person {
        match kind {
            "review" => &self.team.zhao,
            "closing" => &self.team.li,
            _ => &self.team.sun,
        }
    }

    async fn prepare(&self, kind: &str, about: &Value, form: &Value) -> Answer {
        let who = self.writer(kind);
        if kind == "review" {
            return who.prepare(kind, about["case"].as_str(), form).await;
        }
        let asked = with(about.clone(), json!({ "kind": kind, "values": form }));
        who.post("/api/v1/drafts", &asked).await
    }

    /// What stands in the house: nothing of it moves when something is refused.
    async fn standing(&self, kind: &str) -> ((usize, i64), Value) {
        (self.site.counts(), self.writer(kind).get("/api/v1/drafts").await.good())
    }

    /// A text with a null character, one that is too long and a blank one are refused by name, and nothing changes.
    async fn refuses(&self, kind: &str, about: &Value, form: &Value) {
        let before = self.standing(kind).await;
        for field in self.texts(kind) {
            let long = "界".repeat(field.max_chars + 1);
            for (text, says) in
                [("a\0<b>", "空字符"), (&*long, "最多"), ("\u{3000} \n", "请填写此项")]
            {
                if says == "请填写此项" && !field.required {
                    continue;
                }
                let bad = with(form.clone(), json!({ &*field.path: text }));
                let problem = self.prepare(kind, about, &bad).await.refused(422, says);
                let faults = problem["faults"].as_array().unwrap();
                assert!(faults.iter().all(|fault| fault["field"] == *field.path), "{problem}");
            }
        }
        assert_eq!(self.standing(kind).await, before, "a refused {kind} left something behind");
    }

    /// Signs what the public is told, without the strings that it is refused for: numbers that look like a person's.
    /// A refusal names the field and the place, and leaves nothing behind. Gives the form that was taken.
    async fn tell(
        &mut self,
        kind: &str,
        about: &Value,
        form: Value,
        mut said: BTreeMap<String, Vec<String>>,
    ) -> Value {
        said.values_mut().for_each(|all| all.retain(|one| !self.bare.contains(one)));
        let before = self.standing(kind).await;
        loop {
            let mut form = form.clone();
            said.iter().for_each(|(name, all)| form[name] = all.join("\n").into());
            let answer = self.prepare(kind, about, &form).await;
            if answer.status.is_success() {
                let draft = answer.json()["id"].as_str().unwrap().to_owned();
                self.refuses(kind, about, &form).await;
                self.writer(kind).sign(&draft).await.good();
                return form;
            }
            for reason in answer.reasons() {
                let one = blamed(&reason, &mut said);
                let digits = one.chars().filter(|c| c.is_numeric()).count();
                assert!(digits >= 7, "{reason}: refused for no number: {one:?}");
                self.bare.insert(one);
            }
            assert_eq!(self.standing(kind).await, before, "a refused {kind} left something");
        }
    }

    /// The file shows what was typed: to programs, and on the office's page as text and nothing else.
    async fn read_again(&self, case: &Case) {
        let li = &self.team.li;
        let file = li.get(&format!("/api/v1/cases/{}", case.id)).await.good();
        let page = li.get(&format!("/office/cases/{}", case.id)).await;
        assert_eq!(page.status, 200);
        let page = page.text();
        let mut records: Vec<&Value> = file["records"].as_array().unwrap().iter().collect();
        for (kind, form) in &case.linked {
            let at = records.iter().position(|record| record["kind"] == kind.as_str()).unwrap();
            let lines = records.remove(at)["lines"].as_array().unwrap();
            let typed = form.as_object().unwrap().iter();
            for (name, text) in typed.filter(|(name, _)| name.contains('.')) {
                let text = text.as_str().unwrap();
                let path = match (kind.as_str(), name.strip_prefix("show.")) {
                    (_, Some(item)) => format!("shown.{item}"),
                    ("withdrawal", _) => format!("shown.{name}"),
                    _ => name.clone(),
                };
                let line = lines.iter().find(|line| line["path"] == *path);
                if name.starts_with("checklist.") || text.is_empty() {
                    continue;
                }
                let line = line.unwrap_or_else(|| panic!("{kind}: {path} is lost"));
                assert_eq!(line["value"], kept(text), "{kind}: {path}");
                self.shows(&page, text);
            }
        }
    }

    /// The text stands in the page, and no string of the collection is markup there.
    fn shows(&self, page: &str, text: &str) {
        is_text_in(page, &kept(text));
        let live = |one: &&String| one.matches(['<', '>']).count() > 1 && text.contains(&***one);
        for one in self.strings.iter().filter(live) {
            assert!(!page.contains(&**one), "it is live: {one:?}");
        }
    }

    /// Everybody reads the correction to the letter: the item, the lists, and the files for programs.
    async fn is_public(&self, number: &str, form: &Value) {
        self.site.sealed().await;
        let visitor = self.site.visitor();
        let item = visitor.get(&format!("/api/v1/disclosures/{number}")).await.good();
        let page = visitor.get(&format!("/disclosures/{number}")).await.text();
        let text = |name: &str| kept(form[name].as_str().unwrap());
        for (name, _) in form.as_object().unwrap().iter().filter(|(n, _)| n.starts_with("show.")) {
            let path = name.replacen("show.", "shown.", 1);
            let lines = item["lines"].as_array().unwrap();
            let line = lines.iter().find(|line| line["path"] == *path).unwrap();
            assert_eq!(line["value"], text(name), "{name}");
            self.shows(&page, &text(name));
        }
        assert_eq!(item["reason"], text("text.reason"));
        self.shows(&page, &text("text.reason"));
        visitor.get(&format!("/api/v1/disclosures/{number}/proof")).await.good();
        let title = text("show.case.title");
        for list in ["/disclosures", "/"] {
            self.shows(&visitor.get(list).await.text(), &title);
        }
        let atom = visitor.get("/disclosures.atom").await.text();
        assert!(atom.chars().all(in_xml), "a character that no XML document may have");
        for one in self.strings.iter().filter(|one| one.matches(['<', '>']).count() > 1) {
            assert!(!atom.contains(&**one), "it is live in the feed: {one:?}");
        }
        let table = visitor.get("/disclosures.csv").await.bytes;
        let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(&table[3..]);
        let row = table.records().map(|row| row.unwrap()).find(|row| &row[0] == number).unwrap();
        assert_eq!(row[2].trim_start_matches('\''), title.trim_start_matches('\''));
        assert!(!row[2].starts_with(['=', '+', '-', '@', '\t', '\r']), "a formula: {:?}", &row[2]);
    }

    /// What an imported list made public is corrected and withdrawn with the same strings.
    async fn imported(&mut self, load: &[String]) {
        let number = published::import(self.site).await.swap_remove(0);
        let about = json!({ "disclosure": number });
        let mut said = shares(load, PLAIN.into_iter());
        said.insert("text.reason".into(), load.to_vec());
        let form = json!({ "on": day(1012), "text.before": "甲", "text.after": load.join("\n") });
        let corrected = self.tell("correction", &about, form, said).await;
        self.is_public(&number, &corrected).await;
        let said = BTreeMap::from([("text.reason".to_owned(), load.to_vec())]);
        let form = json!({ "on": day(1012), "ground": "revoked" });
        let withdrawn = self.tell("withdrawal", &about, form, said).await;
        let reason = withdrawn["text.reason"].as_str().unwrap().to_owned();
        Face { number, load, reason }.is_told(self).await;
    }
}

/// What is left of a public item after its withdrawal.
struct Face<'l> {
    number: String,
    load: &'l [String],
    reason: String,
}

impl Face<'_> {
    /// The reason is there for everybody, on the page and for programs; what was withdrawn is not.
    async fn is_told(&self, walk: &Walk<'_>) {
        let visitor = walk.site.visitor();
        let item = visitor.get(&format!("/api/v1/disclosures/{}", self.number)).await.good();
        assert_eq!((&item["reason"], &item["lines"]), (&json!(kept(&self.reason)), &json!([])));
        let page = visitor.get(&format!("/disclosures/{}", self.number)).await;
        assert_eq!(page.status, 410);
        walk.shows(&page.text(), &self.reason);
        let mut told = self.load.iter().filter(|one| !walk.bare.contains(*one));
        assert!(told.all(|one| self.reason.contains(&**one)), "a string is left out unblamed");
    }
}

/// Takes the string away that a refusal points at: `公示的“…”第…个字起…`.
fn blamed(reason: &str, said: &mut BTreeMap<String, Vec<String>>) -> String {
    assert!(reason.contains("请隐去后再公示"), "{reason}");
    let label = reason.split('“').nth(1).unwrap().split('”').next().unwrap();
    let item = ITEMS.iter().find(|(_, known)| *known == label);
    let name = item.map_or("text.reason".to_owned(), |(item, _)| format!("show.{item}"));
    let at = reason.split('第').nth(1).unwrap().split('个').next().unwrap();
    let mut left: usize = at.parse().unwrap();
    let all = said.get_mut(&name).unwrap();
    let place = all.iter().position(|one| {
        let length = kept(one).chars().count() + 1;
        let here = left <= length;
        left -= if here { 0 } else { length };
        here
    });
    all.remove(place.unwrap_or_else(|| panic!("{reason}: no such place")))
}

/// Char of XML 1.0.
fn in_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
