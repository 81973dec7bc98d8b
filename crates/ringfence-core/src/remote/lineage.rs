//! From whom a remote child is: its runtime, and its token.

use crate::{
    cancel::{CancelToken, InForce, in_force},
    observe::ObservedChild,
    outcome::{Reason, catch, keep_first},
    sync::{
        Lock, UnsafeCell,
        here::{Here, here},
    },
    time,
};
use core::mem;
use std::time::Instant;

/// Where a remote child will run, and then what is in force inside it, on whichever thread it is
/// polled.
///
/// # Invariants
///
/// L1. It is changed by [`begin`](Lineage::begin) only, while nobody else has it.
pub(super) struct Lineage<L>(UnsafeCell<State<L>>);

enum State<L> {
    /// How the child will be handed to its runtime.
    New(L),
    Begun(Begun),
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U33")]
// SAFETY: L1: it is shared as what does not change.
unsafe impl<L> Sync for Lineage<L> where State<L>: Send + Sync {}

/// Where a child was begun, and so what is in force inside it.
///
/// Its token is a child of the one in force where it was begun, and made for who asks: most children
/// never do.
pub(super) struct Begun {
    /// The thread on which that was.
    by: Here,
    /// The observed child in which that was.
    observed: Option<ObservedChild>,
    /// The deadline that was in force there.
    deadline: Option<Instant>,
    own: Lock<Own>,
}

/// A child's own token.
#[derive(Clone)]
enum Own {
    /// Nobody has asked for it. What is kept of who was in force where the child was begun.
    Unasked(Option<InForce>),
    /// Nobody has asked for it, and the parent has dropped the child.
    Dropped,
    Asked(CancelToken),
}

impl<L> Lineage<L> {
    #[inline]
    pub(super) fn new(launch: L) -> Self {
        Self(UnsafeCell::new(State::New(launch)))
    }

    /// Begins the child, under what is in force here. Returns how to hand it over.
    ///
    /// # Safety
    ///
    /// Nobody else has it yet.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U33")]
    pub(super) unsafe fn begin(&self) -> L {
        let parent = in_force();
        let observed = parent.as_ref().and_then(InForce::observed);
        let deadline = time::in_force();
        let own = Lock::new(Own::Unasked(parent.map(InForce::keep)));
        let begun = State::Begun(Begun { by: here(), observed, deadline, own });
        // SAFETY: L1: nobody else has it, says the caller.
        match self.0.with_mut(|state| mem::replace(unsafe { &mut *state }, begun)) {
            State::New(launch) => launch,
            State::Begun(_) => unreachable!("a child is begun once"),
        }
    }

    /// What is in force inside the child, once it has begun.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U33")]
    fn begun(&self) -> Option<&Begun> {
        // SAFETY: L1: whoever else has it does not change it.
        match self.0.with(|state| unsafe { &*state }) {
            State::New(_) => None,
            State::Begun(begun) => Some(begun),
        }
    }

    /// Returns the observed child in which the child was begun.
    pub(super) fn observed(&self) -> Option<ObservedChild> {
        self.begun()?.observed.clone()
    }

    /// Returns the deadline that the child has inherited.
    #[inline]
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.begun()?.deadline
    }

    /// Whether this is another thread than that on which the child was begun.
    #[inline]
    pub(super) fn is_elsewhere(&self) -> bool {
        self.begun().is_some_and(|begun| begun.by != here())
    }

    /// Returns the child's token.
    pub(super) fn token(&self) -> CancelToken {
        self.begun().expect("nobody is inside a child that has not begun").token()
    }

    /// The child is dropped by its parent: it is asked to end, whenever it looks at its token. That it
    /// may do if it `is_polled`, until the poll ends.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, once all who wait for the token are woken.
    pub(super) fn drop_child(&self, is_polled: bool) {
        let Some(begun) = self.begun() else { return };
        // Its own from now on: so it hears why, if that in which it was begun was asked to end before.
        let mut panic = is_polled.then(|| catch(|| begun.token())).and_then(Result::err);
        let before = begun.own.with(|own| own.replace_unless_asked(Own::Dropped));
        if let Own::Asked(own) = before {
            keep_first(&mut panic, catch(|| own.cancel(Reason::Dropped)).err());
        }
        if let Some(panic) = panic {
            panic.resume();
        }
    }
}

impl Begun {
    fn token(&self) -> CancelToken {
        let new = match self.own.with(|own| own.clone()) {
            Own::Asked(own) => return own,
            Own::Unasked(Some(parent)) => parent.token().child(),
            Own::Unasked(None) | Own::Dropped => CancelToken::new(),
        };
        match self.own.with(|own| own.replace_unless_asked(Own::Asked(new.clone()))) {
            // Another was first.
            Own::Asked(own) => return own,
            Own::Dropped => drop(new.cancel(Reason::Dropped)),
            Own::Unasked(_) => {}
        }
        new
    }
}

impl Own {
    /// Puts `new` in the place of this, unless that is a token. Returns what was there, which is to be
    /// dropped after the lock.
    fn replace_unless_asked(&mut self, new: Self) -> Self {
        match self {
            Self::Asked(_) => self.clone(),
            Self::Unasked(_) | Self::Dropped => mem::replace(self, new),
        }
    }
}
