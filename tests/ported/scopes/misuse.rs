//! Areas PF and MI: scopes that are used otherwise than they should be, and what they leave.

use super::{S, Why, cancelled};
use crate::scene::{Log, elapsed, ms, run};
use futures::{Stream, StreamExt as _};
use ringfence_core::{CancelToken, Reason, ScopeError, scope_local, sleep};
use ringfence_test::{Probe, Stepper, Tally};
use std::{
    cell::RefCell,
    collections::VecDeque,
    future::{Future, pending, poll_fn, ready},
    rc::Rc,
    task::Poll,
};

// case: PF-02
#[test]
fn a_child_that_does_not_heed_its_cancellation_is_told_once() {
    let child = Probe::<()>::pending();
    let control = child.controller();
    run(async {
        let told = Rc::new(RefCell::new(0));
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(child);
            let told = Rc::clone(&told);
            s.spawn_with(async move |s| {
                s.cancelled().await;
                *told.borrow_mut() += 1;
                pending::<()>().await;
            });
            sleep(ms(1)).await;
            s.cancel("enough");
            pending().await
        });
        assert_eq!(cancelled(ended.grace(ms(1000)).await), "cancelled: enough");
        assert_eq!((*told.borrow(), elapsed()), (1, 1001));
    });
    control.assert_sound();
}

// case: PF-03
#[test]
fn a_scope_that_has_ended_keeps_nothing_although_those_in_it_knew_each_other() {
    let tally = Tally::new();
    run(async {
        let mut left = None;
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            for _ in 0..3 {
                let (value, scope) = (tally.count(()), s.clone());
                // A child that holds its scope, which holds the child.
                let handle = s.spawn(async move {
                    let _both = (value, &scope);
                    pending::<Result<(), Why>>().await
                });
                left = Some((handle, s.clone(), s.token()));
            }
            let _of_the_body = (tally.count(()), s.clone());
            s.spawn(async { Err::<(), _>("fails") });
            pending().await
        });
        let ended = ended.timeout(ms(1000)).grace(ms(10)).await;
        // A handle, the scope, its token and its error are all that is left.
        assert_eq!((tally.made(), tally.alive()), (4, 0));
        assert!(ended.is_err() && left.is_some());
    });
}

// case: MI-03
#[test]
fn a_scope_that_is_dropped_unjoined_cancels_all_and_its_handles_say_so() {
    let log = Log::default();
    run(async {
        let mut left = None;
        let whole = scope_local(async |s: S<'_>| -> Result<(), Why> {
            left = Some(s.spawn(async {
                let _local = log.local("child");
                pending::<Result<(), Why>>().await
            }));
            pending().await
        });
        let mut whole = Box::pin(whole);
        assert!(poll_fn(|cx| Poll::Ready(whole.as_mut().poll(cx))).await.is_pending());
        drop(whole);
        assert_eq!(log.take(), ["drop child"]);
        let outcome = left.unwrap().outcome().await;
        assert_eq!(
            outcome.into_result().unwrap_err().to_string(),
            "cancelled: the parent was dropped"
        );
    });
}

// case: MI-04
#[test]
fn a_scope_whose_owner_is_cancelled_waits_for_a_child_in_its_grace_and_the_owner_knows() {
    let log = Log::default();
    run(async {
        let owner = CancelToken::new();
        let outer = scope_local(async |s: S<'_>| -> Result<(), Why> {
            let inner = scope_local(async |s: S<'_>| -> Result<(), Why> {
                s.spawn(async {
                    sleep(ms(50)).await;
                    log.note("ignored it");
                });
                Ok(())
            });
            assert!(inner.grace(ms(100)).await.is_ok());
            log.note(format!("owner cancelled: {}", s.is_cancelled()));
            pending().await
        });
        let interrupts = async {
            sleep(ms(10)).await;
            owner.cancel("interrupted");
        };
        let outer = outer.under(&owner).grace(ms(100));
        let (ended, ()) = ringfence_core::gather((outer, interrupts)).await;
        assert_eq!(cancelled(ended), "cancelled: interrupted");
        assert_eq!(log.take(), ["ignored it", "owner cancelled: true"]);
    });
}

/// A stream with a scope inside, whose children produce what it yields.
fn produced(log: &Log) -> impl Stream<Item = u32> {
    let queue = Rc::new(RefCell::new(VecDeque::new()));
    let (produce, log) = (Rc::clone(&queue), log.clone());
    let mut whole = Box::pin(scope_local(async move |s: S<'_>| {
        s.spawn(async move {
            let _local = log.local("producer");
            for n in 0.. {
                sleep(ms(10)).await;
                produce.borrow_mut().push_back(n);
            }
        });
        Ok(())
    }));
    futures::stream::poll_fn(move |cx| {
        let ended = whole.as_mut().poll(cx);
        match queue.borrow_mut().pop_front() {
            None if ended.is_pending() => Poll::Pending,
            item => Poll::Ready(item),
        }
    })
}

// case: MI-06
// In Python the scope of a generator cancels whoever consumes it. Here a scope is where its future
// is, in the stream, and goes with it.
#[test]
fn a_stream_with_a_scope_inside_that_is_left_midway_takes_its_children_along_and_nobody_else() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let items: Vec<_> = produced(&log).take(3).collect().await;
            assert_eq!(
                (items.as_slice(), log.take()),
                (&[0, 1, 2][..], vec!["drop producer".into()])
            );
            sleep(ms(10)).await;
            Ok(s.is_cancelled())
        });
        assert_eq!((ended.await.unwrap(), elapsed()), (false, 40));
    });
}

// case: MI-07
// In C++ a scope that was used and not joined ends the process. Here dropping is cancelling, also
// of a scope that was never polled.
#[test]
fn a_scope_that_was_never_polled_never_ran_and_takes_nobody_any_more() {
    run(async {
        let mut outside = None;
        let whole = scope_local(|s: S<'_>| {
            // The closure runs when the scope is made; the body is what it returns.
            outside = Some((s.spawn(async { Ok(1) }), s.clone()));
            pending::<Result<(), Why>>()
        });
        drop(whole);
        let (handle, outside) = outside.unwrap();
        assert_eq!(outside.token().reason(), Some(Reason::Dropped));
        assert!(handle.outcome().await.is_cancelled());
        let late = outside.spawn(async { Ok(2) }).outcome().await;
        assert_eq!(
            late.into_result().unwrap_err().to_string(),
            "cancelled: the parent was dropped"
        );
    });
}

// case: MI-08
#[test]
fn an_empty_scope_is_joined_in_place_and_another_where_it_is_awaited() {
    let mut empty = Stepper::new(scope_local(|_: S<'_>| ready(Ok(1))));
    assert!(matches!(empty.step(), Poll::Ready(Ok(1))));
    let child = Probe::<()>::pending();
    let control = child.controller();
    let mut whole = Stepper::new(scope_local(|s: S<'_>| {
        s.spawn(child);
        ready(Ok(1))
    }));
    assert!(whole.step().is_pending());
    control.complete(());
    // Whoever ends the last child wakes the parent, and does none of its work.
    assert!(whole.is_woken() && !control.has_ended());
    let ended: Poll<Result<i32, ScopeError<Why>>> = whole.step();
    assert!(matches!(ended, Poll::Ready(Ok(1))));
}
