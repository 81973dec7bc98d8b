//! What panics though it is no child: sinks, wakers, and what nobody gets.

use super::{Output, POLICIES, Said, Why, failed, panicked, step};
use crate::verbs::caught;
use ringfence_core::{OnFailure, PanicPolicy, Scope, rt, scope};
use ringfence_test::{
    Controller, CountingWaker, Probe, Stepper, Tally, TestRuntime, panicking_waker, poll_once, run,
};
use std::{
    future::{Future, pending, poll_fn, ready},
    pin::pin,
    task::Poll,
    time::Duration,
};

// trap: T8
// rule: scope-sink-panic
#[test]
fn a_sink_that_panics_fails_the_scope() {
    for policy in POLICIES {
        let (failing, sibling) = (Probe::<Output>::pending(), Probe::<Output>::pending());
        let controls = [failing.controller(), sibling.controller()];
        let whole = scope(|s: Scope<'_, Why>| {
            s.spawn(failing);
            s.spawn(sibling);
            ready(Ok(1))
        });
        let sink = OnFailure::sink(|failure| panic!("no room for {failure}"));
        let mut whole = Stepper::new(whole.panics(policy).on_failure(sink));
        assert_eq!(step(&mut whole), Said::Pending);
        controls[0].complete(Err("e0"));
        assert_eq!(step(&mut whole), panicked("no room for child 0: e0"));
        controls.iter().for_each(Controller::assert_sound);
    }
}

// trap: T8
// rule: scope-panic-drop
#[test]
fn a_value_or_error_that_nobody_gets_is_dropped_before_the_scope_resolves() {
    for bomb in [false, true] {
        let tally = Tally::new();
        let value = if bomb { tally.bomb(1) } else { tally.count(1) };
        let failing = Probe::<Output>::pending();
        let control = failing.controller();
        let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
            s.spawn(failing);
            ready(Ok(value))
        }));
        assert!(matches!(step(&mut whole), Said::Pending));
        control.complete(Err("e0"));
        match step(&mut whole) {
            Said::Failed(failures) if !bomb => assert_eq!(failures, ["child 0: e0"]),
            Said::Panicked(message) if bomb => assert!(message.contains("counted value 0")),
            _ => unreachable!("it has failed"),
        }
        tally.assert_all_dropped_once();
    }
}

// trap: T8
// rule: scope-keep-errors
#[test]
fn an_error_for_which_there_is_no_room_may_panic_when_it_is_dropped() {
    let tally = Tally::new();
    let errors = [tally.count(()), tally.bomb(()), tally.bomb(())];
    let whole = scope(async |s| {
        for error in errors {
            s.spawn(async { Err::<(), _>(error) });
        }
        Ok(())
    });
    let whole = whole.on_failure(OnFailure::Collect).keep_errors(1);
    let message = caught(|| Stepper::new(whole).step().is_ready()).unwrap_err();
    assert_eq!(message, "counted value 1 panics on drop");
    tally.assert_all_dropped_once();
}

// trap: T8
// rule: handle-waker
#[test]
fn a_waker_that_panics_for_a_handle_is_a_panic_of_its_child_and_the_value_is_there() {
    let child = Probe::<Output>::pending();
    let control = child.controller();
    let mut handle = None;
    let whole = scope(|s: Scope<'_, Why>| {
        handle = Some(s.spawn(child));
        ready(Ok(1))
    });
    let mut whole = Stepper::new(whole.panics(PanicPolicy::Collect));
    assert_eq!(step(&mut whole), Said::Pending);
    let mut handle = pin!(handle.unwrap());
    assert!(poll_once(handle.as_mut(), &panicking_waker("a waker panics")).is_pending());
    control.complete(Ok(7));
    assert_eq!(step(&mut whole), failed(&["child 0: panicked: a waker panics"]));
    assert_eq!(poll_once(handle, &CountingWaker::new().waker()), Poll::Ready(7));
    control.assert_sound();
}

// trap: T8
// rule: scope-panic-waker
#[test]
fn a_waker_that_panics_when_the_scope_ends_keeps_nobody_from_being_woken() {
    for ends in [true, false] {
        let failing = Probe::<Output>::pending();
        let control = failing.controller();
        let (mut handle, mut token) = (None, None);
        let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
            handle = Some(s.spawn(failing));
            token = Some(s.token());
            pending::<Output>()
        }));
        assert_eq!(step(&mut whole), Said::Pending);
        let (handle, token) = (handle.unwrap(), token.unwrap());
        let mut waiting = [(); 3].map(|()| Box::pin(token.cancelled()));
        let counter = CountingWaker::new();
        for (place, waiting) in waiting.iter_mut().enumerate() {
            let waker =
                if place == 0 { panicking_waker("a waker panics") } else { counter.waker() };
            assert!(poll_once(waiting.as_mut(), &waker).is_pending());
        }
        if ends {
            control.complete(Err("e0"));
            assert_eq!(step(&mut whole), panicked("a waker panics"));
        } else {
            assert_eq!(caught(|| drop(whole)).unwrap_err(), "a waker panics");
        }
        assert_eq!(counter.wakes(), 2);
        assert!(handle.is_finished());
        control.assert_sound();
    }
}

// trap: T8
// rule: scope-leftovers
#[test]
fn whoever_is_told_of_leftovers_may_panic_and_they_are_dropped_all_the_same() {
    let rt = TestRuntime::new(0);
    let child = Probe::<Output>::pending();
    let control = child.controller();
    let message = caught(|| {
        rt.run(async {
            let whole = scope(async |s: Scope<'_, Why>| -> Output {
                s.spawn(child);
                s.cancel("enough");
                pending().await
            });
            let grace = Duration::from_secs(1);
            let _ = whole.grace(grace).on_leftovers(|label| panic!("{label} is late")).await;
        });
    });
    assert_eq!(message.unwrap_err(), "body is late");
    assert_eq!(rt.clock().elapsed(), Duration::from_secs(1));
    control.assert_sound();
}

// trap: T8
// rule: scope-panic-drop
#[test]
fn a_value_that_is_lost_to_a_deadline_or_with_a_child_is_dropped_before_the_scope_resolves() {
    let gone = TestRuntime::new(0);
    gone.refuse(rt::Why::Shutdown);
    for refused in [false, true] {
        let tally = Tally::new();
        let value = tally.bomb(1);
        let mut ended = Box::pin(
            scope(|s: Scope<'_, Why>| {
                if refused {
                    s.spawn_on(&gone, ready(Ok::<_, Why>(1)));
                } else {
                    s.spawn(pending::<()>());
                }
                ready(Ok(value))
            })
            .timeout(Duration::ZERO),
        );
        let message = run(0, async {
            poll_fn(|cx| match caught(|| ended.as_mut().poll(cx)) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(_)) => Poll::Ready(None),
                Err(message) => Poll::Ready(Some(message)),
            })
            .await
        });
        assert_eq!(message.as_deref(), Some("counted value 0 panics on drop"));
        tally.assert_all_dropped_once();
    }
}
