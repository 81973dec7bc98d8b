//! Those who wait for tokens.

use super::model::Node;
use ringfence_core::{
    Cancelled, Reason,
    cancel::{RunUntilCancelled, WhenCancelled},
};
use ringfence_test::poll_once;
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
};

/// Why the program cancels, and why a waker does.
pub(super) const BY_PROGRAM: &[&str] = &["one", "two"];
pub(super) const BY_HOOK: &str = "hook";
pub(super) const BY_GUARD: &str = "dropped";

/// Somebody who waits for a token.
pub(super) struct Wait {
    pub(super) node: Node,
    pub(super) future: Future,
    /// The waker of the last poll, if there was one.
    pub(super) bell: Option<usize>,
    /// Whether it was told that the token is cancelled.
    pub(super) over: bool,
}

/// What it awaits.
pub(super) enum Future {
    When(WhenCancelled),
    Run(Pin<Box<RunUntilCancelled<Work>>>, Arc<Progress>),
}

impl Wait {
    pub(super) fn new(node: Node, future: Future) -> Self {
        Self { node, future, bell: None, over: false }
    }

    /// Polls it, and compares what it says with the reason that there is for it to end.
    pub(super) fn poll(&mut self, waker: &Waker, reason: Option<&'static str>) {
        match &mut self.future {
            Future::When(future) => {
                check(poll_once(Pin::new(future), waker), reason);
                self.over = reason.is_some();
            }
            Future::Run(..) if self.over => {}
            Future::Run(future, progress) => {
                let told = poll_once(future.as_mut(), waker);
                self.over = told.is_ready();
                assert_eq!(progress.dropped.load(Relaxed), self.over, "dropped with its end");
                match (told, progress.finished.load(Relaxed)) {
                    (Poll::Ready(Ok(())), true) => {}
                    (Poll::Ready(Err(cancelled)), false) => check(Poll::Ready(cancelled), reason),
                    (Poll::Pending, false) => check(Poll::Pending, reason),
                    (told, finished) => panic!("{told:?}, and finished: {finished}"),
                }
            }
        }
    }
}

/// Work that is done when it is said to be, and wakes nobody for it.
pub(super) struct Work(pub(super) Arc<Progress>);

#[derive(Default)]
pub(super) struct Progress {
    pub(super) finished: AtomicBool,
    dropped: AtomicBool,
}

impl std::future::Future for Work {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        assert!(!self.0.dropped.load(Relaxed), "work is polled after its drop");
        if self.0.finished.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let again = self.0.dropped.swap(true, Relaxed);
        assert!(!again, "work is dropped twice");
    }
}

/// What a future says is what the model says.
fn check(told: Poll<Cancelled>, reason: Option<&'static str>) {
    match (&told, reason) {
        (Poll::Pending, None) => {}
        (Poll::Ready(cancelled), Some(reason)) => assert_eq!(word(cancelled.reason()), reason),
        _ => panic!("{told:?}, and the reason is {reason:?}"),
    }
}

pub(super) fn word(reason: &Reason) -> &'static str {
    match reason {
        Reason::Requested(text) => {
            let words = BY_PROGRAM.iter().chain([&BY_HOOK]);
            words.into_iter().find(|word| text == *word).expect("one of ours")
        }
        Reason::Dropped => BY_GUARD,
        other => panic!("nobody has cancelled by {other:?}"),
    }
}
