//! What is known of a scope, for whoever has it.

use super::{Mode, Scope, gate::Gate};
use crate::{
    observe::{ChildSnapshot, Snapshot},
    rt::{self, Timer as _},
};
use alloc::vec::Vec;
use core::time::Duration;

impl<'env, E: 'env, M: Mode> Scope<'env, E, M> {
    /// Returns what is known of the scope now: who runs in it, and what each waits for.
    ///
    /// Children that have begun are known if the scope is [observed](crate::Scoped::observe), or is
    /// inside of one that is, and so are the scopes inside of them. Of any other scope it tells how
    /// far it has come, its deadline, and the children that have been spawned since it was polled.
    ///
    /// # Cost
    ///
    /// An allocation and a lock for each child that is shown; without an observer nothing is kept
    /// for it, and nobody pays for it but who asks.
    ///
    /// # Semantics
    ///
    /// As trio's `Task.child_nurseries` and `Nursery.child_tasks`, at a moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, observe::{Phase, State}, scope, sleep};
    /// use std::{convert::Infallible, time::Duration};
    ///
    /// let snapshot = block_on(
    ///     scope(async |s| -> Result<_, Infallible> {
    ///         s.child().named("mirror").spawn(sleep(Duration::from_millis(5)));
    ///         sleep(Duration::from_millis(1)).await;
    ///         Ok(s.snapshot())
    ///     })
    ///     .observe(()),
    /// );
    /// let snapshot = snapshot.unwrap();
    /// assert_eq!(snapshot.phase, Phase::Open);
    /// let [body, mirror] = &snapshot.children[..] else { panic!("a body and a child") };
    /// assert_eq!((body.state, mirror.state), (State::Running, State::Waiting));
    /// assert_eq!((mirror.polls, mirror.wakes), (1, 0));
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        let gate = &self.door.gate;
        let mut snapshot = match gate.observed() {
            Some(scope) => scope.snapshot(),
            None => unobserved(gate),
        };
        snapshot.deadline = gate.deadline();
        let at = snapshot.at;
        let (spawned, new) = self.door.waiting(|birth| ChildSnapshot::new(&birth.origin(), at));
        snapshot.spawned = spawned;
        snapshot.children.extend(new);
        snapshot
    }
}

/// What is known of a scope that nobody observes, but for its children.
fn unobserved(gate: &Gate) -> Snapshot {
    Snapshot {
        id: None,
        name: None,
        location: gate.location(),
        parent: None,
        phase: gate.phase(),
        at: rt::timer().now(),
        age: Duration::ZERO,
        deadline: None,
        spawned: 0,
        children: Vec::new(),
        faults: Vec::new(),
    }
}
