extern crate std;

#[cfg(feature = "std")]
mod in_force;
mod lineage;
mod run;
mod wakers;

use super::*;
use crate::outcome::{Cancelled, Reason};
use alloc::{
    format,
    string::{String, ToString},
    sync::Arc,
    task::Wake,
    vec::Vec,
};
use core::{
    future::{Future, ready},
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    task::{Context, Poll, Waker},
};

/// A waker that counts how often it is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wakes {
    fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (wakes.clone(), wakes.into())
    }

    fn count(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

fn look<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll(future, Waker::noop())
}

fn cancelled(reason: impl Into<Reason>) -> Cancelled {
    Cancelled::new(reason.into())
}

#[test]
fn what_is_under_a_token_and_in_a_drain_shows_what_has_become_of_it() {
    let root = shared::Shared::root();
    assert_eq!(format!("{root:?}"), "Shared { cancelled: false, .. }");
    assert_eq!(format!("{:?}", drain::Drain::new()), "Drain { is_empty: true, .. }");
}

#[test]
fn a_new_token_is_not_cancelled_and_has_no_reason() {
    let token = CancelToken::default();
    assert!(!token.is_cancelled());
    assert_eq!(token.reason(), None);
    assert!(look(&mut token.cancelled()).is_pending());
}

// case: CX-25
// rule: token-first-reason
#[test]
fn the_first_reason_stays() {
    let token = CancelToken::new();
    assert!(token.cancel(Reason::Deadline));
    assert!(!token.cancel("by hand"));
    assert!(!token.clone().cancel(Reason::SiblingFailed));
    assert_eq!(token.reason(), Some(Reason::Deadline));
}

#[test]
fn a_reason_is_a_text_or_says_what_it_is() {
    assert_eq!(Reason::from("text"), Reason::Requested("text".into()));
    assert_eq!(Reason::from(String::from("text")), Reason::Requested("text".into()));
    let token = CancelToken::new();
    token.cancel(format!("{} requests", 3));
    assert_eq!(token.reason().unwrap().to_string(), "3 requests");
}

// case: CX-24
// rule: token-tree
#[test]
fn those_below_are_cancelled_for_the_reason_at_the_top() {
    let top = CancelToken::new();
    let child = top.child();
    let grandchild = child.child();
    top.cancel("from the top");
    for token in [&top, &child, &grandchild] {
        assert_eq!(token.reason(), Some("from the top".into()));
    }
}

// case: CX-18
// rule: token-tree
#[test]
fn those_above_and_beside_do_not_notice() {
    let top = CancelToken::new();
    let [one, two] = [top.child(), top.child()];
    let below = one.child();
    one.cancel("only this one");
    assert!(below.is_cancelled());
    assert!(!top.is_cancelled());
    assert!(!two.is_cancelled());
}

// rule: token-first-reason
#[test]
fn a_child_that_was_cancelled_before_keeps_its_own_reason() {
    let top = CancelToken::new();
    let child = top.child();
    let grandchild = child.child();
    child.cancel("its own");
    top.cancel("from the top");
    assert_eq!(child.reason(), Some("its own".into()));
    assert_eq!(grandchild.reason(), Some("its own".into()));
    assert_eq!(top.reason(), Some("from the top".into()));
}

// case: CX-17
// rule: token-late-child
#[test]
fn a_child_of_a_cancelled_token_is_cancelled_from_the_start() {
    let top = CancelToken::new();
    top.cancel("from the top");
    let late = top.child();
    assert_eq!(late.reason(), Some("from the top".into()));
    assert!(!late.cancel("its own"));
    let later = late.child();
    assert_eq!(look(&mut later.cancelled()), Poll::Ready(cancelled("from the top")));
}

// rule: token-wait
#[test]
fn a_wait_resolves_once_the_token_is_cancelled_and_then_always() {
    let token = CancelToken::new();
    let mut wait = token.cancelled();
    let (wakes, waker) = Wakes::new();
    assert!(poll(&mut wait, &waker).is_pending());
    token.cancel("now");
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(&mut wait, &waker), Poll::Ready(cancelled("now")));
    assert_eq!(poll(&mut wait, &waker), Poll::Ready(cancelled("now")));
    assert_eq!(look(&mut token.cancelled()), Poll::Ready(cancelled("now")));
}

#[test]
fn a_wait_keeps_its_token() {
    let top = CancelToken::new();
    let mut wait = top.child().cancelled();
    let (wakes, waker) = Wakes::new();
    assert!(poll(&mut wait, &waker).is_pending());
    top.cancel("from the top");
    assert_eq!(wakes.count(), 1);
    assert_eq!(look(&mut wait), Poll::Ready(cancelled("from the top")));
}

// rule: token-guard
#[test]
fn a_guard_cancels_when_it_is_dropped_unless_it_was_disarmed() {
    let token = CancelToken::new();
    let disarmed = token.clone().drop_guard().disarm();
    assert!(!disarmed.is_cancelled());
    drop(disarmed.drop_guard());
    assert_eq!(token.reason(), Some(Reason::Dropped));
}

#[test]
fn a_guard_does_not_change_the_reason() {
    let token = CancelToken::new();
    let guard = token.clone().drop_guard();
    token.cancel("before");
    drop(guard);
    assert_eq!(token.reason(), Some("before".into()));
}

// rule: token-guard
#[cfg(feature = "std")]
#[test]
fn a_guard_cancels_on_the_way_out_of_a_panic() {
    let token = CancelToken::new();
    let guard = token.clone().drop_guard();
    let panic = crate::outcome::catch(move || {
        let _guard = guard;
        panic!("on the way");
    });
    assert_eq!(panic.unwrap_err().message(), Some("on the way"));
    assert_eq!(token.reason(), Some(Reason::Dropped));
}

// trap: T20
#[test]
fn a_token_and_its_waits_are_sent_shared_and_moved() {
    fn all<T: Send + Sync + Unpin + 'static>(_: &T) {}
    let token = CancelToken::new();
    all(&token);
    all(&token.cancelled());
    all(&token.run_until_cancelled(ready(3)));
    all(&token.drop_guard());
}

#[test]
fn a_token_shows_its_reason() {
    let token = CancelToken::new();
    assert_eq!(format!("{token:?}"), "CancelToken { reason: None, .. }");
    token.cancel(Reason::Closed);
    assert_eq!(format!("{token:?}"), "CancelToken { reason: Some(Closed), .. }");
}

/// Threads that make, drop, await and cancel tokens of one tree leave nothing uncancelled.
#[test]
fn a_tree_may_be_used_from_many_threads() {
    let rounds = if cfg!(miri) { 10 } else { 500 };
    for _ in 0..rounds {
        let top = CancelToken::new();
        let kept = std::thread::scope(|threads| {
            let grow = || {
                let mut kept = Vec::new();
                let mut token = top.child();
                for n in 0..20 {
                    token = token.child();
                    if n % 3 == 0 {
                        kept.push(token.cancelled());
                        let _ = kept.last_mut().map(look);
                    }
                }
                kept
            };
            let growers = [threads.spawn(grow), threads.spawn(grow)];
            top.cancel("all");
            growers.map(|grower| grower.join().unwrap())
        });
        for mut wait in kept.into_iter().flatten() {
            assert_eq!(look(&mut wait), Poll::Ready(cancelled("all")));
        }
    }
}
