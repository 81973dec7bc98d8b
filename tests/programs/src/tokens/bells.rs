//! Wakers that know what became of them.

use ringfence_test::HookedWaker;
use std::{
    sync::{Arc, Mutex},
    task::Waker,
};

/// All wakers of a program, by number.
#[derive(Clone, Default)]
pub(super) struct Bells(Arc<Mutex<Vec<Bell>>>);

/// What became of a waker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bell {
    pub(super) wakes: usize,
    /// Whether nobody has it any more.
    pub(super) gone: bool,
}

impl Bells {
    fn with<T>(&self, f: impl FnOnce(&mut Vec<Bell>) -> T) -> T {
        f(&mut self.0.lock().expect("nothing panics under the lock"))
    }

    /// Makes a waker that calls `hook` when it is woken.
    pub(super) fn make(&self, hook: impl Fn() + Send + Sync + 'static) -> (usize, Waker) {
        let number = self.with(|bells| {
            bells.push(Bell::default());
            bells.len() - 1
        });
        let (woken, dropped) = (self.clone(), self.clone());
        let waker = HookedWaker::new()
            .on_wake(move || {
                woken.with(|bells| bells[number].wakes += 1);
                hook();
            })
            .on_last_drop(move || dropped.with(|bells| bells[number].gone = true));
        (number, waker.into_waker())
    }

    pub(super) fn all(&self) -> Vec<Bell> {
        self.with(|bells| bells.clone())
    }
}
