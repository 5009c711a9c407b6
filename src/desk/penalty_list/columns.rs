//! Known layouts, read from `config/import/*.toml`, and how a header is matched to one. Never looks at rows.

use super::Unreadable;
use serde::Deserialize;
use std::sync::LazyLock;

/// What the rows of a layout are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// 行政处罚
    Penalty,
    /// 欠税公告, which is no penalty.
    TaxArrears,
    /// 非正常户认定, which is no penalty.
    AbnormalTaxpayer,
    /// 失信名单, which is no penalty.
    Dishonest,
}

impl Subject {
    /// The kind of act (执法类别) that its rows are.
    pub fn act_kind(self) -> &'static str {
        match self {
            Subject::Penalty => "penalty",
            Subject::TaxArrears | Subject::AbnormalTaxpayer | Subject::Dishonest => "other",
        }
    }
}

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    DocumentNumber,
    Party,
    /// 统一社会信用代码
    PartyCode,
    PartyKind,
    Violation,
    Facts,
    Basis,
    /// Names of kinds only.
    Kinds,
    /// Kinds and amounts in free words.
    PenaltyText,
    /// A figure in 万元.
    FineWan,
    /// A figure in 万元.
    ConfiscatedWan,
    Authority,
    DecidedOn,
    ShowUntil,
    Region,
    Rectification,
    /// Free words that name a month, quarter or year of publication.
    Batch,
    /// A time that is not the decision's.
    OtherDate,
    /// What `OtherDate` is the time of.
    OtherDateMeaning,
    /// A figure in yuan that is no fine.
    Yuan,
    /// Kept as it is.
    Extra,
    /// Kept, never to be published.
    Private,
    /// A number the source's system gave the row; not part of what the row says.
    SourceId,
}

/// What a blank cell means for its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Blank {
    /// The source does not say it.
    #[default]
    Absent,
    /// It should be there.
    Doubt,
    /// The row says nothing without it.
    Refuse,
}

/// One column of a layout.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    /// Headers it goes by; the first names it in source keys.
    pub names: Vec<String>,
    /// Headers taken for it when none of its names is there; the list's notes say so.
    #[serde(default)]
    pub stand_ins: Vec<String>,
    pub role: Role,
    /// Without it the layout is not recognised.
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub blank: Blank,
    /// Values too vague to name anybody.
    #[serde(default)]
    pub vague: Vec<String>,
}

/// One source's table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub id: String,
    pub title: String,
    pub subject: Subject,
    /// What holds for every row, in Chinese.
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

/// A header laid under a layout: the column of each header cell, `None` where the layout knows none.
#[derive(Debug)]
pub(super) struct Known<'l> {
    pub layout: &'l Layout,
    pub places: Vec<Option<&'l Column>>,
    /// Stand-ins used, in Chinese.
    pub notes: Vec<String>,
}

const FILES: [(&str, &str); 6] = [
    ("mee.toml", include_str!("../../../config/import/mee.toml")),
    (
        "shuanggongshi_penalty.toml",
        include_str!("../../../config/import/shuanggongshi_penalty.toml"),
    ),
    ("suzhou_violations.toml", include_str!("../../../config/import/suzhou_violations.toml")),
    ("suzhou_tax_arrears.toml", include_str!("../../../config/import/suzhou_tax_arrears.toml")),
    (
        "suzhou_abnormal_taxpayers.toml",
        include_str!("../../../config/import/suzhou_abnormal_taxpayers.toml"),
    ),
    ("ecommerce_dishonest.toml", include_str!("../../../config/import/ecommerce_dishonest.toml")),
];

static LAYOUTS: LazyLock<Result<Vec<Layout>, String>> = LazyLock::new(|| {
    let one = |(name, text): &(&str, &str)| {
        toml::from_str::<Layout>(text).map_err(|fault| format!("{name}: {fault}"))
    };
    FILES.iter().map(one).collect()
});

/// The layouts built in.
pub(super) fn layouts() -> Result<&'static [Layout], Unreadable> {
    match &*LAYOUTS {
        Ok(layouts) => Ok(layouts),
        Err(fault) => {
            let what = format!("本系统的版式文件有误（{fault}）");
            Err(Unreadable::whole(what, "请联系维护人员"))
        }
    }
}

/// Refuses a header wider than any list; matching one takes quadratic time.
pub(super) fn check_width(header: &[String]) -> Result<(), Unreadable> {
    const MOST: usize = 256;
    match header.len() {
        0..=MOST => Ok(()),
        width => {
            let what = format!("表头有 {width} 列，超过 {MOST} 列的上限");
            Err(Unreadable::whole(what, "请只保留要导入的列"))
        }
    }
}

/// Finds the layout all of whose required columns are in `header`; among several, the one that knows most.
pub(super) fn recognise<'l>(
    layouts: &'l [Layout],
    header: &[String],
) -> Result<Known<'l>, Unreadable> {
    check_width(header)?;
    let header: Vec<String> = header.iter().map(|cell| plain(cell).collect()).collect();
    let fits = layouts.iter().filter(|layout| missing(layout, &header).is_empty());
    let Some(layout) = fits.max_by_key(|layout| matched(layout, &header)) else {
        return Err(unknown(layouts, &header));
    };
    let places: Vec<_> = header.iter().map(|cell| column(layout, &header, cell)).collect();
    for (at, place) in places.iter().enumerate() {
        let Some(column) = place else { continue };
        if places[..at].iter().flatten().any(|earlier| std::ptr::eq(*earlier, *column)) {
            let what = format!("表头里“{}”一列出现了不止一次", column.names.join("”或“"));
            return Err(Unreadable::whole(what, "请只保留其中一列后再导入"));
        }
    }
    let stand_in = |(cell, place): (&String, &Option<&Column>)| {
        let column = place.filter(|column| !names(&column.names, cell))?;
        Some(format!("没有“{}”一列，以“{cell}”代替", column.names.join("”或“")))
    };
    let notes = header.iter().zip(&places).filter_map(stand_in).collect();
    Ok(Known { layout, places, notes })
}

fn names(list: &[String], cell: &str) -> bool {
    list.iter().any(|name| plain(name).eq(cell.chars()))
}

fn column<'l>(layout: &'l Layout, header: &[String], cell: &str) -> Option<&'l Column> {
    let free = |column: &&Column| !header.iter().any(|cell| names(&column.names, cell));
    let mut columns = layout.columns.iter();
    columns
        .clone()
        .find(|column| names(&column.names, cell))
        .or_else(|| columns.find(|column| names(&column.stand_ins, cell) && free(column)))
}

fn matched(layout: &Layout, header: &[String]) -> usize {
    header.iter().filter(|cell| column(layout, header, cell).is_some()).count()
}

fn missing<'l>(layout: &'l Layout, header: &[String]) -> Vec<&'l str> {
    let there = |column: &Column| {
        header.iter().any(|cell| names(&column.names, cell) || names(&column.stand_ins, cell))
    };
    let lacking = layout.columns.iter().filter(|column| column.required && !there(column));
    lacking.filter_map(|column| column.names.first().map(String::as_str)).collect()
}

fn unknown(layouts: &[Layout], header: &[String]) -> Unreadable {
    let nearest = layouts.iter().max_by_key(|layout| matched(layout, header));
    let fix = "请改正表头，或先为该来源增加版式";
    match nearest.filter(|layout| matched(layout, header) > 0) {
        Some(layout) => {
            let lacking = missing(layout, header).join("、");
            let what = format!("表头不认识：最接近《{}》，缺少“{lacking}”", layout.title);
            Unreadable::whole(what, fix)
        }
        None => {
            let lacking =
                |l: &Layout| format!("《{}》缺少“{}”", l.title, missing(l, header).join("、"));
            let all: Vec<String> = layouts.iter().map(lacking).collect();
            Unreadable::whole(format!("表头不认识：{}", all.join("；")), fix)
        }
    }
}

/// A header cell without what publishers vary: spaces, brackets' width, marks of obligation, case.
fn plain(cell: &str) -> impl Iterator<Item = char> {
    let keep = |c: &char| !c.is_whitespace() && !matches!(c, '*' | '\u{FEFF}' | '\u{200B}');
    let narrow = |c| match c {
        '（' => '(',
        '）' => ')',
        _ => c,
    };
    cell.chars().filter(keep).map(narrow).flat_map(char::to_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(cells: &str) -> Vec<String> {
        cells.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn every_layout_recognises_itself_and_nothing_less() {
        let layouts = layouts().unwrap();
        for layout in layouts {
            let full: Vec<String> = layout.columns.iter().map(|c| c.names[0].clone()).collect();
            assert_eq!(recognise(layouts, &full).unwrap().layout.id, layout.id);
            let one = |role| layout.columns.iter().filter(|c| c.role == role).count();
            assert_eq!(one(Role::Party), 1, "{}", layout.id);
            for column in layout.columns.iter().filter(|c| c.required) {
                let less = full.iter().filter(|name| **name != column.names[0]).cloned();
                let got = recognise(layouts, &less.collect::<Vec<_>>());
                let text = got.err().map(|fault| fault.text).unwrap_or_default();
                assert!(text.contains(&column.names[0]), "{}: {text}", column.names[0]);
            }
        }
    }

    #[test]
    fn spelling_of_headers_varies() {
        let layouts = layouts().unwrap();
        let odd = header("小微企业ID , 主管税务机关,所欠税种,欠税属期,欠税余额（元）,*具体日期");
        assert_eq!(recognise(layouts, &odd).unwrap().layout.id, "suzhou-tax-arrears");
        let twice = header("区域,企业名称,处罚结果,整改情况,公布批次,企业名称");
        assert!(recognise(layouts, &twice).unwrap_err().text.contains("不止一次"));
        assert!(recognise(layouts, &header("甲,乙")).unwrap_err().text.contains("处罚结果"));
    }
}
