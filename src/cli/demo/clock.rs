//! The demonstration's clock: stands where the filling puts it, then goes with the system's.

use crate::{app::SystemClock, base::Moment, desk::Clock};
use std::sync::{Mutex, PoisonError};

/// A clock that can be put to a scripted instant and let go again.
pub struct ScriptedClock(Mutex<Option<Moment>>);

impl ScriptedClock {
    /// Standing at `now`.
    pub fn at(now: Moment) -> Self {
        ScriptedClock(Mutex::new(Some(now)))
    }

    /// Puts the clock to `now`.
    pub fn set(&self, now: Moment) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// From here on it shows the system's time.
    pub fn release(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Clock for ScriptedClock {
    fn now(&self) -> Moment {
        let scripted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        scripted.unwrap_or_else(|| SystemClock.now())
    }
}
