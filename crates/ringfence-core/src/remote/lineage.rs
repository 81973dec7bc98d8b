//! From whom a remote child is: its runtime, and its token.

use crate::{
    cancel::{CancelToken, InForce},
    observe::ObservedChild,
    outcome::Reason,
    sync::Lock,
};

/// Where a remote child will run, and the token that is in force inside it, on whichever thread it
/// is polled.
///
/// The token is a child of the one in force where the remote child was begun, and made for who
/// asks: most children never do.
pub(super) struct Lineage<L>(Lock<State<L>>);

struct State<L> {
    /// How the child is handed to its runtime, until it was.
    launch: Option<L>,
    /// What was in force where the child was begun.
    parent: Option<InForce>,
    /// The observed child in which that was.
    observed: Option<ObservedChild>,
    /// The child's own token, once anyone has asked for it.
    own: Option<CancelToken>,
    /// Whether the child was dropped by its parent.
    dropped: bool,
}

impl<L> Lineage<L> {
    pub(super) fn new(launch: L) -> Self {
        let launch = Some(launch);
        Self(Lock::new(State { launch, parent: None, observed: None, own: None, dropped: false }))
    }

    /// Begins the child, under what is in force here. Returns how to hand it over, once.
    pub(super) fn begin(&self, parent: Option<InForce>) -> Option<L> {
        let observed = parent.as_ref().and_then(InForce::observed);
        self.0.with(|state| {
            state.parent = parent;
            state.observed = observed;
            state.launch.take()
        })
    }

    /// Returns the observed child in which the child was begun.
    pub(super) fn observed(&self) -> Option<ObservedChild> {
        self.0.with(|state| state.observed.clone())
    }

    /// Returns the child's token.
    pub(super) fn token(&self) -> CancelToken {
        let (own, parent) = self.0.with(|state| (state.own.clone(), state.parent.clone()));
        if let Some(own) = own {
            return own;
        }
        let new = parent.map_or_else(CancelToken::new, |parent| parent.into_token().child());
        let (token, dropped, _surplus) = self.0.with(|state| match &state.own {
            Some(own) => (own.clone(), false, Some(new)),
            None => (state.own.insert(new).clone(), state.dropped, None),
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
        let own = self.0.with(|state| {
            state.dropped = true;
            state.own.clone()
        });
        if let Some(own) = own {
            own.cancel(Reason::Dropped);
        }
    }
}
