//! Who may touch an upload's staged file: one at a time, and the newest comer asks the present one to stop.

use crate::base::ids::UploadId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{OwnedMutexGuard, watch};

/// One queue an upload. Empty queues are forgotten.
#[derive(Default)]
pub(super) struct Turns {
    queues: Mutex<HashMap<UploadId, Weak<Queue>>>,
}

struct Queue {
    turn: Arc<tokio::sync::Mutex<()>>,
    waiting: watch::Sender<usize>,
}

/// The right to touch the staged file, until dropped.
pub(super) struct Turn {
    queue: Arc<Queue>,
    _held: OwnedMutexGuard<()>,
}

impl Turns {
    /// Waits for the turn; while it waits, the present holder is asked to stop.
    pub(super) async fn take(&self, upload: &UploadId) -> Turn {
        let queue = self.queue(upload);
        let waiting = Waiting::join(&queue);
        let held = queue.turn.clone().lock_owned().await;
        drop(waiting);
        Turn { queue, _held: held }
    }

    fn queue(&self, upload: &UploadId) -> Arc<Queue> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(upload).and_then(Weak::upgrade) {
            return queue;
        }
        queues.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::new(Queue { turn: Arc::default(), waiting: watch::Sender::new(0) });
        queues.insert(upload.clone(), Arc::downgrade(&queue));
        queue
    }
}

impl Turn {
    /// Resolves as soon as somebody else waits.
    pub(super) async fn wanted(&self) {
        // The sender lives in the queue we hold, so this never ends in an error.
        let _ = self.queue.waiting.subscribe().wait_for(|count| *count > 0).await;
    }
}

/// Somebody in the queue; leaves it also when the wait is given up.
struct Waiting<'a>(&'a Queue);

impl<'a> Waiting<'a> {
    fn join(queue: &'a Queue) -> Self {
        queue.waiting.send_modify(|count| *count += 1);
        Waiting(queue)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|count| *count -= 1);
    }
}
