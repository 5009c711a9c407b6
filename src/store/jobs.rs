//! Work for later: queued in the write that makes it necessary, claimed by whichever worker comes first.

use super::engine::Db;
use super::error::Error;
use super::schema::jobs;
use diesel::prelude::*;

/// Waiting for its time, or for another try.
const WAITING: &str = "waiting";
/// Claimed; `due_at` says until when the claim is believed.
const RUNNING: &str = "running";
/// Given up; a person has to look.
const FAILED: &str = "failed";

/// A job; `due_at` in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs)]
pub struct Job {
    /// UUIDv7.
    pub id: String,
    /// What is to be done.
    pub kind: String,
    /// To what.
    pub subject: String,
    /// Not before.
    pub due_at: i64,
    /// Claims so far.
    pub attempts: i32,
    /// `waiting`, `running` or `failed`.
    pub state: String,
    /// What went wrong last; nothing private.
    pub detail: String,
}

/// Queues a job to be done from `due_at` (ms UTC) on.
pub fn enqueue(db: &mut Db, id: &str, kind: &str, subject: &str, due_at: i64) -> Result<(), Error> {
    let job = (
        jobs::id.eq(id),
        jobs::kind.eq(kind),
        jobs::subject.eq(subject),
        jobs::due_at.eq(due_at),
        jobs::attempts.eq(0),
        jobs::state.eq(WAITING),
        jobs::detail.eq(""),
    );
    diesel::insert_into(jobs::table).values(job).execute(db)?;
    Ok(())
}

/// Whether the job is queued, claimed or given up.
pub fn is_there(db: &mut Db, id: &str) -> Result<bool, Error> {
    Ok(diesel::select(diesel::dsl::exists(jobs::table.find(id))).get_result(db)?)
}

/// Claims the job that has been due longest, if any is due at `now`. A claim is believed until `until`;
/// a worker that has not finished by then is taken for dead, and the job is claimed again.
pub fn claim(db: &mut Db, now: i64, until: i64) -> Result<Option<Job>, Error> {
    let claimable = jobs::state.eq(WAITING).or(jobs::state.eq(RUNNING));
    let query = jobs::table.filter(claimable).filter(jobs::due_at.le(now));
    let oldest = query.order((jobs::due_at, jobs::id)).select(Job::as_select());
    let Some(mut job) = oldest.first(db).optional()? else { return Ok(None) };
    job.attempts += 1;
    job.state = RUNNING.to_owned();
    job.due_at = until;
    let change = (jobs::attempts.eq(job.attempts), jobs::state.eq(RUNNING), jobs::due_at.eq(until));
    diesel::update(jobs::table.find(&job.id)).set(change).execute(db)?;
    Ok(Some(job))
}

/// Removes a job that is done; [`Error::Taken`] if the claim (its `attempts`) was lost to another worker.
pub fn done(db: &mut Db, job: &Job) -> Result<(), Error> {
    let claimed = jobs::table.find(&job.id).filter(jobs::attempts.eq(job.attempts));
    let removed = diesel::delete(claimed).execute(db)?;
    if removed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Puts a job back until `due_at` (ms UTC), saying what went wrong.
pub fn retry(db: &mut Db, job: &Job, due_at: i64, detail: &str) -> Result<(), Error> {
    let change = (jobs::state.eq(WAITING), jobs::due_at.eq(due_at), jobs::detail.eq(detail));
    let claimed = jobs::table.find(&job.id).filter(jobs::attempts.eq(job.attempts));
    let changed = diesel::update(claimed).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Gives a job up, saying what went wrong.
pub fn fail(db: &mut Db, job: &Job, detail: &str) -> Result<(), Error> {
    let change = (jobs::state.eq(FAILED), jobs::detail.eq(detail));
    let claimed = jobs::table.find(&job.id).filter(jobs::attempts.eq(job.attempts));
    let changed = diesel::update(claimed).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Jobs that were given up, for a person to look at.
pub fn failed(db: &mut Db, limit: i64) -> Result<Vec<Job>, Error> {
    let query = jobs::table.filter(jobs::state.eq(FAILED)).order((jobs::due_at, jobs::id));
    Ok(query.limit(limit).select(Job::as_select()).load(db)?)
}
