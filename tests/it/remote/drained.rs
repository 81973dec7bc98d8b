//! No verb and no scope resolves while a child of it is inside a poll, on whichever thread.

use super::{Busy, Last, Output, Parent, busy};
use crate::verbs::caught;
use futures::StreamExt as _;
use ringfence_core::{
    CancelToken, Remote, Scope, ScopeError, as_completed, gather, race, race_ok, scope,
    scope_local, settle, timeout, try_gather,
};
use ringfence_test::{Probe, poll_once};
use std::{
    future::{Future, pending, poll_fn, ready},
    pin::{Pin, pin},
    sync::Mutex,
    task::{Poll, Waker},
    time::Duration,
};

/// How often a parent is asked that must still wait. Once would do; more show that it stays so.
const ASKED: usize = 3;

/// Runs what `make` makes of a child that is inside its poll. It must have decided to drop the child
/// by its first poll, and wait for it.
fn decided<F: Future>(last: Last, make: impl FnOnce(Remote<Output>) -> F) -> F::Output {
    let (child, busy) = busy(last);
    let mut parent = Parent::new(make(child));
    for _ in 0..ASKED {
        // A panic is too early, too.
        let waits = caught(|| parent.poll().is_pending());
        assert_eq!(waits, Ok(true), "it resolves while its child is inside a poll");
        assert!(!busy.is_dropped());
    }
    busy.let_out();
    let output = parent.end();
    assert!(busy.is_dropped(), "it resolves before its child has been dropped");
    output
}

/// As `decided`, for a child that comes to nothing.
pub(super) fn waits<F: Future>(make: impl FnOnce(Remote<Output>) -> F) -> F::Output {
    decided(Last::Pends, make)
}

/// A child in a vector.
pub(super) type Boxed = Pin<Box<dyn Future<Output = Output>>>;

pub(super) fn boxed(child: impl Future<Output = Output> + 'static) -> Boxed {
    Box::pin(child)
}

/// A child that panics in its first poll.
pub(super) async fn panics() -> Output {
    panic!("first")
}

// rule: remote-drained
#[test]
fn a_race_waits_for_the_poll_of_a_loser() {
    assert_eq!(waits(|child| race((child, ready(Ok(1))))), Ok(1));
    assert_eq!(waits(|child| race([boxed(child), boxed(ready(Ok(1)))])), Ok(1));
    assert_eq!(waits(|child| race(vec![boxed(child), boxed(ready(Ok(1)))])), Ok(1));
    assert_eq!(waits(|child| race((child, pending(), pending(), pending(), ready(Ok(1))))), Ok(1));
    assert_eq!(waits(|child| race((child, ready(Ok(1)))).limit(2)), Ok(1));
}

// rule: remote-drained
#[test]
fn a_race_for_a_success_waits_for_the_poll_of_a_loser() {
    assert_eq!(waits(|child| race_ok((child, ready(Ok(1))))), Ok(1));
    assert_eq!(waits(|child| race_ok([boxed(child), boxed(ready(Ok(1)))])), Ok(1));
}

// rule: remote-drained
#[test]
fn a_failure_waits_for_the_polls_of_the_others() {
    assert_eq!(waits(|child| try_gather((child, ready(Err::<u32, _>("first"))))), Err("first"));
    let failed = waits(|child| try_gather(vec![boxed(child), boxed(ready(Err("first")))]));
    assert_eq!(failed, Err("first"));
}

// rule: remote-drained
// rule: panic-resume
#[test]
fn a_panic_is_resumed_once_the_others_have_gone() {
    let tuple = caught(|| waits(|child| gather((child, panics()))));
    let long = caught(|| waits(|child| gather((child, pending::<()>(), ready(1), panics()))));
    let list = caught(|| waits(|child| gather(vec![boxed(child), boxed(panics())])));
    let winner = caught(|| waits(|child| race((child, panics()))));
    assert_eq!(tuple.unwrap_err(), "first");
    assert_eq!(long.unwrap_err(), "first");
    assert_eq!(list.unwrap_err(), "first");
    assert_eq!(winner.unwrap_err(), "first");
}

// rule: remote-drained
#[test]
fn a_panic_in_a_later_turn_is_resumed_once_the_others_have_gone() {
    let later = |child| {
        let mut polls = 0;
        let panics = poll_fn(move |_| {
            polls += 1;
            if polls > 1 { panic!("later") } else { Poll::Pending::<()> }
        });
        // Before the child in its place, so that nobody has seen the child in that turn.
        gather((panics, child))
    };
    let (child, busy) = busy(Last::Pends);
    let mut parent = Parent::new(later(child));
    // The first poll is before the panic.
    for _ in 0..=ASKED {
        assert!(parent.poll().is_pending());
    }
    busy.let_out();
    assert_eq!(caught(|| parent.end()).unwrap_err(), "later");
    assert!(busy.is_dropped());
}

// rule: remote-drained
#[test]
fn a_stream_of_outputs_waits_for_the_polls_of_the_others_when_a_child_panics() {
    let next = |child: Remote<Output>| async move {
        as_completed([boxed(child), boxed(panics())]).next().await
    };
    assert_eq!(caught(|| waits(next)).unwrap_err(), "first");
}

// rule: remote-drained
// rule: timeout-dropped-first
#[test]
fn a_timeout_waits_for_the_polls_of_those_it_cuts() {
    let now = Duration::ZERO;
    assert!(waits(|child| gather((child, ready(1))).timeout(now)).is_err());
    assert!(waits(|child| race(vec![child]).timeout(now)).is_err());
    assert!(waits(|child| timeout(now, child)).is_err());
    assert!(waits(|child| timeout(now, gather([child]))).is_err());
    let (cut, one) = waits(|child| settle((child, ready(1))).timeout(now));
    assert!(cut.is_cancelled() && one.is_completed());
    let [cut] = waits(|child| settle([child]).timeout(now));
    assert!(cut.is_cancelled());
}

// rule: remote-drained
// rule: timeout-value-wins
#[test]
fn a_value_that_waits_for_a_loser_is_not_lost_to_a_deadline() {
    let (child, busy) = busy(Last::Pends);
    let clock = ringfence_test::TestRuntime::new(1);
    let racing = race((child, ready(Ok(1)))).timeout(Duration::from_secs(1));
    let mut parent = Parent::new(ringfence_core::rt::with_runtime(clock.clone(), racing));
    assert!(parent.poll().is_pending());
    clock.clock().advance(Duration::from_secs(2));
    assert!(parent.poll().is_pending());
    busy.let_out();
    assert_eq!(parent.end(), Ok(Ok(1)));
}

// rule: remote-drained
#[test]
fn who_is_cut_by_a_token_is_waited_for() {
    let token = CancelToken::new();
    token.cancel("enough");
    assert!(waits(|child| token.run_until_cancelled(child)).is_err());
}

// rule: remote-drained
// rule: panic-drop-of-rest
#[test]
fn the_panic_of_a_destructor_is_resumed_once_the_others_who_are_cut_have_gone() {
    let now = Duration::ZERO;
    let panics = || Probe::<Output>::pending().on_drop(|| panic!("dropped"));
    let cut = |cut: Result<(), String>| assert_eq!(cut.unwrap_err(), "dropped");
    cut(caught(|| drop(waits(|child| gather((child, panics())).timeout(now)))));
    cut(caught(|| drop(waits(|child| gather([boxed(child), boxed(panics())]).timeout(now)))));
    cut(caught(|| drop(waits(|child| timeout(now, gather((child, panics())))))));
    let token = CancelToken::new();
    token.cancel("enough");
    let gathered = |child| token.run_until_cancelled(gather((child, panics())));
    cut(caught(|| drop(waits(gathered))));
}

// rule: remote-drained
// rule: promise-panics
#[test]
fn a_panic_in_the_last_poll_of_a_loser_or_in_its_destructor_is_resumed() {
    let race = |last| caught(|| decided(last, |child| race((child, ready(Ok(1))))));
    assert_eq!(race(Last::Returns), Ok(Ok(1)));
    assert_eq!(race(Last::Panics).unwrap_err(), "in its last poll");
    assert!(race(Last::PanicsWhenDropped).is_err());
    // The first of several goes on.
    let panics = |last| caught(|| decided(last, |child| gather((child, panics()))));
    assert_eq!(panics(Last::Panics).unwrap_err(), "first");
}

// rule: remote-drained
#[test]
fn a_verb_that_drops_a_verb_waits_for_the_children_of_that() {
    assert_eq!(waits(|child| race((gather([child]), ready([Ok(1)])))), [Ok(1)]);
    // The inner one waits already when it is dropped.
    let nested = |child: Remote<Output>| {
        let inner = async { race((child, ready(Ok(1)))).await };
        race((inner, ready(Ok(2))))
    };
    assert_eq!(waits(nested), Ok(2));
    // It was dropped with a timeout that waits.
    let timed = |child: Remote<Output>| {
        let inner = async { timeout(Duration::ZERO, child).await.unwrap_or(Ok(1)) };
        race((inner, ready(Ok(2))))
    };
    assert_eq!(waits(timed), Ok(2));
}

// rule: remote-drained
#[test]
fn a_scope_that_fails_waits_for_the_polls_of_its_children() {
    let body = |child: Remote<Output>| {
        scope(async |s| -> Output {
            s.spawn(child);
            // Let in, and then polled.
            yields().await;
            yields().await;
            Err("body")
        })
    };
    assert!(matches!(waits(body), Err(ScopeError::Failed(group)) if group.len() == 1));
}

/// Yields once.
async fn yields() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

// rule: remote-drained
#[test]
fn a_scope_that_is_cut_waits_for_the_polls_of_its_children() {
    let now = Duration::ZERO;
    let endless = |child: Remote<Output>| {
        scope(async |s: Scope<'_, &'static str>| -> Output {
            s.spawn(child);
            pending().await
        })
    };
    assert!(matches!(waits(|child| endless(child).timeout(now)), Err(ScopeError::Elapsed(_))));
    assert!(waits(|child| timeout(now, endless(child))).is_err());
    assert_eq!(waits(|child| race((async { drop(endless(child).await) }, ready(())))), ());
    let failing = |child: Remote<Output>| {
        scope_local(async |s| -> Output {
            s.spawn(child);
            s.spawn(async { Err::<u32, _>("sibling") });
            pending().await
        })
    };
    assert!(matches!(waits(failing), Err(ScopeError::Failed(_))));
}

// rule: remote-drained
#[test]
fn a_scope_waits_for_a_child_that_its_handle_has_cancelled() {
    let body = |child: Remote<Output>| {
        scope(async |s: Scope<'_, &'static str>| -> Output {
            let handle = s.spawn(child);
            yields().await;
            handle.cancel("not needed");
            assert!(handle.outcome().await.is_cancelled());
            Ok(1)
        })
    };
    assert_eq!(waits(body).unwrap(), 1);
}

// rule: remote-drained-scope
#[test]
fn a_scope_waits_for_what_is_dropped_anywhere_in_it() {
    let body = |mut child: Remote<Output>| {
        scope(async move |s: Scope<'_, &'static str>| -> Output {
            s.spawn(async move {
                // The child is begun, and given up by hand.
                let begun = poll_fn(|cx| {
                    assert!(Pin::new(&mut child).poll(cx).is_pending());
                    Poll::Ready(())
                });
                begun.await;
                drop(child);
            });
            Ok(1)
        })
    };
    assert_eq!(waits(body).unwrap(), 1);
}

// rule: remote-drained
#[test]
fn a_scope_resumes_the_panic_of_the_last_poll_of_a_child_that_it_has_cut() {
    let cut = |last| {
        caught(|| {
            decided(last, |child: Remote<Output>| {
                scope(async |s| -> Output {
                    s.spawn(child);
                    s.spawn(async { Err::<u32, _>("sibling") });
                    pending().await
                })
            })
        })
    };
    assert_eq!(cut(Last::Panics).unwrap_err(), "in its last poll");
    assert!(cut(Last::PanicsWhenDropped).is_err());
    assert!(matches!(cut(Last::Returns), Ok(Err(ScopeError::Failed(_)))));
}

// rule: promise-drop
#[test]
fn who_drops_a_child_by_hand_does_not_wait_and_the_child_goes_when_its_poll_ends() {
    let (mut child, busy) = busy(Last::Pends);
    let mut parent = Parent::new(poll_fn(|cx| Pin::new(&mut child).poll(cx)));
    assert!(parent.poll().is_pending());
    drop(parent);
    drop(child);
    assert!(!busy.is_dropped());
    dropped_in_the_end(busy);
}

/// Lets a child out, and waits until it has been dropped, for which nobody is told.
fn dropped_in_the_end(busy: Busy) {
    busy.let_out();
    while !busy.is_dropped() {
        std::thread::yield_now();
    }
}

// rule: handle-owned-drop
#[test]
fn a_failure_whose_handle_goes_while_its_scope_waits_is_the_scopes() {
    let (child, busy) = busy(Last::Pends);
    let out = Mutex::new(None);
    let mut whole = Parent::new(scope(async |s: Scope<'_, &'static str>| -> Output {
        *out.lock().unwrap() = Some(s.spawn_owned(async { Err::<(), _>("unseen") }));
        // Dropped inside its poll.
        assert!(poll_once(pin!(child), Waker::noop()).is_pending());
        Ok(1)
    }));
    assert!(whole.poll().is_pending());
    let owned = out.lock().unwrap().take().unwrap();
    assert!(owned.is_finished());
    drop(owned);
    busy.let_out();
    assert!(matches!(whole.end(), Err(ScopeError::Failed(_))));
}
