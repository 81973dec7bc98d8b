//! The lock of this crate: no guard to hold on to, and no poison.

use std::sync::{Mutex, PoisonError};

/// A value behind a mutex, lent to one closure at a time.
///
/// The closures never run foreign code: a user's waker, value or hook is taken out first.
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
