//! The token of a remote child.

use crate::{
    cancel::{CancelToken, InForce},
    outcome::Reason,
    sync::Lock,
};

/// The token that is in force inside a remote child, on whichever thread that is polled.
///
/// It is a child of the one in force where the remote child was begun, and made for who asks: most
/// children never do.
pub(super) struct Lineage(Lock<State>);

struct State {
    /// What was in force where the child was begun.
    parent: Option<InForce>,
    /// The child's own, once anyone has asked for it.
    own: Option<CancelToken>,
    /// Why the child was asked to end.
    asked: Option<Reason>,
}

impl Lineage {
    pub(super) fn new() -> Self {
        Self(Lock::new(State { parent: None, own: None, asked: None }))
    }

    /// Puts the child under what is in force where it is begun.
    pub(super) fn inherit(&self, parent: Option<InForce>) {
        self.0.with(|state| state.parent = parent);
    }

    /// Returns the child's token.
    pub(super) fn token(&self) -> CancelToken {
        let (own, parent) = self.0.with(|state| (state.own.clone(), state.parent.clone()));
        if let Some(own) = own {
            return own;
        }
        let new =
            parent.map_or_else(CancelToken::new, |parent| InForce::into_token(parent).child());
        let (token, asked, _surplus) = self.0.with(|state| match &state.own {
            Some(own) => (own.clone(), None, Some(new)),
            None => (state.own.insert(new).clone(), state.asked.clone(), None),
        });
        if let Some(reason) = asked {
            token.cancel(reason);
        }
        token
    }

    /// Asks the child to end, whenever it looks at its token.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, once all who wait for the token are woken.
    pub(super) fn cancel(&self, reason: Reason) {
        let own = self.0.with(|state| {
            state.asked.get_or_insert_with(|| reason.clone());
            state.own.clone()
        });
        if let Some(own) = own {
            own.cancel(reason);
        }
    }
}
