//! From whom a remote child is: its runtime, and its token.

use crate::{
    cancel::{CancelToken, InForce, in_force},
    observe::ObservedChild,
    outcome::Reason,
    sync::Lock,
    time,
};
use std::time::Instant;

/// Where a remote child will run, and the token that is in force inside it, on whichever thread it
/// is polled.
///
/// The token is a child of the one in force where the remote child was begun, and made for who
/// asks: most children never do.
pub(super) struct Lineage<L> {
    /// How the child is handed to its runtime, until it was.
    launch: Option<L>,
    /// What was in force where the child was begun.
    parent: Option<InForce>,
    /// The observed child in which that was.
    observed: Option<ObservedChild>,
    /// The deadline that was in force there.
    deadline: Option<Instant>,
    own: Lock<Own>,
}

/// The child's own token.
struct Own {
    /// Once anyone has asked for it.
    token: Option<CancelToken>,
    /// Whether the child was dropped by its parent.
    dropped: bool,
}

impl<L> Lineage<L> {
    #[inline]
    pub(super) fn new(launch: L) -> Self {
        let own = Lock::new(Own { token: None, dropped: false });
        Self { launch: Some(launch), parent: None, observed: None, deadline: None, own }
    }

    /// Begins the child, under what is in force here. Returns how to hand it over, once.
    #[inline]
    pub(super) fn begin(&mut self) -> Option<L> {
        self.parent = in_force();
        self.observed = self.parent.as_ref().and_then(InForce::observed);
        self.deadline = time::in_force();
        self.launch.take()
    }

    /// Returns the observed child in which the child was begun.
    pub(super) fn observed(&self) -> Option<ObservedChild> {
        self.observed.clone()
    }

    /// Returns the deadline that the child has inherited.
    #[inline]
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Returns the child's token.
    pub(super) fn token(&self) -> CancelToken {
        if let Some(token) = self.own.with(|own| own.token.clone()) {
            return token;
        }
        let parent = self.parent.clone();
        let new = parent.map_or_else(CancelToken::new, |parent| parent.into_token().child());
        let (token, dropped, _surplus) = self.own.with(|own| match &own.token {
            Some(token) => (token.clone(), false, Some(new)),
            None => (own.token.insert(new).clone(), own.dropped, None),
        });
        if dropped {
            token.cancel(Reason::Dropped);
        }
        token
    }

    /// The child is dropped by its parent: it is asked to end, whenever it looks at its token.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, once all who wait for the token are woken.
    pub(super) fn drop_child(&self) {
        let token = self.own.with(|own| {
            own.dropped = true;
            own.token.clone()
        });
        if let Some(token) = token {
            token.cancel(Reason::Dropped);
        }
    }
}
