//! Where the children of a scope come in.

use super::{gate::Gate, mode::Mode};
use crate::{
    engine::joint::Driver,
    outcome::Reason,
    sync::{Arc, Lock},
};
use alloc::vec::Vec;
use core::mem;

/// A child on its way in.
pub(super) type Child<'env, E, M> = Driver<<M as Mode>::Child<'env, E>>;

/// The door of a scope: shared by its future and its handles.
///
/// Children are the property of the scope's future, which polls and drops them. Whoever spawns
/// leaves a child here, from wherever it is: from the body, from a child, from a destructor, from
/// another thread. No lock is held while foreign code runs.
pub(super) struct Door<'env, E: 'env, M: Mode> {
    /// Whether it is open, and the bell beside it.
    pub(super) gate: Arc<Gate>,
    incoming: Lock<Vec<Child<'env, E, M>>>,
}

impl<'env, E: 'env, M: Mode> Door<'env, E, M> {
    pub(super) fn new() -> Self {
        Self { gate: Arc::new(Gate::new()), incoming: Lock::new(Vec::new()) }
    }

    /// Leaves a child, which `make` makes, for the scope's future to take in; or says why not.
    #[inline]
    pub(super) fn admit<T>(
        &self,
        make: impl FnOnce() -> (Child<'env, E, M>, T),
    ) -> Result<T, Reason> {
        // The gate's lock is taken before the door's, here and in `close_if_idle`.
        self.gate.enter(|| {
            let (child, rest) = make();
            self.incoming.with(|incoming| incoming.push(child));
            rest
        })
    }

    /// Takes the children that wait.
    pub(super) fn take(&self) -> Vec<Child<'env, E, M>> {
        self.incoming.with(mem::take)
    }

    /// Closes the door, unless somebody waits at it.
    pub(super) fn close_if_idle(&self) -> bool {
        self.gate.close(Reason::Closed, || self.incoming.with(|incoming| !incoming.is_empty()))
    }

    /// Closes the door, whoever waits at it.
    pub(super) fn close(&self, reason: Reason) {
        self.gate.close(reason, || false);
    }
}
