//! Who is woken, how often, and what wakers may do meanwhile.

use super::*;
use std::sync::Mutex;

/// What a foreign waker does when it is woken, and when it is dropped.
struct Foreign<W: Fn(), D: Fn()> {
    woken: W,
    dropped: D,
}

impl<W: Fn() + Send + Sync + 'static, D: Fn() + Send + Sync + 'static> Wake for Foreign<W, D> {
    fn wake(self: Arc<Self>) {
        (self.woken)();
    }
}

impl<W: Fn(), D: Fn()> Drop for Foreign<W, D> {
    fn drop(&mut self) {
        (self.dropped)();
    }
}

fn on_wake(woken: impl Fn() + Send + Sync + 'static) -> Waker {
    Arc::new(Foreign { woken, dropped: || {} }).into()
}

fn on_drop(dropped: impl Fn() + Send + Sync + 'static) -> Waker {
    Arc::new(Foreign { woken: || {}, dropped }).into()
}

// rule: token-wait
#[test]
fn every_waiter_is_woken_once() {
    let top = CancelToken::new();
    let child = top.child();
    let waiters: Vec<_> = (0..100)
        .map(|n| {
            let (wakes, waker) = Wakes::new();
            let mut wait = if n % 2 == 0 { top.cancelled() } else { child.cancelled() };
            assert!(poll(&mut wait, &waker).is_pending());
            (wait, wakes)
        })
        .collect();
    top.cancel("now");
    child.cancel("again");
    assert!(waiters.iter().all(|(_, wakes)| wakes.count() == 1));
}

// rule: token-wait-safe
#[test]
fn a_waiter_that_was_dropped_is_not_woken_and_its_waker_is_gone() {
    let token = CancelToken::new();
    let (wakes, waker) = Wakes::new();
    let mut waits: Vec<_> = (0..10).map(|_| token.cancelled()).collect();
    for wait in &mut waits {
        assert!(poll(wait, &waker).is_pending());
    }
    drop(waits.drain(3..7));
    // Those whose seats are taken again are woken, too.
    let mut late = token.cancelled();
    assert!(poll(&mut late, &waker).is_pending());
    token.cancel("now");
    assert_eq!(wakes.count(), 7);
    drop(waker);
    assert_eq!(Arc::strong_count(&wakes), 1);
}

#[test]
fn waiters_that_come_and_go_take_no_more_room_than_one() {
    let token = CancelToken::new();
    let (wakes, waker) = Wakes::new();
    for _ in 0..1_000 {
        assert!(poll(&mut token.cancelled(), &waker).is_pending());
    }
    assert_eq!(token.0.seats(), 1);
    assert_eq!(Arc::strong_count(&wakes), 2);
}

// trap: T22
#[test]
fn only_the_last_waker_is_woken() {
    let token = CancelToken::new();
    let mut wait = token.cancelled();
    let [(first, waker), (last, other)] = [Wakes::new(), Wakes::new()];
    assert!(poll(&mut wait, &waker).is_pending());
    assert!(poll(&mut wait, &other).is_pending());
    drop(waker);
    assert_eq!(Arc::strong_count(&first), 1, "the waker before is dropped at once");
    assert!(poll(&mut wait, &other).is_pending());
    assert_eq!(Arc::strong_count(&last), 3, "the same waker is not cloned again");
    token.cancel("now");
    assert_eq!((first.count(), last.count()), (0, 1));
}

#[test]
fn a_wait_that_has_resolved_keeps_no_waker() {
    let token = CancelToken::new();
    let mut wait = token.cancelled();
    let (wakes, waker) = Wakes::new();
    assert!(poll(&mut wait, &waker).is_pending());
    token.cancel("now");
    assert!(poll(&mut wait, &waker).is_ready());
    drop(waker);
    assert_eq!(Arc::strong_count(&wakes), 1);
}

// case: CL-18
// rule: token-wait-panic
#[cfg(feature = "std")]
#[test]
fn a_waker_that_panics_does_not_keep_the_others_from_being_woken() {
    let top = CancelToken::new();
    let child = top.child();
    let (wakes, waker) = Wakes::new();
    let [first, second] = ["first", "second"]
        .map(|message| on_wake(move || std::panic::panic_any(String::from(message))));
    let mut waits = [(); 6].map(|()| top.cancelled());
    for (wait, waker) in waits.iter_mut().zip([&waker, &first, &waker, &second, &waker, &waker]) {
        assert!(poll(wait, waker).is_pending());
    }
    let mut below = [(); 3].map(|()| child.cancelled());
    for (wait, waker) in below.iter_mut().zip([&waker, &second, &waker]) {
        assert!(poll(wait, waker).is_pending());
    }
    let panic = crate::outcome::catch(|| top.cancel("now")).unwrap_err();
    assert_eq!(panic.message(), Some("first"));
    assert_eq!(wakes.count(), 6);
    assert!(child.is_cancelled());
}

#[cfg(feature = "std")]
#[test]
fn a_waker_that_panics_while_a_guard_unwinds_does_not_end_the_process() {
    let token = CancelToken::new();
    let mut wait = token.cancelled();
    assert!(poll(&mut wait, &on_wake(|| panic!("by the waker"))).is_pending());
    let panic = crate::outcome::catch(move || {
        let _guard = token.drop_guard();
        panic!("by the body");
    });
    assert_eq!(panic.unwrap_err().message(), Some("by the body"));
    assert_eq!(look(&mut wait), Poll::Ready(cancelled(Reason::Dropped)));
}

// trap: T9
#[test]
fn a_waker_may_do_with_tokens_what_it_likes() {
    let top = CancelToken::new();
    let [child, other] = [top.child(), CancelToken::new()];
    let kept = Arc::new(Mutex::new(Some(child.child())));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let waker = on_wake({
        let (top, child, other) = (top.clone(), child.clone(), other.clone());
        let (kept, seen) = (kept.clone(), seen.clone());
        move || {
            let all = [&top, &child].map(CancelToken::is_cancelled);
            seen.lock().unwrap().push((all, top.cancel("again"), child.child().reason()));
            other.cancel(top.reason().unwrap());
            drop(kept.lock().unwrap().take());
            drop(other.child().clone());
            assert!(look(&mut child.cancelled()).is_ready());
        }
    });
    let mut wait = top.cancelled();
    assert!(poll(&mut wait, &waker).is_pending());
    assert!(top.cancel("now"));
    assert_eq!(*seen.lock().unwrap(), [([true; 2], false, Some("now".into()))]);
    assert_eq!(other.reason(), Some("now".into()));
}

// trap: T9
#[test]
fn a_waker_that_is_dropped_may_use_its_token() {
    let token = CancelToken::new();
    let drops = Arc::new(Mutex::new(Vec::new()));
    let waker = |number: usize| {
        let (token, drops) = (token.clone(), drops.clone());
        on_drop(move || {
            let _ = look(&mut token.cancelled());
            drop(token.child());
            drops.lock().unwrap().push(number);
        })
    };
    let mut wait = token.cancelled();
    // Replaced; dropped with the wait; woken.
    assert!(poll(&mut wait, &waker(0)).is_pending());
    assert!(poll(&mut wait, &waker(1)).is_pending());
    assert_eq!(*drops.lock().unwrap(), [0]);
    drop(wait);
    assert_eq!(*drops.lock().unwrap(), [0, 1]);
    let mut wait = token.cancelled();
    assert!(poll(&mut wait, &waker(2)).is_pending());
    token.cancel("now");
    assert_eq!(*drops.lock().unwrap(), [0, 1, 2]);
}

/// All waiters are woken after all tokens are marked, and each sees the whole.
// rule: token-wait
#[test]
fn who_is_woken_finds_the_whole_subtree_cancelled() {
    let top = CancelToken::new();
    let [left, right] = [top.child(), top.child()];
    let below = left.child();
    let found = Arc::new(AtomicUsize::new(0));
    let mut waits = [&top, &left, &right, &below].map(CancelToken::cancelled);
    let waker = on_wake({
        let tokens = [top.clone(), left.clone(), right.clone(), below.clone()];
        let found = found.clone();
        move || {
            let marked = tokens.iter().filter(|token| token.is_cancelled()).count();
            found.fetch_add(marked, Relaxed);
        }
    });
    for wait in &mut waits {
        assert!(poll(wait, &waker).is_pending());
    }
    top.cancel("now");
    assert_eq!(found.load(Relaxed), 16);
}
