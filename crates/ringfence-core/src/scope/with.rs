//! Scopes that own what their parallel children borrow: `scope_with`.

mod owned;

use super::{
    Handle, OnFailure, OwnedHandle, PanicPolicy, Scope, Scoped, Shared, open, output::ChildOutput,
};
use crate::{
    cancel::{CancelToken, WhenCancelled},
    engine::limit::IntoLimit,
    observe::{Observer, Snapshot},
    outcome::{Name, Reason, ScopeError},
    remote::remote,
    rt::Spawn,
};
use alloc::{boxed::Box, sync::Arc};
use core::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};
use owned::{Borrowing, Keep, Known, Owned};
use pin_project_lite::pin_project;

/// Opens a scope that owns `env`, from which children on the runtime `rt` borrow.
///
/// `body` gets the scope and `&mut env`. What it starts runs on the runtime, in parallel, and may
/// borrow `env` or parts of it, shared or mutably, across its awaits: a loop over
/// `env.iter_mut()` hands each child an element of its own. The body itself runs in the task that
/// awaits the scope, and may borrow what is outside, too. When all have ended, `env` comes back.
///
/// Children may borrow from `env` alone, and what they return borrows nothing: a reference into the
/// frame of a caller could not be trusted on another thread, since whoever drops a future may also
/// forget it. For children that borrow from everywhere and run in turn, there is [`scope`].
///
/// Resolves once the body and all children have ended, on every thread.
///
/// # Errors
///
/// As [`scope`]: `env` comes back beside the error.
///
/// # Panics
///
/// As [`scope`]; `env` is dropped then. [`PanicPolicy::Collect`] makes panics errors.
///
/// It also panics if it is polled to its end from inside a poll of one of its children: that one
/// borrows `env` still, and nobody waits for it there. `env` is dropped after that child.
///
/// # Cancel safety
///
/// If the future is dropped, so is the body, and children as [`remote`] says: those that are inside
/// a poll on another thread are dropped when that ends, and `env` after the last of them. If the
/// future is forgotten, so is `env`.
///
/// # Cost
///
/// Three allocations more than [`scope`], and one more for each child than
/// [`Scope::spawn_on`].
///
/// # Semantics
///
/// As [`std::thread::scope`], but asynchronous, and of an environment that is moved in.
///
/// # Examples
///
/// `Threads` stands for a runtime; [`Runtime`](crate::rt::Runtime) shows it.
///
/// ```
/// use ringfence_core::{block_on, rt::Spawn, scope_with};
///
/// async fn tenfold(runtime: impl Spawn + Clone + 'static, numbers: Vec<u32>) -> Vec<u32> {
///     let factor = 10;
///     let (numbers, ended) = scope_with(&runtime, numbers, async |s, numbers| {
///         for number in numbers.iter_mut() {
///             s.spawn(async move { *number *= factor });
///         }
///         Ok::<_, String>(())
///     })
///     .await;
///     ended.unwrap();
///     numbers
/// }
/// # use ringfence_core::rt::{Refused, Task};
/// # #[derive(Clone)]
/// # struct Threads;
/// # impl Spawn for Threads {
/// #     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
/// #         std::thread::spawn(|| block_on(task));
/// #         Ok(())
/// #     }
/// # }
/// assert_eq!(block_on(tenfold(Threads, vec![1, 2, 3])), [10, 20, 30]);
/// ```
///
/// [`scope`]: crate::scope()
#[track_caller]
pub fn scope_with<'env, R, Env, T, E, F>(rt: &R, env: Env, body: F) -> ScopedWith<'env, Env, T, E>
where
    R: Spawn + Clone + 'static,
    Env: Send + 'static,
    T: 'env,
    E: Send + 'static,
    F: for<'scope> AsyncFnOnce(ScopeWith<'scope, E>, &'scope mut Env) -> Result<T, E> + 'env,
    F: for<'scope> SendBody<ScopeWith<'scope, E>, &'scope mut Env, Result<T, E>>,
{
    #[expect(unsafe_code, reason = "docs/unsafe.md, U14")]
    // SAFETY: the reference goes to the body, which is for any lifetime of it, and so can give it,
    // or what is made of it, to nobody but itself and the children. The body is dropped before
    // `env`, with the scope's future; the children keep the allocation.
    let (env, lent) = unsafe { Owned::lend(env) };
    let keep: Keep = env.clone();
    let (rt, env_of) = (Arc::new(rt.clone()), Arc::downgrade(&keep));
    let scoped = open(|scope| {
        let with = ScopeWith { scope, rt, env: env_of, scoped: PhantomData };
        Box::pin(begin(body, with, lent)) as Body<'env, T, E>
    });
    ScopedWith { scoped, env: Some(env) }
}

/// Calls the body. Apart, so that one lifetime is that of both arguments.
fn begin<'scope, Env, E, O, F>(
    body: F,
    with: ScopeWith<'scope, E>,
    env: &'scope mut Env,
) -> <F as SendBody<ScopeWith<'scope, E>, &'scope mut Env, O>>::Future
where
    F: SendBody<ScopeWith<'scope, E>, &'scope mut Env, O>,
{
    body(with, env)
}

/// The body of a scope.
type Body<'env, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'env>>;

/// What `async |s, env| …` is, if its future is `Send`.
///
/// Implemented for whatever fits; it is there to say so.
#[diagnostic::on_unimplemented(
    message = "the future of this body is not `Send`",
    note = "it may run on any thread: everything that it holds across an `.await` must be `Send`"
)]
pub trait SendBody<S, P, O>: FnOnce(S, P) -> <Self as SendBody<S, P, O>>::Future {
    /// What the call returns.
    type Future: Future<Output = O> + Send;
}

impl<F, S, P, O, B> SendBody<S, P, O> for F
where
    F: FnOnce(S, P) -> B,
    B: Future<Output = O> + Send,
{
    type Future = B;
}

/// A scope that owns what its children borrow, as its body sees it.
///
/// It is a handle: cheap to clone, for children that start others.
pub struct ScopeWith<'scope, E: 'static> {
    scope: Scope<'static, E>,
    rt: Arc<dyn Spawn>,
    env: Known,
    /// Neither longer nor shorter.
    scoped: PhantomData<fn(&'scope ()) -> &'scope ()>,
}

impl<'scope, E: Send + 'static> ScopeWith<'scope, E> {
    /// Starts a child on the runtime, in parallel with the body and the others.
    ///
    /// As [`Scope::spawn_on`], of a child that borrows from what the scope owns. Its failure is the
    /// scope's.
    #[track_caller]
    pub fn spawn<F>(&self, child: F) -> Handle<<F::Output as ChildOutput<E>>::Value>
    where
        F: Future<Output: ChildOutput<E, Value: Send> + Send + 'static> + Send + 'scope,
    {
        self.scope.spawn_on(&self.rt, self.borrowing(child))
    }

    /// Starts a child that starts others: `child` gets the scope.
    #[track_caller]
    pub fn spawn_with<C, F>(&self, child: C) -> Handle<<F::Output as ChildOutput<E>>::Value>
    where
        C: FnOnce(Self) -> F,
        F: Future<Output: ChildOutput<E, Value: Send> + Send + 'static> + Send + 'scope,
    {
        self.spawn(child(self.clone()))
    }

    /// Starts a child whose failure is its handle's, as [`Scope::spawn_owned`].
    #[track_caller]
    pub fn spawn_owned<F, T>(&self, child: F) -> OwnedHandle<T, E>
    where
        F: Future<Output = Result<T, E>> + Send + 'scope,
        T: Send + 'static,
    {
        self.scope.spawn_owned(remote(&self.rt, self.borrowing(child)))
    }

    /// Starts a child with a name, to be shown in errors.
    #[track_caller]
    pub fn spawn_named<F>(
        &self,
        name: impl Into<Name>,
        child: F,
    ) -> Handle<<F::Output as ChildOutput<E>>::Value>
    where
        F: Future<Output: ChildOutput<E, Value: Send> + Send + 'static> + Send + 'scope,
    {
        self.scope.child().named(name).spawn_on(&self.rt, self.borrowing(child))
    }

    /// Starts a child for which the scope does not stay open, as [`Scope::daemon`].
    #[track_caller]
    pub fn daemon<F>(&self, child: F) -> Handle<<F::Output as ChildOutput<E>>::Value>
    where
        F: Future<Output: ChildOutput<E, Value: Send> + Send + 'static> + Send + 'scope,
    {
        self.scope.child().daemon().spawn_on(&self.rt, self.borrowing(child))
    }

    /// A child that keeps alive what it borrows.
    fn borrowing<F: Future + Send + 'scope>(&self, child: F) -> Borrowing<F::Output> {
        let keep = self.env.upgrade().expect("whoever spawns is the body, or a child");
        #[expect(unsafe_code, reason = "docs/unsafe.md, U14")]
        // SAFETY: `'scope` is any lifetime, so that whatever has it was made of the reference that
        // the body got, and lives in the allocation that `keep` counts.
        unsafe {
            Borrowing::new(child, keep)
        }
    }

    /// Cancels the scope, as [`Scope::cancel`].
    pub fn cancel(&self, reason: impl Into<Reason>) {
        self.scope.cancel(reason);
    }

    /// Returns whether the scope was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.scope.is_cancelled()
    }

    /// Returns the token of the scope, as [`Scope::token`].
    pub fn token(&self) -> CancelToken {
        self.scope.token()
    }

    /// Returns what is known of the scope now, as [`Scope::snapshot`].
    pub fn snapshot(&self) -> Snapshot {
        self.scope.snapshot()
    }

    /// Waits until the scope is asked to end.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub fn cancelled(&self) -> WhenCancelled {
        self.scope.cancelled()
    }
}

impl<E> Clone for ScopeWith<'_, E> {
    fn clone(&self) -> Self {
        Self {
            scope: self.scope.clone(),
            rt: self.rt.clone(),
            env: self.env.clone(),
            scoped: PhantomData,
        }
    }
}

impl<E> fmt::Debug for ScopeWith<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeWith").finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`scope_with`], with the builder methods of [`Scoped`].
    ///
    /// # Panics
    ///
    /// If it is polled again after it has ended, with the panic of a child, and as [`scope_with`] says.
    ///
    /// # Cancel safety
    ///
    /// As [`scope_with`] says.
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct ScopedWith<'env, Env, T, E>
    where
        E: 'static,
    {
        // Dropped first: the body borrows.
        #[pin]
        scoped: Scoped<'static, Body<'env, T, E>, T, E, Shared>,
        env: Option<Arc<Owned<Env>>>,
    }
}

impl<Env, T, E> ScopedWith<'_, Env, T, E> {
    /// Gives the scope a name, as [`Scoped::named`].
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.scoped = self.scoped.named(name);
        self
    }

    /// Tells an observer what happens in the scope, as [`Scoped::observe`].
    pub fn observe(mut self, observer: impl Observer + 'static) -> Self {
        self.scoped = self.scoped.observe(observer);
        self
    }

    /// Limits the time of the scope, as [`Scoped::timeout`].
    pub fn timeout(mut self, limit: core::time::Duration) -> Self {
        self.scoped = self.scoped.timeout(limit);
        self
    }

    /// Limits the time of the scope, as [`Scoped::deadline`].
    pub fn deadline(mut self, deadline: std::time::Instant) -> Self {
        self.scoped = self.scoped.deadline(deadline);
        self
    }

    /// Gives children time to end once they were asked to, as [`Scoped::grace`].
    pub fn grace(mut self, grace: core::time::Duration) -> Self {
        self.scoped = self.scoped.grace(grace);
        self
    }

    /// Limits how many children run at a time, as [`Scoped::limit`].
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    pub fn limit<L: IntoLimit>(mut self, limit: L) -> Self {
        self.scoped = self.scoped.limit(limit);
        self
    }

    /// Puts the scope under `token`, as [`Scoped::under`].
    pub fn under(mut self, token: &CancelToken) -> Self {
        self.scoped = self.scoped.under(token);
        self
    }

    /// Says what a panic does, as [`Scoped::panics`].
    pub fn panics(mut self, policy: PanicPolicy) -> Self {
        self.scoped = self.scoped.panics(policy);
        self
    }

    /// Says what a failure does, as [`Scoped::on_failure`].
    pub fn on_failure(mut self, policy: OnFailure<'static, E>) -> Self {
        self.scoped = self.scoped.on_failure(policy);
        self
    }

    /// Keeps the first failures only, as [`Scoped::keep_errors`].
    pub fn keep_errors(mut self, keep: usize) -> Self {
        self.scoped = self.scoped.keep_errors(keep);
        self
    }
}

impl<Env: Send + 'static, T, E> Future for ScopedWith<'_, Env, T, E> {
    type Output = (Env, Result<T, ScopeError<E>>);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let ended = ready!(this.scoped.poll(cx));
        // The body was dropped when it ended, and each child before the scope heard of its end: but for
        // one whose poll this is inside of, for which nobody waits.
        let Some(env) = this.env.take().and_then(Owned::take_back) else { ended_inside_a_child() };
        Poll::Ready((env, ended))
    }
}

/// Says that the environment cannot come back.
#[cold]
fn ended_inside_a_child() -> ! {
    panic!("a scope ended inside a poll of its own child, which borrows what the scope owns")
}

impl<Env, T, E> fmt::Debug for ScopedWith<'_, Env, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedWith").field("scoped", &self.scoped).finish_non_exhaustive()
    }
}
