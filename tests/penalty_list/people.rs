//! Who a row is about and who decided it, when the source says little.

use super::{doubts, exchange};
use zhijian::law::act::PartyKind;

#[test]
fn who_may_be_a_person_is_taken_for_one() {
    let blank = ("CF_XDR_LB", "");
    let none = ("CF_XDR_SHXYM", "");
    for (cells, wanted) in [
        (vec![blank], PartyKind::Organisation),
        (vec![blank, none], PartyKind::Organisation),
        (vec![blank, ("CF_XDR_MC", "王小明")], PartyKind::Organisation),
        (vec![blank, none, ("CF_XDR_MC", "王小明")], PartyKind::Person),
        (vec![blank, none, ("CF_XDR_MC", "李厂")], PartyKind::Person),
        (vec![blank, none, ("CF_XDR_MC", "买买提·艾力")], PartyKind::Person),
        (vec![blank, none, ("CF_XDR_MC", "虚构甲污水处理厂")], PartyKind::Organisation),
        (vec![blank, none, ("CF_XDR_MC", "Q1024")], PartyKind::Organisation),
        (vec![("CF_XDR_LB", "其他"), ("CF_XDR_ZJLX", "身份证")], PartyKind::Person),
        (vec![blank, ("CF_FR_ZJLX", "身份证")], PartyKind::Organisation),
        (vec![none, ("CF_XDR_MC", "王小明")], PartyKind::Organisation),
        (vec![("CF_XDR_LB", "自然人")], PartyKind::Person),
    ] {
        let row = exchange(&cells);
        let said = doubts(&row).iter().any(|doubt| doubt.contains("可能是自然人"));
        let stated = cells.contains(&("CF_XDR_LB", "自然人"));
        assert_eq!(said, wanted == PartyKind::Person && !stated, "{cells:?}");
        assert_eq!(row.entry.unwrap().party_kind_or_likely(), wanted, "{cells:?}");
    }
}

#[test]
fn a_court_or_no_authority_is_a_doubt_that_names_the_field() {
    for (authority, text) in [("虚构县人民法院执行局", "不是行政机关"), ("", "来源为空白")]
    {
        let row = exchange(&[("CF_CFJG", authority)]);
        assert!(doubts(&row)[0].starts_with("CF_CFJG: ") && doubts(&row)[0].contains(text));
        assert_eq!(row.entry.unwrap().authority.is_none(), authority.is_empty());
    }
}
