//! The people of one agency and a case they work on, step by step up to where a test begins.

use crate::{
    forms,
    people::{Answer, Clerk, Head, Officer, Person, Reviewer},
    site::Site,
};
use serde_json::Value;

/// Everybody that a whole case takes.
pub struct Team {
    pub li: Officer,
    pub wang: Officer,
    pub chief: Head,
    pub deputies: Vec<Head>,
    pub zhao: Reviewer,
    pub sun: Clerk,
}

impl Team {
    pub async fn enter(site: &Site) -> Team {
        let (li, wang, chief) = tokio::join!(
            Officer::enter(&site.admin, "li-ming", "李执法"),
            Officer::enter(&site.admin, "wang-fang", "王执法"),
            Head::enter(&site.admin, "chief", "陈局长"),
        );
        let (one, two, zhao, sun) = tokio::join!(
            Head::enter(&site.admin, "deputy", "周副局长"),
            Head::enter(&site.admin, "member", "吴副局长"),
            Reviewer::enter(&site.admin, "zhao", "赵审核", "A20104401010001"),
            Clerk::enter(&site.admin, "sun", "孙公示"),
        );
        Team { li, wang, chief, deputies: vec![one, two], zhao, sun }
    }

    /// Files a case with two officers and the head's approval; gives its id.
    pub async fn file(&self, on: u16) -> String {
        let form = forms::filing(on, &self.wang.id, &self.chief.id);
        self.file_with(&form).await
    }

    pub async fn file_with(&self, form: &Value) -> String {
        let prepared = self.li.prepare("filing", None, form).await.good();
        let draft = prepared["id"].as_str().unwrap();
        assert_eq!(self.li.sign(draft).await.status, 202, "the head has yet to sign");
        self.chief.sign(draft).await.good();
        prepared["case"].as_str().unwrap().to_owned()
    }

    /// Adds a record of `kind` by whoever usually writes it.
    pub async fn add(&self, kind: &str, case: &str, form: &Value) -> Answer {
        let (who, others): (&Person, Vec<&Person>) = match kind {
            "inspection" | "interview" | "conclusion" | "service" => (&self.li, vec![&self.wang]),
            "review" => (&self.zhao, vec![]),
            "discussion" | "decision" => (&self.chief, vec![]),
            "hearing" | "disclosure" | "withholding" | "correction" | "withdrawal" => {
                (&self.sun, vec![])
            }
            "closing" => (&self.li, vec![&self.chief]),
            _ => (&self.li, vec![]),
        };
        who.record(kind, Some(case), form, &others).await
    }

    /// A case with an inspection on file.
    pub async fn inspected(&self, site: &Site) -> String {
        let case = self.file(803).await;
        site.on(804);
        self.add("inspection", &case, &forms::inspection(804, &self.wang.id)).await.good();
        case
    }

    /// A case whose investigation ended with a proposed fine.
    pub async fn concluded(&self, site: &Site, yuan: u32) -> String {
        let case = self.inspected(site).await;
        site.on(820);
        self.add("conclusion", &case, &forms::conclusion(820, &self.wang.id, yuan)).await.good();
        case
    }

    /// A concluded case put to legal review.
    pub async fn submitted(&self, site: &Site, yuan: u32) -> String {
        let case = self.concluded(site, yuan).await;
        site.on(821);
        self.add("submission", &case, &forms::submission(821, yuan)).await.good();
        case
    }

    /// A case with an agreeing review.
    pub async fn reviewed(&self, site: &Site, yuan: u32) -> String {
        let case = self.submitted(site, yuan).await;
        site.on(825);
        self.add("review", &case, &forms::review(825, "agree", "")).await.good();
        case
    }

    /// A case whose party was told, with an agreeing review when the fine is major.
    pub async fn told(&self, site: &Site, yuan: u32, major: bool) -> String {
        let case = match major {
            true => self.reviewed(site, yuan).await,
            false => self.concluded(site, yuan).await,
        };
        site.on(826);
        let form = forms::notice(826, &self.wang.id, yuan, major);
        self.add("notice", &case, &form).await.good();
        case
    }

    /// A case that ended in a small fine, served and not disclosed yet.
    pub async fn served(&self, site: &Site) -> String {
        let case = self.told(site, 5_000, false).await;
        site.on(827);
        self.add("statement", &case, &forms::waiver(827)).await.good();
        self.add("decision", &case, &forms::decision(827, 5_000)).await.good();
        self.add("service", &case, &forms::service(827, &self.wang.id)).await.good();
        case
    }

    /// The head and the deputies, for a discussion.
    pub fn leaders(&self) -> Vec<&str> {
        [&self.chief].into_iter().chain(&self.deputies).map(|head| head.id.as_str()).collect()
    }
}
