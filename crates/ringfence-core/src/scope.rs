//! The nursery: `scope`, `scope_local`.

mod anyway;
mod arrivals;
mod birth;
mod builder;
mod child;
mod door;
mod first;
mod gate;
mod handle;
mod heed;
mod ledger;
mod mode;
mod nest;
mod on_demand;
mod output;
mod patience;
mod policy;
mod report;
mod scoped;
#[cfg(feature = "std")]
mod shield;
#[cfg(feature = "std")]
mod snapshot;
mod spawn_error;
#[cfg(feature = "std")]
mod spawn_on;
mod start;
mod watch;
#[cfg(feature = "std")]
mod with;

pub use builder::ChildBuilder;
pub use first::First;
pub use handle::{Handle, HandleOutcome, OwnedHandle};
pub use mode::{Local, Mode, Shared};
pub use output::ChildOutput;
pub use policy::{OnFailure, PanicPolicy};
pub use scoped::Scoped;
#[cfg(feature = "std")]
pub use shield::Shield;
pub use spawn_error::SpawnError;
pub use start::{NotStarted, Start, Started};
#[cfg(feature = "std")]
pub use with::{ScopeWith, ScopedWith, SendBody, scope_with};

use crate::{
    cancel::{CancelToken, WhenCancelled},
    outcome::Reason,
    sync::Arc,
};
#[cfg(feature = "std")]
use core::future::IntoFuture;
use core::{fmt, future::Future};
use door::Door;

/// Opens a scope: a body that starts children, all of which end before the scope does.
///
/// `body` gets the [`Scope`] by value, and spawns children by it. Body and children run at once,
/// inside the task that awaits the scope, and may borrow whatever lives outside of `body`; they
/// are `Send`, and so is the scope if its body is. The first failure cancels all the others.
///
/// Write the body as `async |s| …`, which borrows; `async move |s|` would move its locals in, and
/// no child could borrow them. The type of error need be named once at most, where no child names
/// it: `async |s| -> Result<_, MyError> { … }`.
///
/// Resolves once the body and all children have ended.
///
/// # Order
///
/// The body is polled first. Children are first polled in the order in which they were spawned.
///
/// # Errors
///
/// [`ScopeError::Failed`](crate::ScopeError::Failed) with all failures, in the order in which they
/// came, if the body or a child returns an `Err`. The others are cancelled and dropped first.
/// Without that, [`Elapsed`](crate::ScopeError::Elapsed) if its time was up, and
/// [`Cancelled`](crate::ScopeError::Cancelled) if it was cancelled before the body had a value.
///
/// # Panics
///
/// If the body or a child panics, the others are cancelled, and the first panic is resumed once
/// they have ended, unless a [`PanicPolicy`] says otherwise.
///
/// # Cancel safety
///
/// If the future is dropped, the body and all children are dropped with it, at once and in place.
///
/// # Cost
///
/// Five allocations per scope and five more once it has children; one per child at the most, and now
/// and then one for room for more of them at a time. A child that has ended leaves nothing behind,
/// once its handle is gone; but small children share allocations of up to 1,000 bytes, each of which
/// is given back with the last child in it.
///
/// Scopes inside of one another take stack for each level, as futures in futures do: some 3 KiB while
/// they are polled and 1 KiB while they are dropped, or 9 and 2 KiB where the compiler does not
/// optimize. A child that spawns siblings takes none, however many follow one another.
///
/// # Semantics
///
/// As trio's nursery and `asyncio.TaskGroup` of Python 3.13, but a child's failure is the scope's
/// only: whoever awaits the child's handle is cancelled rather than told.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope};
///
/// async fn length(word: &str) -> Result<usize, String> {
///     Ok(word.len())
/// }
///
/// let (a, b) = (String::from("structured"), String::from("concurrency"));
/// let total = block_on(scope(async |s| {
///     let first = s.spawn(length(&a));
///     let second = s.spawn(length(&b));
///     Ok(first.await + second.await)
/// }));
/// assert_eq!(total.unwrap(), 21);
/// ```
#[track_caller]
pub fn scope<'env, T, E, F, B>(body: F) -> Scoped<'env, B, T, E, Shared>
where
    F: FnOnce(Scope<'env, E>) -> B,
    B: Future<Output = Result<T, E>>,
    E: Send + 'env,
{
    open(body)
}

/// Opens a scope whose children need not be `Send`.
///
/// As [`scope`], but for a thread of its own: children may hold an `Rc`, and the scope's future
/// stays on its thread.
///
/// # Cancel safety
///
/// If the future is dropped, the body and all children are dropped with it, at once and in place.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope_local};
/// use std::{cell::Cell, convert::Infallible, rc::Rc};
///
/// let count = Rc::new(Cell::new(0));
/// let done = block_on(scope_local(async |s| -> Result<(), Infallible> {
///     for n in 1..=3 {
///         let count = Rc::clone(&count);
///         s.spawn(async move { count.set(count.get() + n) });
///     }
///     Ok(())
/// }));
/// assert!(done.is_ok());
/// assert_eq!(count.get(), 6);
/// ```
#[track_caller]
pub fn scope_local<'env, T, E, F, B>(body: F) -> Scoped<'env, B, T, E, Local>
where
    F: FnOnce(LocalScope<'env, E>) -> B,
    B: Future<Output = Result<T, E>>,
    E: 'env,
{
    open(body)
}

#[track_caller]
fn open<'env, T, E, M, F, B>(body: F) -> Scoped<'env, B, T, E, M>
where
    F: FnOnce(Scope<'env, E, M>) -> B,
    B: Future<Output = Result<T, E>>,
    M: Mode,
    E: 'env,
{
    let door = Arc::new(Door::new());
    Scoped::new(body(Scope { door: door.clone() }), door)
}

/// A scope, as its body and its children see it: by it they spawn children, and cancel.
///
/// It is a handle: cheap to clone, and free to leave the scope. Once the scope has ended, whatever
/// is spawned by it is dropped unpolled.
///
/// `'env` is what children may borrow: everything that lives outside of the body.
pub struct Scope<'env, E: 'env, M: Mode = Shared> {
    door: Arc<Door<'env, E, M>>,
}

/// A scope whose children need not be `Send`.
pub type LocalScope<'env, E> = Scope<'env, E, Local>;

impl<'env, E: 'env, M: Mode> Scope<'env, E, M> {
    /// Cancels the scope: the body and all children.
    ///
    /// That is no failure: if the body had returned a value by then, or returns it within the
    /// grace, it is the scope's. A scope that is being cancelled, or has ended, is left as it is;
    /// the first reason stays.
    pub fn cancel(&self, reason: impl Into<Reason>) {
        self.token().cancel(reason);
    }

    /// Returns whether the scope was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.door.gate.refusal().is_some()
    }

    /// Returns the token of the scope: a child of the token in force where the scope is polled.
    ///
    /// To cancel it is to cancel the scope.
    pub fn token(&self) -> CancelToken {
        self.door.gate.token()
    }

    /// Moves the deadline of the scope to `deadline`, an instant of the timer in force; without one,
    /// takes it away.
    ///
    /// A deadline that has passed already has cancelled the scope for good. Deadlines of scopes
    /// outside hold all the same.
    #[cfg(feature = "std")]
    pub fn set_deadline(&self, deadline: Option<std::time::Instant>) {
        self.door.gate.set_deadline(deadline);
    }

    /// Returns when its time is up: its own deadline, or an earlier one around it.
    ///
    /// Around it are scopes, [`timeout`](crate::timeout) and the `.timeout` of verbs, as of when the
    /// scope was polled last. None if there are none, and before the first poll, from which on a
    /// timeout is measured. The instant is one of the timer in force.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, rt::{self, Timer}, scope, timeout};
    /// use std::{convert::Infallible, time::Duration};
    ///
    /// let left = block_on(timeout(Duration::from_secs(5), async {
    ///     let served = scope(async |s| -> Result<_, Infallible> {
    ///         Ok(s.deadline().map(|deadline| deadline - rt::timer().now()))
    ///     });
    ///     served.timeout(Duration::from_secs(60)).await
    /// }));
    /// assert!(left.unwrap().unwrap().unwrap() <= Duration::from_secs(5));
    /// ```
    #[cfg(feature = "std")]
    pub fn deadline(&self) -> Option<std::time::Instant> {
        self.door.gate.deadline()
    }

    /// Keeps the cancellation of this scope from cutting `future` short, for at most `bound` from its
    /// first poll on.
    ///
    /// It is for cleaning up: whoever awaits it, the body or a child, is not dropped before the
    /// future has ended or the bound has passed, and the scope waits for it. What the future itself
    /// sets a deadline to, or cancels, ends as ever; scopes inside of it are not cancelled with
    /// this one.
    ///
    /// It keeps nobody where it is first polled outside of the scope's own poll, as in a child on a
    /// runtime: then it only shields the future from the cancellation.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped, so is `future`. No shield outlasts the future of the scope: if that is
    /// dropped, so is everything in it.
    ///
    /// # Semantics
    ///
    /// As trio's `move_on_after(bound, shield=True)`, but it only ceases to protect when the bound
    /// has passed; it cuts nothing by itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, scope, sleep};
    /// use std::{sync::atomic::{AtomicBool, Ordering}, time::Duration};
    ///
    /// let committed = AtomicBool::new(false);
    /// let failed = block_on(scope(async |s| -> Result<(), String> {
    ///     s.spawn_with(async |s| {
    ///         s.shield(Duration::from_secs(60), async {
    ///             sleep(Duration::from_millis(1)).await;
    ///             committed.store(true, Ordering::Relaxed);
    ///         })
    ///         .await;
    ///     });
    ///     s.spawn(async { Err::<(), _>(String::from("refused")) });
    ///     Ok(())
    /// }));
    /// assert!(failed.is_err());
    /// assert!(committed.into_inner());
    /// ```
    #[cfg(feature = "std")]
    pub fn shield<F: IntoFuture>(
        &self,
        bound: core::time::Duration,
        future: F,
    ) -> Shield<F::IntoFuture> {
        Shield::new(bound, future.into_future(), self.door.gate.clone())
    }

    /// Waits until the scope is asked to end.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub fn cancelled(&self) -> WhenCancelled {
        self.token().cancelled()
    }
}

impl<E, M: Mode> Clone for Scope<'_, E, M> {
    fn clone(&self) -> Self {
        Self { door: self.door.clone() }
    }
}

impl<E, M: Mode> fmt::Debug for Scope<'_, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}
