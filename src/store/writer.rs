//! The one writer: takes whatever writes have queued, runs each in its own savepoint, commits once, then
//! answers everybody. It never answers before the commit is durable, and never runs on after a failed one.

use super::engine::{self, Db, Place};
use super::error::Error;
use diesel::Connection;
use diesel::connection::TransactionManager;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Most writes in one commit.
pub const BATCH: usize = 512;

/// Most writes that may wait; one more is answered [`Error::Busy`].
const QUEUE: usize = 8192;

/// Called when a commit failed. In production it does not return: whether the rows are on disk is unknown,
/// and only a restart reads the truth back.
pub type OnCommitFailure = Arc<dyn Fn(&Error) + Send + Sync>;

/// One write on its way: run once, answered once.
pub(super) trait Request: Send {
    /// Runs the closure; `true` keeps its rows, `false` undoes them.
    fn run(&mut self, db: &mut Db) -> bool;
    /// Whether the closure ran and answered with an error.
    fn failed(&self) -> bool;
    /// Gives the closure's own result, or `fault` if its rows did not last.
    fn answer(self: Box<Self>, fault: Option<Error>);
}

/// A closure, what it answered, and whom to tell.
struct Pending<F, T, E> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    tell: Box<dyn FnOnce(Result<T, E>) + Send>,
}

/// Makes a request of a closure; `tell` gets the final result, after the commit.
pub(super) fn request<F, T, E>(
    work: F,
    tell: impl FnOnce(Result<T, E>) + Send + 'static,
) -> Box<dyn Request>
where
    F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    Box::new(Pending { work: Some(work), outcome: None, tell: Box::new(tell) })
}

impl<F, T, E> Request for Pending<F, T, E>
where
    F: FnOnce(&mut Db) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, db: &mut Db) -> bool {
        let Some(work) = self.work.take() else { return false };
        // Safe to go on after a panic: all it could have half-done are rows, and those are undone.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(db)));
        self.outcome =
            Some(outcome.unwrap_or_else(|_| Err(Error::broken("a write panicked").into())));
        matches!(self.outcome, Some(Ok(_)))
    }

    fn failed(&self) -> bool {
        matches!(self.outcome, Some(Err(_)))
    }

    fn answer(self: Box<Self>, fault: Option<Error>) {
        let result = match (fault, self.outcome) {
            (Some(fault), _) => Err(fault.into()),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(Error::Busy.into()),
        };
        (self.tell)(result);
    }
}

/// The writer's queue and thread.
pub(super) struct Writer {
    queue: Mutex<Option<SyncSender<Box<dyn Request>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread on a connection that may write; `limit` is the most writes in one commit.
    pub(super) fn start(
        place: Place,
        db: Db,
        limit: usize,
        on_commit_failure: OnCommitFailure,
    ) -> std::io::Result<Self> {
        let (queue, waiting) = sync_channel(QUEUE);
        let scribe = Scribe { place, db, waiting, limit: limit.max(1), on_commit_failure };
        let thread = std::thread::Builder::new().name("writer".into()).spawn(|| scribe.serve())?;
        Ok(Writer { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Queues a request, or answers it with [`Error::Busy`] at once.
    pub(super) fn submit(&self, request: Box<dyn Request>) {
        if let Err(refused) = self.try_submit(request) {
            refused.answer(Some(Error::Busy));
        }
    }

    fn try_submit(&self, request: Box<dyn Request>) -> Result<(), Box<dyn Request>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref() {
            None => Err(request),
            Some(queue) => queue.try_send(request).map_err(|refused| match refused {
                TrySendError::Full(request) | TrySendError::Disconnected(request) => request,
            }),
        }
    }

    /// Takes no more, lets everything queued commit, and waits for that.
    pub(super) fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A write that owned the last handle of the store closes it from the writer's own thread.
        if let Some(thread) = thread.filter(|one| one.thread().id() != std::thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

/// What became of one request's savepoint.
enum Fate {
    /// Kept or undone, as the closure wished; the rest of the batch goes on.
    Settled,
    /// The database would not keep it, and it was undone; the rest of the batch goes on.
    Refused(Error),
    /// The whole transaction is gone, and with it every request of the batch.
    Lost,
}

/// The writer's thread.
struct Scribe {
    place: Place,
    db: Db,
    waiting: Receiver<Box<dyn Request>>,
    limit: usize,
    on_commit_failure: OnCommitFailure,
}

impl Scribe {
    /// Serves until the queue is closed and empty, or a commit fails.
    fn serve(mut self) {
        while let Ok(first) = self.waiting.recv() {
            match self.begin() {
                Err(fault) => first.answer(Some(fault)),
                Ok(()) => {
                    if !self.serve_batch(first) {
                        return;
                    }
                }
            }
        }
    }

    /// Opens the transaction, on a new connection if the old one is of no use any more.
    fn begin(&mut self) -> Result<(), Error> {
        let Err(fault) = engine::begin_write(&mut self.db) else { return Ok(()) };
        if engine::depth(&mut self.db) == Some(0) {
            return Err(fault.into());
        }
        tracing::warn!(error = %fault, "the writer lost its connection and makes another");
        self.db = self.place.connect_writer().map_err(|error| {
            tracing::error!(%error, "the writer cannot connect");
            Error::Busy
        })?;
        Ok(engine::begin_write(&mut self.db)?)
    }

    /// Runs `first` and whatever else has queued, commits, answers. `false` after a failed commit.
    fn serve_batch(&mut self, first: Box<dyn Request>) -> bool {
        let mut batch = vec![first];
        batch.extend(self.waiting.try_iter().take(self.limit - 1));
        let mut faults = Vec::with_capacity(batch.len());
        for request in &mut batch {
            match run_one(&mut self.db, request.as_mut()) {
                Fate::Settled => faults.push(None),
                Fate::Refused(fault) => faults.push(Some(fault)),
                Fate::Lost => {
                    let ran = faults.len();
                    self.give_up(batch, ran);
                    return true;
                }
            }
        }
        if let Err(error) = <Db as Connection>::TransactionManager::commit_transaction(&mut self.db)
        {
            (self.on_commit_failure)(&Error::broken(error));
            for request in batch {
                request.answer(Some(Error::broken("the commit failed")));
            }
            return false;
        }
        for (request, fault) in batch.into_iter().zip(faults) {
            request.answer(fault);
        }
        true
    }

    /// Nothing of the batch lasted. The request on which it happened knows why; the others may try again.
    fn give_up(&mut self, batch: Vec<Box<dyn Request>>, culprit: usize) {
        tracing::error!(batch = batch.len(), "a write transaction was lost before its commit");
        engine::undo_to(&mut self.db, 0);
        for (at, request) in batch.into_iter().enumerate() {
            let knows_why = at == culprit && request.failed();
            request.answer(if knows_why { None } else { Some(Error::Busy) });
        }
    }
}

/// Runs one request between a savepoint and its release. The release also proves that PostgreSQL has not
/// marked the transaction as failed, in which case its COMMIT would quietly undo everything.
fn run_one(db: &mut Db, request: &mut dyn Request) -> Fate {
    type Levels = <Db as Connection>::TransactionManager;
    if Levels::begin_transaction(db).is_err() {
        return Fate::Lost;
    }
    let mut refusal = None;
    if request.run(db) {
        if engine::depth(db) != Some(2) {
            refusal = Some(Error::broken("a write left a transaction of its own open"));
        } else {
            match Levels::commit_transaction(db) {
                Ok(()) => return Fate::Settled,
                Err(error) => refusal = Some(error.into()),
            }
        }
    }
    match (engine::undo_to(db, 1), refusal) {
        (false, _) => Fate::Lost,
        (true, Some(fault)) => Fate::Refused(fault),
        (true, None) => Fate::Settled,
    }
}
