//! What the demonstration holds once it is filled: counted from the store, printed in Chinese.

use super::county::County;
use crate::{
    base::CaseId,
    desk::{Error, House},
    law::procedure::{CaseState, Stage},
    store::{Db, cases, checkpoints, disclosures, entries, records},
};
use anyhow::{Context, Result};
use std::{fmt, time::Duration};

/// A case script and where it came to stand.
pub struct Played {
    /// Id of the script.
    pub script: String,
    /// The case.
    pub case: CaseId,
    /// Kind of the last record, other than the custody of exhibits.
    pub last: String,
    /// Kind of the last step of the script.
    pub stop_at: String,
    /// Stage.
    pub stage: Stage,
    /// Number under which the decision is public.
    pub public: Option<String>,
}

/// Counts of everything.
pub struct Summary {
    /// Every script with its case.
    pub cases: Vec<Played>,
    /// Disclosures, withdrawn ones included.
    pub disclosures: i64,
    /// Exhibits.
    pub exhibits: usize,
    /// Leaves of the log, one a record.
    pub records: i64,
    /// Leaves under the newest checkpoint.
    pub sealed: i64,
    /// How long it took.
    pub took: Duration,
}

impl Summary {
    /// Counts what the house holds now.
    pub(super) async fn of(
        house: &House,
        county: &County,
        played: &[Option<CaseId>],
        exhibits: usize,
        took: Duration,
    ) -> Result<Summary> {
        let mut cases = Vec::new();
        for (script, case) in county.cases.iter().zip(played) {
            let case = case.clone().with_context(|| format!("case {} was not filed", script.id))?;
            let (script, stop_at) = (script.id.clone(), script.stop_at.clone());
            let read = house.store.read(move |db| stand(db, script, stop_at, case)).await;
            cases.push(read?);
        }
        let count = |db: &mut Db| {
            let disclosures = disclosures::count(db, &disclosures::Filter::default())?.total;
            let sealed = checkpoints::latest(db)?.map_or(0, |checkpoint| checkpoint.size);
            Ok::<_, Error>((disclosures, entries::size(db)?, sealed))
        };
        let (disclosures, records, sealed) = house.store.read(count).await?;
        Ok(Summary { cases, disclosures, exhibits, records, sealed, took })
    }
}

fn stand(db: &mut Db, script: String, stop_at: String, case: CaseId) -> Result<Played, Error> {
    let row = cases::find(db, case.as_str())?;
    let state: CaseState = serde_json::from_str(&row.state).map_err(Error::broken)?;
    let file = records::by_chain(db, case.as_str())?;
    let last = file.iter().rev().find(|record| record.kind != "custody");
    let last = last.map(|record| record.kind.clone()).unwrap_or_default();
    let public = state.disclosure.as_ref().map(|shown| shown.number.clone());
    Ok(Played { script, case, last, stop_at, stage: state.stage(), public })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "演示数据已经装好，用时{:.1}秒：", self.took.as_secs_f32())?;
        for stage in Stage::ALL {
            let count = self.cases.iter().filter(|case| case.stage == stage).count();
            if count > 0 {
                writeln!(f, "  案件（{}）\t{count}件", stage.label())?;
            }
        }
        writeln!(f, "  公示信息\t{}条", self.disclosures)?;
        writeln!(f, "  证据附件\t{}个", self.exhibits)?;
        writeln!(f, "  入链记录\t{}条，已签入日志检查点的{}条", self.records, self.sealed)
    }
}
