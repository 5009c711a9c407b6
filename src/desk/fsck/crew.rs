//! The hands that share the work: threads that take jobs while the one reader of the rows goes on reading. Answers
//! are taken up in the order in which they were asked for, so that faults are named in the same order on any machine.

use crate::desk::Error;
use std::{
    collections::VecDeque,
    num::NonZero,
    sync::{
        Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{Builder, available_parallelism},
};

type Job<'e> = Box<dyn FnOnce() + Send + 'e>;

/// Threads that wait for jobs, one a core.
pub(super) struct Crew<'e> {
    jobs: SyncSender<Job<'e>>,
    /// Most answers that are waited for at a time, which bounds the memory.
    most: usize,
}

/// The place where the jobs are taken from.
type Jobs<'e> = Mutex<Receiver<Job<'e>>>;

impl<'e> Crew<'e> {
    /// Runs `lead` with a crew at hand, which goes home when it ends.
    ///
    /// # Errors
    /// What `lead` answered, or that the system gives no thread.
    pub(super) fn with<T>(lead: impl FnOnce(&Crew<'e>) -> Result<T, Error>) -> Result<T, Error> {
        // Each has something in hand and two more to follow while the oldest is waited for.
        let most = 3 * hands();
        let (jobs, taken) = sync_channel(most);
        let taken: Jobs<'e> = Mutex::new(taken);
        std::thread::scope(|scope| {
            // Nobody waits for jobs any more when this is gone.
            let crew = Crew { jobs, most };
            for _ in 0..hands() {
                let work = || {
                    while let Some(job) = next(&taken) {
                        job();
                    }
                };
                let thread = Builder::new().name("fsck".into());
                thread.spawn_scoped(scope, work).map_err(Error::broken)?;
            }
            lead(&crew)
        })
    }

    /// Hands out `work`; waits while too much of it lies about.
    pub(super) fn ask<T: Send + 'e>(&self, work: impl FnOnce() -> T + Send + 'e) -> Answer<T> {
        let (tell, told) = sync_channel(1);
        // Where nobody takes jobs or answers any more, waiting for the answer tells so.
        let _ = self.jobs.send(Box::new(move || drop(tell.send(work()))));
        Answer(told)
    }

    /// A line for answers of one sort.
    pub(super) fn line<T>(&self) -> Line<T> {
        Line { waiting: VecDeque::new(), most: self.most }
    }
}

fn hands() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

fn next<'e>(jobs: &Jobs<'e>) -> Option<Job<'e>> {
    jobs.lock().ok()?.recv().ok()
}

/// What will be the answer of a job.
pub(super) struct Answer<T>(Receiver<T>);

impl<T> Answer<T> {
    fn wait(self) -> Result<T, Error> {
        self.0.recv().map_err(|_| Error::broken("a thread of the check panicked"))
    }
}

/// Answers that are waited for, first asked first.
pub(super) struct Line<T> {
    waiting: VecDeque<Answer<T>>,
    most: usize,
}

impl<T> Line<T> {
    /// Queues an answer; gives the oldest one where the line is full.
    pub(super) fn push(&mut self, answer: Answer<T>) -> Result<Option<T>, Error> {
        self.waiting.push_back(answer);
        if self.waiting.len() < self.most { Ok(None) } else { self.pop() }
    }

    /// Waits for the oldest; `None` when none is left.
    pub(super) fn pop(&mut self) -> Result<Option<T>, Error> {
        self.waiting.pop_front().map(Answer::wait).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs jobs that give their numbers, and panics in the one of number `bad`.
    fn run(count: usize, bad: usize) -> Result<Vec<usize>, Error> {
        Crew::with(|crew| {
            let (mut line, mut given) = (crew.line(), Vec::new());
            for n in 0..count {
                // Later jobs are quicker, so that without a line they would overtake.
                let work = move || {
                    assert_ne!(n, bad, "planted");
                    (0..(count - n) * 2_000).fold(n, |n, m| std::hint::black_box(n + m) - m)
                };
                given.extend(line.push(crew.ask(work))?);
            }
            while let Some(answer) = line.pop()? {
                given.push(answer);
            }
            Ok(given)
        })
    }

    #[test]
    fn answers_come_in_the_order_asked_for() {
        assert_eq!(run(100, 100).unwrap(), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_job_that_panics_ends_the_check() {
        let caught = std::panic::catch_unwind(|| run(20, 7));
        assert!(caught.is_err() || caught.is_ok_and(|given| given.is_err()));
    }
}
