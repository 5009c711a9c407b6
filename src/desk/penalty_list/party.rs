//! What a party is to be taken for when the source does not say: in doubt a natural person, whose name is masked.

use super::Entry;
use crate::law::{act::PartyKind, credit_code::identity_number};

/// Words that no natural person's name holds.
const WORDS: &[&str] = &[
    "公司",
    "集团",
    "有限",
    "股份",
    "企业",
    "合作社",
    "合伙",
    "工厂",
    "中心",
    "医院",
    "卫生院",
    "学校",
    "学院",
    "大学",
    "中学",
    "小学",
    "幼儿园",
    "政府",
    "委员会",
    "管理局",
    "村委",
    "居委",
    "协会",
    "商会",
    "学会",
    "基金会",
    "事务所",
    "研究所",
    "研究院",
    "设计院",
    "银行",
    "信用社",
    "保险",
    "商店",
    "商行",
    "超市",
    "酒店",
    "饭店",
    "宾馆",
    "旅馆",
    "餐厅",
    "餐馆",
    "酒楼",
    "药房",
    "药店",
    "诊所",
    "门诊",
    "工作室",
    "经营部",
    "门市部",
    "服务部",
    "项目部",
    "加油站",
    "加气站",
    "电站",
    "电厂",
    "水厂",
    "处理厂",
    "加工厂",
    "养殖场",
    "林场",
    "农场",
    "市场",
    "商场",
    "旗舰店",
    "专卖店",
    "专营店",
    "俱乐部",
    "办事处",
    "分部",
    "管理处",
    "管理站",
    "监狱",
];

/// Ends of firms' names; a short name may end so and be a person's.
const ENDS: &[char] = &[
    '厂', '店', '社', '所', '院', '站', '场', '部', '馆', '行', '局', '园', '坊', '堂', '吧', '城',
    '处', '校', '矿', '铺', '屋', '庄',
];

/// The longest Chinese personal name without a dot.
const LONGEST_NAME: usize = 4;

/// Documents that only a natural person has.
const PAPERS: &[&str] = &["身份证", "护照", "通行证", "居留", "居住证", "户口"];

impl Entry {
    /// What the party is by the source, else by its papers and its name. A list that says nothing of either
    /// names firms only if the name says so.
    pub fn party_kind_or_likely(&self) -> PartyKind {
        let known = self.party_kind;
        known.unwrap_or_else(|| match self.has_papers() || self.is_named_like_a_person() {
            true => PartyKind::Person,
            false => PartyKind::Organisation,
        })
    }

    /// Whether the party itself, not the one who represents it, has a natural person's document.
    fn has_papers(&self) -> bool {
        let own = |header: &str| !header.contains("CF_FR_") && !header.contains("法定代表人");
        self.private.iter().filter(|(header, _)| own(header)).any(|(_, value)| {
            PAPERS.iter().any(|paper| value.contains(paper)) || identity_number(value).is_ok()
        })
    }

    fn is_named_like_a_person(&self) -> bool {
        likely_kind(&self.party, self.party_code.is_some()) == PartyKind::Person
    }
}

/// What a party is likely to be, of which only the name is known and whether it has a 统一社会信用代码.
pub fn likely_kind(name: &str, has_code: bool) -> PartyKind {
    // A number of the source's own, such as Q00010, names nobody.
    let numbered = name.is_ascii() && name.contains(|c: char| c.is_ascii_digit());
    let firm = WORDS.iter().any(|word| name.contains(word))
        || name.ends_with(ENDS) && name.chars().count() > LONGEST_NAME;
    let person = !has_code && !numbered && !firm && name.chars().any(char::is_alphabetic);
    if person { PartyKind::Person } else { PartyKind::Organisation }
}
