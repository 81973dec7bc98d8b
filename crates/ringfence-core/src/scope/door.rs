//! Where the children of a scope come in.

#[cfg(feature = "std")]
use super::child::Birth;
use super::{
    arrivals::Arrivals,
    child::Ended,
    gate::Gate,
    mode::{Exclusive, Mode},
};
use crate::{
    engine::joint::Driver,
    memory::arena::Arena,
    outcome::Reason,
    sync::{
        Lock,
        atomic::{AtomicBool, Ordering},
    },
};
// Not loom's, which cannot forget the type of what it holds.
use alloc::{sync::Arc, vec::Vec};
use core::mem;

/// A child on its way in.
pub(super) type Child<'env, E, M> = Driver<<M as Mode>::Child<'env, E>>;

/// The door of a scope: shared by its future and its handles.
///
/// Children are the property of the scope's future, which polls and drops them. Whoever spawns
/// leaves a child here, from wherever it is: from the body, from a child, from a destructor, from
/// another thread. No lock is held while foreign code runs.
pub(super) struct Door<'env, E, M: Mode> {
    incoming: M::Exclusive<Incoming<Child<'env, E, M>>>,
    /// Once a child was spawned whose failure is its handle's.
    overdue: Lock<Option<Arc<Overdue<E>>>>,
    /// Whether a daemon may have come, or may come yet.
    daemons: AtomicBool,
    /// Whether it is open, and the bell beside it. Last, since children are gone before it (I14).
    pub(super) gate: Arc<Gate>,
}

/// Those who have come, and whom the scope's future has not taken in.
struct Incoming<C> {
    children: Arrivals<C>,
    /// Where children are, from when they come to when they and their handles are gone.
    arena: Arena,
    /// How many have come, and were given a number.
    numbered: u64,
}

/// A child that was not admitted.
pub(super) struct Refused<C> {
    pub(super) child: C,
    pub(super) number: u64,
    pub(super) reason: Reason,
}

impl<'env, E, M: Mode> Door<'env, E, M> {
    #[track_caller]
    pub(super) fn new() -> Self {
        Self {
            incoming: M::Exclusive::new(Incoming {
                children: Arrivals::new(),
                arena: Arena::new(),
                numbered: 0,
            }),
            overdue: Lock::new(None),
            daemons: AtomicBool::new(false),
            gate: Arc::new(Gate::new()),
        }
    }

    /// A daemon will come.
    pub(super) fn expect_daemons(&self) {
        // Relaxed: whoever comes does so under the lock, after this.
        self.daemons.store(true, Ordering::Relaxed);
    }

    /// Whether there may be daemons among those who were taken in.
    pub(super) fn has_daemons(&self) -> bool {
        // Relaxed: as above.
        self.daemons.load(Ordering::Relaxed)
    }

    /// Leaves a child for the scope's future to take in. `join` makes it of its future and its
    /// number, and says what of it stays with whoever spawns.
    #[inline]
    pub(super) fn admit<C, T>(
        &self,
        child: C,
        join: impl FnOnce(&mut Arena, C, u64) -> (Child<'env, E, M>, T),
    ) -> Result<T, Refused<C>> {
        // The door's lock is taken before the gate's, and never the other way round.
        let admitted = self.incoming.with(|incoming| {
            let number = incoming.numbered;
            incoming.numbered += 1;
            if let Some(reason) = self.gate.refusal() {
                return Err(Refused { child, number, reason });
            }
            incoming.children.make_room();
            let (child, rest) = join(&mut incoming.arena, child, number);
            incoming.children.push(child);
            Ok(rest)
        })?;
        self.gate.ring();
        Ok(admitted)
    }

    /// Admits no child any more, unless somebody has come or rung whom the scope's future has not
    /// heard.
    pub(super) fn close_unless_rung(&self) -> bool {
        self.incoming.with(|incoming| {
            let closes = incoming.children.is_empty() && !self.gate.is_rung();
            if closes {
                self.gate.close(Reason::Closed);
            }
            closes
        })
    }

    /// Whether no children wait.
    pub(super) fn is_empty(&self) -> bool {
        self.incoming.with(|incoming| incoming.children.is_empty())
    }

    /// Takes the children that wait into an empty buffer.
    pub(super) fn take(&self, arrivals: &mut Arrivals<Child<'env, E, M>>) {
        debug_assert!(arrivals.is_empty(), "the door begins with an empty buffer again");
        self.incoming.with(|incoming| mem::swap(&mut incoming.children, arrivals));
    }

    /// How many have come, and what `look` makes of those that wait.
    #[cfg(feature = "std")]
    pub(super) fn waiting<T>(&self, look: impl Fn(&Birth) -> T) -> (u64, Vec<T>) {
        self.incoming.with(|incoming| {
            let waiting = incoming.children.iter().map(|child| look(child.id())).collect();
            (incoming.numbered, waiting)
        })
    }

    /// Where ends are left that are the scope's after all.
    pub(super) fn overdue(&self) -> Arc<Overdue<E>> {
        let gate = || Arc::new(Overdue { gate: self.gate.clone(), ends: Lock::new(Vec::new()) });
        self.overdue.with(|overdue| overdue.get_or_insert_with(gate).clone())
    }

    /// As [`overdue`](Self::overdue), if anyone has asked for that.
    pub(super) fn given_overdue(&self) -> Option<Arc<Overdue<E>>> {
        self.overdue.with(|overdue| overdue.clone())
    }
}

/// Failures and losses of children whose handles were dropped without a look at them.
#[derive(Debug)]
pub(super) struct Overdue<E> {
    gate: Arc<Gate>,
    ends: Lock<Vec<Ended<E>>>,
}

impl<E> Overdue<E> {
    /// Leaves an end, and rings.
    pub(super) fn push(&self, end: Ended<E>) {
        self.ends.with(|ends| ends.push(end));
        self.gate.ring();
    }

    /// Takes what was left.
    pub(super) fn take(&self) -> Vec<Ended<E>> {
        self.ends.with(mem::take)
    }
}

#[cfg(all(test, ringfence_loom))]
mod models;
