//! Which token is in force.

use super::{CancelToken, shared::Shared};
use crate::observe::ObservedChild;
// Not loom's, which cannot forget the type of what it holds.
use alloc::sync::Arc;
use core::{cell::Cell, marker::PhantomData, mem::ManuallyDrop, ptr::NonNull};

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
type Place = Cell<Option<Lent>>;

/// Whoever has a token for those who ask, in an `Arc`.
pub(crate) trait Lend: Send + Sync + 'static {
    /// Returns the token, the same one whenever it is asked for.
    fn token(self: Arc<Self>) -> CancelToken;

    /// Returns the observed child that has the token in force, if one has.
    fn observed(&self) -> Option<ObservedChild> {
        None
    }
}

/// A token is itself.
impl Lend for Shared {
    fn token(self: Arc<Self>) -> CancelToken {
        CancelToken(self)
    }
}

/// One of the owners of whoever has a token, be it an `Arc` or another counted pointer.
///
/// # Safety
///
/// What it owns is where [`as_raw`](Self::as_raw) says, as long as one owns it.
#[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
pub(crate) unsafe trait Owns: Clone + Send + Sync + 'static {
    /// Where what it owns is.
    fn as_raw(&self) -> NonNull<()>;

    /// An owner of what is there.
    ///
    /// # Safety
    ///
    /// That is an owner's. One of the two is forgotten before the other goes.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    unsafe fn from_raw(raw: NonNull<()>) -> Self;

    /// As [`Lend::token`].
    fn token(&self) -> CancelToken;

    /// As [`Lend::observed`].
    fn observed(&self) -> Option<ObservedChild>;

    /// What is kept of it for a token that is asked for later, maybe once it has ended: it, unless
    /// that would keep too much.
    #[inline]
    fn keep(self) -> InForce {
        self.into()
    }
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
// SAFETY: what an `Arc` owns is where it points to, as long as there is one.
unsafe impl<L: Lend> Owns for Arc<L> {
    #[inline]
    fn as_raw(&self) -> NonNull<()> {
        NonNull::new(Arc::as_ptr(self).cast_mut()).expect("it is in an `Arc`").cast()
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        // SAFETY: says the caller.
        unsafe { Arc::from_raw(raw.as_ptr().cast()) }
    }

    fn token(&self) -> CancelToken {
        L::token(self.clone())
    }

    fn observed(&self) -> Option<ObservedChild> {
        L::observed(self)
    }
}

/// A token, or who has one for those who ask: an owner, of a type that does not matter.
pub(crate) struct InForce(Lent);

/// Where whoever has a token is, and what its owners do.
#[derive(Clone, Copy)]
struct Lent {
    at: NonNull<()>,
    table: &'static Table,
}

/// What an owner does, given where what it owns is, by an owner that is there.
struct Table {
    clone: unsafe fn(NonNull<()>),
    drop: unsafe fn(NonNull<()>),
    token: unsafe fn(NonNull<()>) -> CancelToken,
    observed: unsafe fn(NonNull<()>) -> Option<ObservedChild>,
    keep: unsafe fn(NonNull<()>) -> InForce,
}

impl Table {
    /// That of an `O`.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    const fn of<O: Owns>() -> &'static Self {
        const {
            &Self {
                clone: |at| {
                    // SAFETY: an owner is there, says the caller; so it is below.
                    let _kept = unsafe { borrowed::<O>(at) }.clone();
                },
                // SAFETY: as above, and it goes.
                drop: |at| drop(unsafe { O::from_raw(at) }),
                // SAFETY: as above.
                token: |at| unsafe { borrowed::<O>(at) }.token(),
                // SAFETY: as above.
                observed: |at| unsafe { borrowed::<O>(at) }.observed(),
                // SAFETY: as above, and it goes.
                keep: |at| unsafe { O::from_raw(at) }.keep(),
            }
        }
    }
}

/// An owner that is not dropped.
///
/// # Safety
///
/// As of [`Owns::from_raw`].
#[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
unsafe fn borrowed<O: Owns>(at: NonNull<()>) -> ManuallyDrop<O> {
    // SAFETY: says the caller.
    ManuallyDrop::new(unsafe { O::from_raw(at) })
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
// SAFETY: it is an owner, and those are `Send`.
unsafe impl Send for InForce {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
// SAFETY: it is an owner, and those are `Sync`.
unsafe impl Sync for InForce {}

impl InForce {
    /// The token.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    pub(crate) fn token(&self) -> CancelToken {
        // SAFETY: this is an owner.
        unsafe { (self.0.table.token)(self.0.at) }
    }

    /// The observed child that has it, if one has.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    pub(crate) fn observed(&self) -> Option<ObservedChild> {
        // SAFETY: this is an owner.
        unsafe { (self.0.table.observed)(self.0.at) }
    }

    /// What is kept of it for a token that is asked for later, as [`Owns::keep`].
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    pub(crate) fn keep(self) -> Self {
        let Lent { at, table } = ManuallyDrop::new(self).0;
        // SAFETY: this was an owner.
        unsafe { (table.keep)(at) }
    }
}

impl Clone for InForce {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    fn clone(&self) -> Self {
        // SAFETY: this is an owner.
        unsafe { (self.0.table.clone)(self.0.at) };
        Self(self.0)
    }
}

impl Drop for InForce {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    fn drop(&mut self) {
        // SAFETY: this is an owner.
        unsafe { (self.0.table.drop)(self.0.at) };
    }
}

impl<O: Owns> From<O> for InForce {
    fn from(owner: O) -> Self {
        Self(Lent::by(&*ManuallyDrop::new(owner)))
    }
}

impl From<CancelToken> for InForce {
    fn from(token: CancelToken) -> Self {
        token.0.into()
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
    in_force().map(|in_force| in_force.token())
}

/// The token in force, or who has one.
pub(crate) fn in_force() -> Option<InForce> {
    // A thread that is being torn down polls no child.
    let lent = IN_FORCE.try_with(Cell::get).ok().flatten()?;
    // I6: its owner is borrowed now.
    Some(InForce::clone(&ManuallyDrop::new(InForce(lent))))
}

impl Lent {
    #[inline]
    fn by<O: Owns>(owner: &O) -> Self {
        Self { at: owner.as_raw(), table: Table::of::<O>() }
    }
}

/// Whoever has a token, for as long as an owner is borrowed.
pub(crate) struct Lender<'a> {
    lent: Lent,
    owner: PhantomData<&'a ()>,
}

impl<'a, O: Owns> From<&'a O> for Lender<'a> {
    #[inline]
    fn from(owner: &'a O) -> Self {
        Self { lent: Lent::by(owner), owner: PhantomData }
    }
}

impl Lender<'_> {
    /// Whoever is owned by an `O` that is there.
    ///
    /// # Safety
    ///
    /// There is one for as long as this.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U27")]
    pub(crate) unsafe fn at<O: Owns>(at: NonNull<()>) -> Self {
        Self { lent: Lent { at, table: Table::of::<O>() }, owner: PhantomData }
    }
}

impl<'a> From<&'a InForce> for Lender<'a> {
    fn from(token: &'a InForce) -> Self {
        Self { lent: token.0, owner: PhantomData }
    }
}

/// Calls `f` with a token in force on this thread, which is in force no more when this returns or
/// unwinds.
//
// A call, and not a guard: a guard may be kept for longer than what is borrowed, or leaked.
#[inline]
pub(crate) fn within<'a, R>(lender: impl Into<Lender<'a>>, f: impl FnOnce() -> R) -> R {
    let _before = Before(put(Some(lender.into().lent)));
    f()
}

/// Restores what was in force before.
struct Before(Option<Lent>);

impl Drop for Before {
    #[inline]
    fn drop(&mut self) {
        let _ = put(self.0);
    }
}

/// Puts a token in force. Returns the one that was.
#[inline]
fn put(lent: Option<Lent>) -> Option<Lent> {
    // A thread that is being torn down polls no child.
    IN_FORCE.try_with(|in_force| in_force.replace(lent)).ok().flatten()
}
