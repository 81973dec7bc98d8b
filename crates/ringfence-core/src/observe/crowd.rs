//! Those who look on at a scope.

use super::Observer;
use crate::outcome::{catch, swallow};
use alloc::{
    boxed::Box,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::fmt;
use std::sync::OnceLock;

/// An observer, until it panics.
pub(crate) struct Onlooker {
    /// None only while it is dropped.
    observer: Option<Box<dyn Observer>>,
    /// What it has panicked with: it is told nothing any more.
    fault: OnceLock<String>,
}

impl Onlooker {
    pub(crate) fn new(observer: impl Observer + 'static) -> Self {
        Self { observer: Some(Box::new(observer)), fault: OnceLock::new() }
    }

    fn tell(&self, hook: &mut impl FnMut(&dyn Observer)) {
        let Some(observer) = &self.observer else { return };
        if self.fault.get().is_some() {
            return;
        }
        if let Err(panic) = catch(|| hook(&**observer)) {
            // Another thread may have been faster, with a panic of its own.
            let _ = self.fault.set(panic.to_string());
        }
    }
}

/// A destructor that panics is no more to the scope than a hook that does.
impl Drop for Onlooker {
    fn drop(&mut self) {
        let observer = self.observer.take();
        swallow(|| drop(observer));
    }
}

/// All who look on at a scope: first those of the scope around it.
#[derive(Clone, Default)]
pub(crate) struct Crowd(Vec<Arc<Onlooker>>);

impl Crowd {
    /// These, and more of them.
    pub(crate) fn and(mut self, more: Vec<Arc<Onlooker>>) -> Self {
        self.0.extend(more);
        self
    }

    /// Calls `hook` with each who has not panicked.
    pub(super) fn tell(&self, mut hook: impl FnMut(&dyn Observer)) {
        self.0.iter().for_each(|onlooker| onlooker.tell(&mut hook));
    }

    /// What those have panicked with who did.
    pub(super) fn faults(&self) -> Vec<String> {
        self.0.iter().filter_map(|onlooker| onlooker.fault.get().cloned()).collect()
    }
}

impl fmt::Debug for Crowd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crowd").field("len", &self.0.len()).finish_non_exhaustive()
    }
}
