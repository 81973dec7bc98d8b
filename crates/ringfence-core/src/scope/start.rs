//! Children that say when they have started.

use super::Handle;
use crate::{
    outcome::Reason,
    sync::{Arc, Lock},
};
use core::{
    error::Error,
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// By which a child says that it has started, as [`Scope::start`](crate::Scope::start) hands it
/// out.
pub struct Started<V>(Arc<Lock<Word<V>>>);

/// What a child has said to who has started it.
///
/// # States
///
/// ```text
///  awaited ──1──▶ said ──2──▶ over       1 `send`        2 the starter has the value
///     └──────────3──────────▶ over       3 the child will not say it any more
/// ```
enum Word<V> {
    Awaited(Option<Waker>),
    Said(V),
    Over,
}

impl<V> Started<V> {
    /// Says that the child has started, and hands over `value`. The child goes on.
    ///
    /// Returns the value if nobody awaits it any more: then the child is being cancelled.
    ///
    /// # Errors
    ///
    /// The value.
    pub fn send(self, value: V) -> Result<(), V> {
        let said = self.0.with(|word| match mem::replace(word, Word::Over) {
            Word::Awaited(waker) => {
                *word = Word::Said(value);
                Ok(waker)
            }
            Word::Said(_) | Word::Over => Err(value),
        });
        if let Some(waker) = said? {
            waker.wake();
        }
        Ok(())
    }
}

impl<V> Drop for Started<V> {
    fn drop(&mut self) {
        let waker = self.0.with(|word| match word {
            Word::Awaited(waker) => {
                let waker = waker.take();
                *word = Word::Over;
                waker
            }
            Word::Said(_) | Word::Over => None,
        });
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A child will not say any more that it has started: it has ended, or was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotStarted;

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the child has ended without a word that it had started")
    }
}

impl Error for NotStarted {}

/// Waits until a child has started, as [`Scope::start`](crate::Scope::start) returns it.
///
/// # Panics
///
/// If it is polled again after it has resolved.
///
/// # Cancel safety
///
/// If it is dropped before the child has started, the child is cancelled. After that the child is
/// one like any other.
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Start<V, T> {
    word: Arc<Lock<Word<V>>>,
    /// The child, until it has started.
    child: Option<Handle<T>>,
}

/// A word that is awaited, and the two who share it.
pub(super) fn word<V, T>(spawn: impl FnOnce(Started<V>) -> Handle<T>) -> Start<V, T> {
    let word = Arc::new(Lock::new(Word::Awaited(None)));
    let child = spawn(Started(word.clone()));
    Start { word, child: Some(child) }
}

impl<V, T> Unpin for Start<V, T> {}

impl<V, T> Future for Start<V, T> {
    type Output = Result<V, NotStarted>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(self.child.is_some(), "`start` was polled after it had resolved");
        // Foreign code before the lock, and after it.
        let mut new = Some(cx.waker().clone());
        let (said, old) = self.word.with(|word| match mem::replace(word, Word::Over) {
            Word::Awaited(old) => {
                *word = Word::Awaited(new.take());
                (Poll::Pending, old)
            }
            Word::Said(value) => (Poll::Ready(Ok(value)), None),
            Word::Over => (Poll::Ready(Err(NotStarted)), None),
        });
        drop((new, old));
        if said.is_ready() {
            self.child = None;
        }
        said
    }
}

impl<V, T> Drop for Start<V, T> {
    fn drop(&mut self) {
        let Some(child) = self.child.take() else { return };
        let said = self.word.with(|word| mem::replace(word, Word::Over));
        // Also if it has started: nobody has heard of it.
        child.cancel(Reason::Dropped);
        drop(said);
    }
}

impl<V> fmt::Debug for Started<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").finish_non_exhaustive()
    }
}

impl<V, T> fmt::Debug for Start<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").field("child", &self.child).finish_non_exhaustive()
    }
}
