//! Which token is in force.

use super::{CancelToken, shared::Shared};
use crate::observe::ObservedChild;
// Not loom's, which cannot forget the type of what it holds.
use alloc::sync::Arc;
use core::{cell::Cell, marker::PhantomData, mem::ManuallyDrop};

#[cfg(not(ringfence_loom))]
std::thread_local! {
    /// The token of the innermost child that is being polled on this thread.
    //
    // Never dropped: whoever puts one there takes it out again.
    static IN_FORCE: Place = const { Cell::new(ManuallyDrop::new(None)) };
}

#[cfg(ringfence_loom)]
loom::thread_local! {
    static IN_FORCE: Place = Cell::new(ManuallyDrop::new(None));
}

type Place = Cell<ManuallyDrop<Option<InForce>>>;

/// A token, or who has one for those who ask.
#[derive(Clone)]
pub(crate) struct InForce(Arc<dyn Lend>);

/// Whoever has a token for those who ask.
pub(crate) trait Lend: Send + Sync {
    /// Returns the token, the same one whenever it is asked for.
    fn token(self: Arc<Self>) -> CancelToken;

    /// Returns the observed child that has the token in force, if one has.
    fn observed(&self) -> Option<ObservedChild> {
        None
    }
}

impl InForce {
    /// The token.
    pub(crate) fn into_token(self) -> CancelToken {
        self.0.token()
    }

    /// The observed child that has it, if one has.
    pub(crate) fn observed(&self) -> Option<ObservedChild> {
        self.0.observed()
    }
}

impl From<CancelToken> for InForce {
    fn from(token: CancelToken) -> Self {
        Self(token.0)
    }
}

/// A token is itself.
impl Lend for Shared {
    fn token(self: Arc<Self>) -> CancelToken {
        CancelToken(self)
    }
}

impl<L: Lend + 'static> From<Arc<L>> for InForce {
    fn from(lender: Arc<L>) -> Self {
        Self(lender)
    }
}

/// Returns the token in force: that of the innermost child that is being polled here.
///
/// None if no child of a scope is being polled on this thread. It is for code that is far from
/// whoever made the token; where a token can be passed, pass it. A child that moves to another
/// thread between two polls finds the same token there; what is spawned on a runtime by other
/// means than a scope's finds none.
///
/// # Cost
///
/// A look at a thread-local, and a clone of the token.
///
/// # Examples
///
/// ```
/// use ringfence_core::cancel;
///
/// fn is_wanted() -> bool {
///     cancel::current().is_none_or(|token| !token.is_cancelled())
/// }
/// assert!(is_wanted());
/// ```
pub fn current() -> Option<CancelToken> {
    in_force().map(InForce::into_token)
}

/// The token in force, or who has one.
#[inline]
pub(crate) fn in_force() -> Option<InForce> {
    // Out of its place and back again, since there are no references into a cell.
    let mut token = None;
    swap(&mut token);
    let clone = token.clone();
    swap(&mut token);
    clone
}

/// Puts a token in force on this thread until the guard is dropped, which unwinding does too.
///
/// Guards are dropped in reverse order: each restores what was in force before it.
pub(crate) fn within(token: impl Into<InForce>) -> Within {
    Within { before: replace(token.into()), thread: PhantomData }
}

/// Restores the token that was in force before, as [`within`] returns it.
#[must_use = "a token is in force while the guard lives"]
pub(crate) struct Within {
    before: Option<InForce>,
    /// It stays on its thread.
    thread: PhantomData<*const ()>,
}

impl Drop for Within {
    fn drop(&mut self) {
        swap(&mut self.before);
    }
}

/// As [`within`], but the token goes back to where it was, neither counted nor moved about: for who
/// is polled often. `first` makes it, if there is none yet.
#[inline]
pub(crate) fn lend(token: &mut Option<InForce>, first: impl FnOnce() -> InForce) -> Lent<'_> {
    if token.is_some() {
        swap(token);
    } else {
        *token = replace(first());
    }
    Lent { before: token, thread: PhantomData }
}

/// Takes the token back, as [`lend`] returns it.
#[must_use = "a token is lent while the guard lives"]
pub(crate) struct Lent<'a> {
    /// Where the token was, and is to be again.
    before: &'a mut Option<InForce>,
    /// It stays on its thread.
    thread: PhantomData<*const ()>,
}

impl Drop for Lent<'_> {
    #[inline]
    fn drop(&mut self) {
        swap(self.before);
    }
}

/// Puts a token straight in force, and not by way of where another was: what has just been written
/// is not moved about. Returns what was in force before.
#[inline]
fn replace(token: InForce) -> Option<InForce> {
    let mut token = Some(token);
    swap(&mut token);
    token
}

#[inline]
fn swap(token: &mut Option<InForce>) {
    // A thread that is being torn down polls no child.
    let _ = IN_FORCE.try_with(|in_force| {
        let new = ManuallyDrop::new(token.take());
        *token = ManuallyDrop::into_inner(in_force.replace(new));
    });
}
