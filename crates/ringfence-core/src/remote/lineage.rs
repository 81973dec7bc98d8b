//! From whom a remote child is: its runtime, and its token.

use super::here::{Here, here};
use crate::{
    cancel::{CancelToken, InForce, in_force},
    observe::ObservedChild,
    outcome::Reason,
    sync::Lock,
    time,
};
use core::mem;
use std::time::Instant;

/// Where a remote child will run, and then what is in force inside it, on whichever thread it is
/// polled.
pub(super) enum Lineage<L> {
    /// How the child will be handed to its runtime.
    New(L),
    Begun(Begun),
}

/// Where a child was begun, and so what is in force inside it.
///
/// Its token is a child of the one in force where it was begun, and made for who asks: most children
/// never do.
pub(super) struct Begun {
    /// The thread on which that was.
    by: Here,
    /// What was in force where the child was begun.
    parent: Option<InForce>,
    /// The observed child in which that was.
    observed: Option<ObservedChild>,
    /// The deadline that was in force there.
    deadline: Option<Instant>,
    own: Lock<Own>,
}

/// A child's own token.
enum Own {
    /// Nobody has asked for it.
    Unasked,
    /// As above, and the parent has dropped the child.
    Dropped,
    Asked(CancelToken),
}

impl<L> Lineage<L> {
    /// Begins the child, under what is in force here. Returns how to hand it over.
    #[inline]
    pub(super) fn begin(&mut self) -> L {
        let parent = in_force();
        let observed = parent.as_ref().and_then(InForce::observed);
        let deadline = time::in_force();
        let begun = Begun { by: here(), parent, observed, deadline, own: Lock::new(Own::Unasked) };
        match mem::replace(self, Self::Begun(begun)) {
            Self::New(launch) => launch,
            Self::Begun(_) => unreachable!("a child is begun once"),
        }
    }

    /// What is in force inside the child, once it has begun.
    #[inline]
    fn begun(&self) -> Option<&Begun> {
        match self {
            Self::New(_) => None,
            Self::Begun(begun) => Some(begun),
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

    /// The child is dropped by its parent: it is asked to end, whenever it looks at its token.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, once all who wait for the token are woken.
    pub(super) fn drop_child(&self) {
        let Some(begun) = self.begun() else { return };
        let own = begun.own.with(|own| {
            let asked = own.asked();
            if asked.is_none() {
                *own = Own::Dropped;
            }
            asked
        });
        if let Some(own) = own {
            own.cancel(Reason::Dropped);
        }
    }
}

impl Begun {
    fn token(&self) -> CancelToken {
        if let Some(own) = self.own.with(|own| own.asked()) {
            return own;
        }
        let parent = self.parent.clone();
        let new = parent.map_or_else(CancelToken::new, |parent| parent.into_token().child());
        let (own, dropped, _surplus) = self.own.with(|own| match own.asked() {
            Some(own) => (own, false, Some(new)),
            None => {
                let before = mem::replace(own, Own::Asked(new.clone()));
                (new, matches!(before, Own::Dropped), None)
            }
        });
        if dropped {
            own.cancel(Reason::Dropped);
        }
        own
    }
}

impl Own {
    fn asked(&self) -> Option<CancelToken> {
        match self {
            Self::Unasked | Self::Dropped => None,
            Self::Asked(token) => Some(token.clone()),
        }
    }
}
