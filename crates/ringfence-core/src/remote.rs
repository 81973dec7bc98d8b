//! Children that run on a runtime: `remote`, `blocking`.
//!
//! A remote child is in one place, its [`seat`], which three own: its task, by a
//! [`Runner`](crate::rt::Runner) and through [`child`], polls it; its parent, a [`Remote`], waits for
//! the outcome, or drops it; whoever waits for it to go, once it was dropped inside a poll, has it as
//! [`Leaving`](crate::cancel::drain::Leaving). Whose turn it is says the [`slot`], which is where to
//! begin to read.
//!
//! Small seats share blocks of memory, of the thread on which they come to be. Who has made memory
//! frees it, where it can be had: a task lets go of its child before it wakes the parent, and a parent
//! keeps a task that has ended on another thread until it has the outcome. Two threads that free what
//! is the other's contend in the allocator, for longer than a child takes.

mod blocking;
mod child;
mod launch;
mod lineage;
mod outcome;
mod seat;
mod slot;
mod stage;
mod strict;

pub use blocking::blocking;
pub use outcome::RemoteOutcome;

use crate::{
    cancel::drain::{self, Drain},
    memory::counted::Owner,
    outcome::{Hook, Outcome, Panic, catch, keep_first, swallow},
    rt::Spawn,
    sync::here::here,
};
use alloc::sync::Arc;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use launch::{Launch, OnTask};
use seat::{Parted, Rest, Shared};

/// Runs `future` as a task of the runtime `rt`, in parallel with whoever awaits it.
///
/// What it returns stands for that task, and is a future like any other: in every verb, in a set,
/// in a scope, and by itself. The task is spawned when it is first polled. It resolves once
/// `future` has, and has been dropped.
///
/// Inside of `future`, [`cancel::current`](crate::cancel::current) is a token of its own, on
/// whichever thread that is polled: a child of the token in force where the remote child was first
/// polled. It is cancelled when the remote child is dropped.
///
/// `rt` is cloned: a runtime that is not `Clone` is shared in an `Arc`, and so is the one in force,
/// as [`rt::current`](crate::rt::current) returns it.
///
/// # Panics
///
/// Awaiting it panics with the panic of `future`, as it was, wherever it is awaited.
///
/// It also panics if the runtime refuses the task, or drops it before its end, since then there is
/// no value. A parent that keeps outcomes does not take this for a panic, but for
/// [`Cancelled`](crate::Outcome::Cancelled) by [`RuntimeGone`](crate::Reason::RuntimeGone):
/// `settle`, `JoinSet`, `wait` and scopes do, and so does [`outcome`](Remote::outcome).
///
/// # Cancel safety
///
/// If it is dropped, `future` is cancelled: it is polled no more, and has been dropped when the
/// drop returns, except where it is inside a poll on another thread. Then it is dropped there when
/// that poll ends. No drop blocks, unless it is [`strict`](Remote::strict).
///
/// Whoever drops its children and is awaited waits for such a poll to end: verbs, their timeouts,
/// and scopes.
///
/// # Cost
///
/// One allocation at the most, for `future` and for what it returns, which small children of a thread
/// share; and what the runtime allocates for a task. The latter is kept until the outcome is taken, if
/// another thread has run the task to its end. A remote child in which others are begun has its token,
/// too.
///
/// # Semantics
///
/// As tokio's `spawn` and its `JoinHandle`, but to drop it is to cancel it, it begins when it is
/// polled, and whoever cancels it knows when it has ended.
///
/// # Examples
///
/// `Threads` stands for a runtime; [`Runtime`](crate::rt::Runtime) shows it.
///
/// ```
/// use ringfence_core::{block_on, gather, remote, rt::Spawn};
///
/// async fn both(runtime: impl Spawn + Clone + 'static) -> (u64, u64) {
///     // In parallel: each is polled by a thread of the runtime.
///     gather((
///         remote(&runtime, async { (1..=20).sum() }),
///         remote(&runtime, async { (1..=20).product() }),
///     ))
///     .await
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
/// assert_eq!(block_on(both(Threads)), (210, 2_432_902_008_176_640_000));
/// ```
#[inline]
pub fn remote<R, F>(rt: &R, future: F) -> Remote<F::Output>
where
    R: Spawn + Clone + 'static,
    F: Future<Output: Send> + Send + 'static,
{
    Remote::new(future, OnTask(rt.clone()))
}

/// A future that stands for a task of a runtime, as [`remote`] returns it.
///
/// # Panics
///
/// If it is polled again after it has ended, and as [`remote`] says.
///
/// # Cancel safety
///
/// If it is dropped, so is the child, at once and in place, or when the poll has ended that it is
/// inside of.
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Remote<T: 'static> {
    /// None once it has ended.
    shared: Option<Owner<dyn Shared<T>>>,
    /// Once it has ended, those whom it has left behind.
    left: Drain,
    phase: Phase,
    parting: Parting,
}

/// Whether the child was handed to its runtime.
#[derive(Clone, Copy, Debug)]
enum Phase {
    New,
    Begun,
}

/// What a drop does about a poll in progress.
#[derive(Clone, Copy, Debug)]
enum Parting {
    AtOnce,
    Strict,
}

impl<T: Send> Remote<T> {
    // Inline, so that it is written where it stays: what comes in parts is not moved as a whole at
    // once.
    #[inline]
    fn new<F: Future<Output = T> + Send + 'static>(future: F, launch: impl Launch) -> Self {
        let shared = seat::seat(future, launch);
        Self {
            shared: Some(shared),
            left: Drain::new(),
            phase: Phase::New,
            parting: Parting::AtOnce,
        }
    }
}

impl<T> Remote<T> {
    /// Makes its drop wait for the poll in progress: when it returns, the child has been dropped.
    ///
    /// The thread is parked meanwhile. That is for at most one poll of the child, which is asked
    /// to end by its token; it is for code that cannot await, and must not go on before.
    ///
    /// It does not wait where that would be for ever: if it is dropped from inside that very poll,
    /// or if the thread that is inside of it waits, in the same way, for this one. Then the child
    /// is dropped when the poll ends, as it is without this.
    ///
    /// A deadlock that it cannot know of is one by a lock of yours: do not drop it while holding
    /// what the child may wait for inside a poll. And a child that blocks blocks the drop.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{remote, rt::Spawn};
    /// use std::{future::pending, sync::Arc};
    ///
    /// fn give_up(runtime: &(impl Spawn + Clone + 'static), buffer: Arc<Vec<u8>>) -> Vec<u8> {
    ///     let reader = remote(runtime, {
    ///         let buffer = Arc::clone(&buffer);
    ///         async move { pending::<usize>().await + buffer.len() }
    ///     });
    ///     drop(reader.strict());
    ///     // Nobody else has it any more.
    ///     Arc::into_inner(buffer).unwrap()
    /// }
    /// # use ringfence_core::rt::{Refused, Task};
    /// # #[derive(Clone)]
    /// # struct Threads;
    /// # impl Spawn for Threads {
    /// #     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
    /// #         std::thread::spawn(|| ringfence_core::block_on(task));
    /// #         Ok(())
    /// #     }
    /// # }
    /// assert_eq!(give_up(&Threads, Arc::new(vec![1])), [1]);
    /// ```
    pub fn strict(mut self) -> Self {
        self.parting = Parting::Strict;
        self
    }

    /// Waits until the child has ended, and tells how.
    ///
    /// A panic is [`Panicked`](Outcome::Panicked), and a child that the runtime refuses or drops is
    /// [`Cancelled`](Outcome::Cancelled) by
    /// [`Reason::RuntimeGone`](crate::Reason::RuntimeGone).
    ///
    /// # Cancel safety
    ///
    /// If it is dropped, so is the child, as [`remote`] says.
    pub fn outcome(self) -> RemoteOutcome<T> {
        RemoteOutcome::new(self)
    }

    /// Waits for the outcome. The first poll hands the child to its runtime.
    fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        if let Phase::New = self.phase {
            let waiter = cx.waker().clone();
            self.phase = Phase::Begun;
            drain::begin_remote();
            if let Some(new) = &mut self.shared {
                seat::begin(new, waiter);
            }
            // What has not ended by now wakes whoever waits.
            if self.shared.as_ref().is_some_and(|shared| !shared.has_ended()) {
                return Poll::Pending;
            }
        }
        let Some(shared) = &self.shared else {
            panic!("a remote child was polled after it had ended")
        };
        loop {
            let panic = ready!(self.left.poll(cx));
            match ready!(shared.poll_end(cx)) {
                Ok(outcome) => {
                    // With it may go the waker of the task, whose panic is not how the child has ended.
                    swallow(|| self.shared = None);
                    return Poll::Ready(after(panic, outcome));
                }
                Err(left) => self.left = left,
            }
        }
    }
}

/// The outcome of a child that has left others behind, of whom one may have panicked.
fn after<T>(panic: Option<Panic>, outcome: Outcome<T>) -> Outcome<T> {
    let Some(panic) = panic else { return outcome };
    if let Outcome::Panicked(first) = outcome {
        panic.discard();
        return Outcome::Panicked(first);
    }
    swallow(|| drop(outcome));
    Outcome::of_panic(panic)
}

impl<T> Future for Remote<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match ready!(self.poll_outcome(cx)) {
            Outcome::Completed(value) => Poll::Ready(value),
            Outcome::Panicked(panic) => panic.resume(),
            // The runtime has lost it: there is no other reason for which it ends before its drop.
            Outcome::Cancelled(_) if drain::is_open() => Panic::lost(Hook::Spared),
            Outcome::Cancelled(_) => Panic::lost(Hook::Told),
        }
    }
}

/// Cancels the child, if it has not ended.
impl<T> Drop for Remote<T> {
    #[inline]
    fn drop(&mut self) {
        // Only a look, for most.
        if let Some(shared) = self.shared.take() {
            self.drop_early(shared);
        }
    }
}

impl<T> Remote<T> {
    /// Cancels the child, which has not ended as far as this knows.
    #[cold]
    #[inline(never)]
    fn drop_early(&self, shared: Owner<dyn Shared<T>>) {
        let Parted { rest, panic } = shared.part();
        let mut first = match rest {
            Rest::Dropped => None,
            Rest::Ended(outcome, left) => forgo(outcome, left),
            Rest::Polled(by) => {
                let leaving = Arc::new(shared);
                let gone = match self.parting {
                    Parting::AtOnce => None,
                    Parting::Strict => strict::wait_for(by, leaving.clone()),
                };
                if gone.is_none() && by != here() {
                    drain::leave(leaving);
                }
                gone.and_then(Drain::into_panic).and_then(reported)
            }
        };
        keep_first(&mut first, panic);
        if let Some(panic) = first {
            panic.resume_unless_panicking();
        }
    }
}

/// Drops an outcome that nobody has awaited. Who was left behind is the next drain's.
fn forgo<T>(outcome: Outcome<T>, left: Drain) -> Option<Panic> {
    let mut first = match outcome {
        Outcome::Panicked(panic) => reported(panic),
        outcome => catch(|| drop(outcome)).err(),
    };
    keep_first(&mut first, left.into_panic().and_then(reported));
    first
}

/// The panic of a child that nobody has awaited, if there is somebody to tell it to: a verb or a
/// scope that drops the child. The panic hook was told in any case.
fn reported(panic: Panic) -> Option<Panic> {
    if drain::is_open() {
        return Some(panic);
    }
    panic.discard();
    None
}

impl<T> fmt::Debug for Remote<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("phase", &self.phase).finish_non_exhaustive()
    }
}

#[cfg(all(test, ringfence_loom))]
mod models;
