//! What stands around every page: the site's own details, who is signed in, the text size.
//! Display-ready words only; nothing here is looked up.

use super::assets;
use std::sync::Arc;

/// The site's details in band and footer, all from configuration. An empty one is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// 网站名称
    pub name: String,
    /// The line under the name.
    pub subtitle: String,
    /// 主办
    pub host: String,
    /// 承办
    pub operator: String,
    /// 电话
    pub phone: String,
    /// 地址
    pub address: String,
    /// 邮编
    pub postcode: String,
    /// 网站标识码
    pub site_code: String,
    /// ICP备案号
    pub icp: String,
    /// 公安备案号
    pub police: String,
}

/// Text size of the whole page (`body[data-size]`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 常规
    #[default]
    Normal,
    /// 长者模式
    Large,
}

impl Size {
    /// The word used in `?size=`, in the cookie and in `data-size`.
    pub fn word(self) -> &'static str {
        match self {
            Size::Normal => "normal",
            Size::Large => "large",
        }
    }

    /// Reads the word; anything unknown is the normal size.
    pub fn from_word(word: &str) -> Self {
        if word == "large" { Size::Large } else { Size::Normal }
    }
}

/// One entry of the main navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Address, starting with `/`.
    pub href: String,
    /// Its words.
    pub label: String,
}

impl Entry {
    /// From address and words.
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Entry { href: href.into(), label: label.into() }
    }
}

/// The person signed in, as the band shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// 姓名
    pub name: String,
    /// Roles in words, such as `法制审核人员`; may be several joined by `、`.
    pub roles: String,
    /// Token against cross-site requests, for the sign-out form and the uploading script.
    pub csrf: String,
}

/// Everything `look/layout.html` reads; a page's struct has it as the field `frame`.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The site's details.
    pub site: Arc<Site>,
    /// Text size.
    pub size: Size,
    /// Main navigation, in order.
    pub nav: Vec<Entry>,
    /// `href` of the entry the page belongs to; empty for none.
    pub section: String,
    /// The query of this page without the text size, encoded.
    pub rest: String,
    /// What is in the search box already.
    pub query: String,
    /// Who is signed in, if anybody.
    pub person: Option<SignedIn>,
}

impl Frame {
    /// Address of an asset, for templates.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// Address of this very page in another text size.
    pub fn resized(&self, size: &str) -> String {
        let and = if self.rest.is_empty() { "" } else { "&" };
        format!("?{}{and}size={size}", self.rest)
    }

    /// Whether the page is shown in 长者模式.
    pub fn is_large(&self) -> bool {
        self.size == Size::Large
    }
}

/// One choice of a select or a group of radio buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// Its words.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// How much an objection weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// 必须改正
    Must,
    /// 请判断
    Judge,
    /// 已通过
    Passed,
}

impl Weight {
    /// The word shown; colour never stands alone.
    pub fn label(self) -> &'static str {
        match self {
            Weight::Must => "必须改正",
            Weight::Judge => "请判断",
            Weight::Passed => "已通过",
        }
    }

    /// Class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Weight::Must => "must",
            Weight::Judge => "judge",
            Weight::Passed => "passed",
        }
    }
}

/// One finding of the machine with the place to put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// How much it weighs.
    pub weight: Weight,
    /// What stands in the way.
    pub text: String,
    /// The article; empty for a rule of this system.
    pub article: String,
    /// Words of the link to the place; empty when there is none.
    pub fix: String,
    /// Address of the place; empty when there is none.
    pub href: String,
}

/// Which page of how many, for the pager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// The page shown, from 1.
    pub page: u64,
    /// How many there are, at least 1.
    pub count: u64,
    /// Items over all pages.
    pub items: u64,
    /// Path of the list, without the query.
    pub path: String,
    /// The other query parameters, as names and values.
    pub query: Vec<(String, String)>,
}

impl Pages {
    /// Address of page `number`, kept within what exists.
    pub fn href(&self, number: &u64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.query);
        query.append_pair("page", &(*number).clamp(1, self.count.max(1)).to_string());
        format!("{}?{}", self.path, query.finish())
    }

    /// Up to five page numbers around the one shown.
    pub fn near(&self) -> std::ops::RangeInclusive<u64> {
        let count = self.count.max(1);
        let first = self.page.saturating_sub(2).min(count.saturating_sub(4)).max(1);
        first..=first.saturating_add(4).min(count)
    }

    /// Whether the first page is shown.
    pub fn at_start(&self) -> bool {
        self.page <= 1
    }

    /// Whether the last page is shown.
    pub fn at_end(&self) -> bool {
        self.page >= self.count
    }

    /// The page before.
    pub fn before(&self) -> u64 {
        self.page.saturating_sub(1)
    }

    /// The page after.
    pub fn after(&self) -> u64 {
        self.page.saturating_add(1)
    }
}

/// A prepared record as its signing page shows it (read by `sign.js`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignForm {
    /// Where the form is sent.
    pub action: String,
    /// Token against cross-site requests.
    pub csrf: String,
    /// Draft id.
    pub draft: String,
    /// Person id of who is to sign.
    pub person: String,
    /// Key id the payload names for that person.
    pub key: String,
    /// That key's 32 public bytes, base64.
    pub public_key: String,
    /// Whether the server holds that key, so that the password unlocks it.
    pub server_held: bool,
    /// The payload's exact bytes, base64.
    pub payload: String,
    /// JSON array of `{path, value, salt, mask}`, salt in hex, mask absent when none.
    pub fields: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(page: u64, count: u64) -> Pages {
        Pages {
            page,
            count,
            items: 0,
            path: "/disclosures".into(),
            query: vec![("q".into(), "甲&乙".into())],
        }
    }

    #[test]
    fn the_pager_stays_within_what_exists() {
        assert_eq!(pages(1, 1).near(), 1..=1);
        assert_eq!(pages(1, 9).near(), 1..=5);
        assert_eq!(pages(5, 9).near(), 3..=7);
        assert_eq!(pages(9, 9).near(), 5..=9);
        assert_eq!(pages(3, 4).near(), 1..=4);
        assert_eq!(pages(0, 0).near(), 1..=1);
        assert_eq!(pages(1, 9).href(&99), "/disclosures?q=%E7%94%B2%26%E4%B9%99&page=9");
        assert_eq!(
            pages(1, 9).href(&pages(1, 9).before()),
            "/disclosures?q=%E7%94%B2%26%E4%B9%99&page=1"
        );
    }
}
