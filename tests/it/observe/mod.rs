//! Who looks on, and what is known of a scope.

mod faults;
mod nested;
mod snapshots;
mod told;

use ringfence_core::{
    Reason,
    observe::{End, ObservedChild, ObservedScope, Observer},
};
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Runs a future on the deterministic runtime.
fn run<F: Future>(future: F) -> F::Output {
    ringfence_test::run(1, future)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// An observer that notes all it is told, in order.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// Returns what was noted, and forgets it.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Of what was noted, only what begins with one of these words.
    fn only(&self, words: &[&str]) -> Vec<String> {
        let is_meant = |note: &String| words.iter().any(|word| note.starts_with(word));
        self.take().into_iter().filter(is_meant).collect()
    }
}

fn name(scope: &ObservedScope) -> &str {
    scope.name().unwrap_or("scope")
}

impl Observer for Notes {
    fn opened(&self, scope: &ObservedScope, _at: Instant) {
        self.add(format!("opened {}", name(scope)));
    }

    fn spawned(&self, child: &ObservedChild, _at: Instant) {
        self.add(format!("spawned {}", child.path()));
    }

    fn queued(&self, child: &ObservedChild, _at: Instant) {
        self.add(format!("queued {}", child.path()));
    }

    fn admitted(&self, child: &ObservedChild, _at: Instant) {
        self.add(format!("admitted {}", child.path()));
    }

    fn poll_begins(&self, child: &ObservedChild, _at: Instant) {
        self.add(format!("poll {}", child.path()));
    }

    fn poll_ends(&self, child: &ObservedChild, _at: Instant) {
        self.add(format!("rest {}", child.path()));
    }

    fn woken(&self, child: &ObservedChild) {
        self.add(format!("woken {}", child.path()));
    }

    fn child_cancelled(&self, child: &ObservedChild, reason: &Reason, _at: Instant) {
        self.add(format!("asked {}: {reason}", child.path()));
    }

    fn cancelled(&self, scope: &ObservedScope, reason: &Reason, _at: Instant) {
        self.add(format!("cancelled {}: {reason}", name(scope)));
    }

    fn ended(&self, child: &ObservedChild, end: End<'_>, _at: Instant) {
        let end = match end {
            End::Completed => "completed".to_owned(),
            End::Failed => "failed".to_owned(),
            End::Panicked(panic) => panic.to_string(),
            End::Cancelled(reason) => format!("cancelled: {reason}"),
            other => format!("{other:?}"),
        };
        self.add(format!("ended {}: {end}", child.path()));
    }

    fn closed(&self, scope: &ObservedScope, _at: Instant) {
        self.add(format!("closed {}", name(scope)));
    }
}
