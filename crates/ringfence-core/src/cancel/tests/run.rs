//! What a token does to a future.

use super::*;
use core::{
    future::{pending, poll_fn},
    pin::pin,
};

/// Counts its drops.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

// case: CL-08
// rule: token-run
#[test]
fn a_value_that_is_ready_wins_over_the_token() {
    let token = CancelToken::new();
    let cancels_itself = async {
        token.cancel("by itself");
        3
    };
    assert_eq!(look(&mut pin!(token.run_until_cancelled(cancels_itself))), Poll::Ready(Ok(3)));
    assert_eq!(look(&mut token.run_until_cancelled(ready(4))), Poll::Ready(Ok(4)));
}

// case: CL-07
#[test]
fn who_cancels_itself_and_waits_ends_at_once() {
    let token = CancelToken::new();
    let cancels_itself = async {
        token.cancel("by itself");
        pending::<()>().await;
    };
    let mut run = pin!(token.run_until_cancelled(cancels_itself));
    assert_eq!(look(&mut run), Poll::Ready(Err(cancelled("by itself"))));
}

// case: CL-15
// rule: token-run-dropped
#[test]
fn what_runs_is_dropped_before_its_cancellation_is_told() {
    let drops = AtomicUsize::new(0);
    let token = CancelToken::new();
    let runs = async {
        let _counted = Counted(&drops);
        pending::<()>().await;
    };
    let mut run = pin!(token.run_until_cancelled(runs));
    let (wakes, waker) = Wakes::new();
    assert!(poll(&mut run, &waker).is_pending());
    token.cancel("now");
    assert_eq!((wakes.count(), drops.load(Relaxed)), (1, 0));
    assert_eq!(poll(&mut run, &waker), Poll::Ready(Err(cancelled("now"))));
    assert_eq!(drops.load(Relaxed), 1);
}

#[test]
fn what_has_ended_is_dropped_and_waits_no_more() {
    let drops = AtomicUsize::new(0);
    let token = CancelToken::new();
    let counted = Counted(&drops);
    let mut runs = true;
    let twice = poll_fn(move |_| {
        let _ = &counted;
        if core::mem::take(&mut runs) { Poll::Pending } else { Poll::Ready(3) }
    });
    let (wakes, waker) = Wakes::new();
    {
        let mut run = token.run_until_cancelled(twice);
        assert!(poll(&mut run, &waker).is_pending());
        assert_eq!(poll(&mut run, &waker), Poll::Ready(Ok(3)));
        assert_eq!(drops.load(Relaxed), 1);
    }
    token.cancel("too late");
    assert_eq!(wakes.count(), 0);
}

#[cfg(feature = "std")]
#[test]
fn what_has_ended_says_so_if_it_is_polled_again() {
    let token = CancelToken::new();
    let mut run = token.run_until_cancelled(ready(3));
    assert_eq!(look(&mut run), Poll::Ready(Ok(3)));
    let panic = crate::outcome::catch(|| look(&mut run)).unwrap_err();
    assert_eq!(panic.message(), Some("`run_until_cancelled` was polled after it had ended"));
}

#[test]
fn the_token_keeps_no_waker_of_a_run_that_has_ended() {
    let done = core::cell::Cell::new(false);
    let token = CancelToken::new();
    let runs = poll_fn(|_| if done.get() { Poll::Ready(()) } else { Poll::Pending });
    let mut run = pin!(token.run_until_cancelled(runs));
    let (wakes, waker) = Wakes::new();
    assert!(poll(&mut run, &waker).is_pending());
    done.set(true);
    assert!(poll(&mut run, &waker).is_ready());
    drop(waker);
    assert_eq!(Arc::strong_count(&wakes), 1);
    token.cancel("too late");
    assert_eq!(wakes.count(), 0);
}
