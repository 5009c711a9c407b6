//! Rows that hang on nothing. Everything else is found from the chains down; a row whose chain, case or agency is
//! not there would be found by nobody.

use super::Report;
use crate::{
    desk::Error,
    store::{Db, strays},
};

/// Where not every chain is read: what reading it would have shown of its end.
pub(super) fn check_unread(db: &mut Db, report: &mut Report) -> Result<(), Error> {
    for id in strays::unlinked(db)? {
        report.fault(format!("表records的{id}"), "没有对应的链条目");
    }
    for id in strays::heads(db)? {
        report.fault(format!("链{id}"), "head与其末条目不符");
    }
    Ok(())
}

pub(super) fn check(db: &mut Db, report: &mut Report) -> Result<(), Error> {
    for (table, ids, lacking) in [
        ("records", strays::records(db)?, "所属的链没有登记"),
        ("entries", strays::entries(db)?, "没有对应的记录"),
        ("cases", strays::cases(db)?, "没有案件链"),
        ("clocks", strays::clocks(db)?, "没有案件链"),
        ("reviews", strays::reviews(db)?, "没有案件链"),
        ("decisions", strays::decisions(db)?, "没有案件链"),
        ("exhibits", strays::exhibits(db)?, "没有案件链"),
        ("uploads", strays::uploads(db)?, "没有案件链"),
        ("releases", strays::releases(db)?, "没有公示信息"),
        ("disclosure_texts", strays::disclosure_texts(db)?, "没有公示信息"),
        ("people", strays::people(db)?, "没有执法主体"),
        ("items", strays::items(db)?, "没有执法主体"),
    ] {
        for id in ids {
            report.fault(format!("表{table}的{id}"), lacking);
        }
    }
    Ok(())
}
