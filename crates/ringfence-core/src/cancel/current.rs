//! Which token is in force.

use super::{CancelToken, shared::Shared};
use crate::observe::ObservedChild;
// Not loom's, which cannot forget the type of what it holds.
use alloc::sync::Arc;
use core::{cell::Cell, marker::PhantomData, ptr::NonNull};

#[cfg(not(ringfence_loom))]
std::thread_local! {
    /// Who has the token of the innermost child that is being polled on this thread.
    static IN_FORCE: Place = const { Cell::new(None) };
}

#[cfg(ringfence_loom)]
loom::thread_local! {
    static IN_FORCE: Place = Cell::new(None);
}

/// Not counted, since it is put there and taken away for each poll (I6).
type Place = Cell<Option<NonNull<dyn Lend>>>;

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
#[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
pub(crate) fn in_force() -> Option<InForce> {
    // A thread that is being torn down polls no child.
    let lender = IN_FORCE.try_with(Cell::get).ok().flatten()?.as_ptr();
    // SAFETY: I6: it is in an `Arc`, which is borrowed now.
    unsafe { Arc::increment_strong_count(lender) };
    // SAFETY: as above, and this is that count.
    Some(InForce(unsafe { Arc::from_raw(lender) }))
}

/// Whoever has a token, for as long as it is borrowed.
pub(crate) struct Lender<'a> {
    /// In an `Arc`.
    lender: NonNull<dyn Lend>,
    arc: PhantomData<&'a Arc<dyn Lend>>,
}

impl<'a, L: Lend + 'static> From<&'a Arc<L>> for Lender<'a> {
    #[inline]
    fn from(lender: &'a Arc<L>) -> Self {
        let lender: *const L = Arc::as_ptr(lender);
        Self::new(lender)
    }
}

impl<'a> From<&'a InForce> for Lender<'a> {
    fn from(token: &'a InForce) -> Self {
        Self::new(Arc::as_ptr(&token.0))
    }
}

impl Lender<'_> {
    #[inline]
    fn new(lender: *const dyn Lend) -> Self {
        let lender = NonNull::new(lender.cast_mut()).expect("it is in an `Arc`");
        Self { lender, arc: PhantomData }
    }
}

/// Calls `f` with a token in force on this thread, which is in force no more when this returns or
/// unwinds.
//
// A call, and not a guard: a guard may be kept for longer than what is borrowed, or leaked.
#[inline]
pub(crate) fn within<'a, R>(lender: impl Into<Lender<'a>>, f: impl FnOnce() -> R) -> R {
    let _before = Before(put(Some(lender.into().lender)));
    f()
}

/// Restores what was in force before.
struct Before(Option<NonNull<dyn Lend>>);

impl Drop for Before {
    #[inline]
    fn drop(&mut self) {
        let _ = put(self.0);
    }
}

/// Puts a token in force. Returns the one that was.
#[inline]
fn put(lender: Option<NonNull<dyn Lend>>) -> Option<NonNull<dyn Lend>> {
    // A thread that is being torn down polls no child.
    IN_FORCE.try_with(|in_force| in_force.replace(lender)).ok().flatten()
}
