//! Handles: what they tell, when, and for how long.

use super::{Output, Said, Why, failed, panicked, reason, step};
use crate::verbs::caught;
use ringfence_core::{Handle, OnFailure, Outcome, Reason, Scope, race, scope};
use ringfence_test::{CountingWaker, Probe, Stepper, Tally, poll_once};
use std::{
    future::{pending, ready},
    pin::{Pin, pin},
    task::Poll,
};

// trap: T18
// rule: handle-safe
#[test]
fn a_wait_that_is_given_up_loses_no_value_and_keeps_no_waker() {
    let child = Probe::<Output>::pending();
    let control = child.controller();
    let mut handle = None;
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        handle = Some(s.spawn(child));
        pending::<Output>()
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    let mut handle = handle.unwrap();
    let wakers = [(); 2].map(|()| CountingWaker::new());
    for waker in &wakers {
        let wait = pin!(async { (&mut handle).await });
        assert!(poll_once(wait, &waker.waker()).is_pending());
    }
    // Only who asked last is woken.
    control.complete(Ok(7));
    assert_eq!(step(&mut whole), Said::Pending);
    assert_eq!(wakers.each_ref().map(CountingWaker::wakes), [0, 1]);
    assert_eq!(wakers.each_ref().map(CountingWaker::held), [0, 0]);
    assert_eq!(poll_once(Pin::new(&mut handle), &wakers[0].waker()), Poll::Ready(7));
}

// trap: T18
// rule: handle-drop
#[test]
fn a_handle_that_is_dropped_while_it_waits_keeps_no_waker_and_the_child_goes_on() {
    let child = Probe::<Output>::pending();
    let control = child.controller();
    let mut handle = None;
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        handle = Some(s.spawn(child));
        ready(Ok(1))
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    let waker = CountingWaker::new();
    let mut outcome = handle.unwrap().outcome();
    assert!(poll_once(Pin::new(&mut outcome), &waker.waker()).is_pending());
    drop(outcome);
    assert_eq!(waker.held(), 0);
    assert!(!control.is_dropped());
    control.complete(Ok(7));
    assert_eq!(step(&mut whole), Said::Value(1));
    assert_eq!(waker.wakes(), 0);
}

// rule: handle-value-dropped
#[test]
fn a_value_that_nobody_will_take_is_dropped_when_its_child_ends_or_with_the_handle() {
    let tally = Tally::new();
    let children = [(); 3].map(|()| Probe::<Result<_, Why>>::pending());
    let controls = children.each_ref().map(Probe::controller);
    let mut handles = Vec::new();
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        handles.extend(children.map(|child| s.spawn(child)));
        pending::<Output>()
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    let [dropped_before, dropped_after, dropped_last] =
        <[Handle<_>; 3]>::try_from(handles).unwrap();
    drop(dropped_before);
    for control in &controls {
        control.complete(Ok(tally.count(())));
    }
    assert_eq!(step(&mut whole), Said::Pending);
    assert_eq!(tally.drop_order(), [0]);
    drop(dropped_after);
    assert_eq!(tally.drop_order(), [0, 1]);
    drop(whole);
    assert_eq!(tally.drop_order(), [0, 1], "a handle may outlive the scope, with the value");
    drop(dropped_last);
    tally.assert_all_dropped_once();
}

// rule: handle-outlives
#[test]
fn a_handle_may_leave_the_scope_and_be_awaited_after_its_end() {
    let mut handle = None;
    let ended = ringfence::block_on(scope(async |s: Scope<'_, Why>| {
        handle = Some(s.spawn(async { Ok(7) }));
        Ok(1)
    }));
    assert_eq!((ended.unwrap(), ringfence::block_on(handle.unwrap())), (1, 7));
}

// rule: children-dropped-at-end
#[test]
fn a_child_is_dropped_before_its_value_can_be_had() {
    let child = Probe::<Output>::ready(Ok(7));
    let control = child.controller();
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| {
        let value = s.spawn(child).await;
        assert!(control.is_dropped());
        Ok(value)
    }));
    assert_eq!(step(&mut whole), Said::Value(7));
}

// rule: handle-failed
#[test]
fn who_awaits_a_child_that_failed_ends_with_the_scope_and_is_told_nothing() {
    let (failing, reached) = (Probe::<Output>::pending(), Probe::<()>::ready(()));
    let (control, unreached) = (failing.controller(), reached.controller());
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
        let child = s.spawn(failing);
        let value = child.await;
        reached.await;
        Ok(value)
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    control.complete(Err("e0"));
    assert_eq!(step(&mut whole), failed(&["child 0: e0"]));
    assert_eq!(unreached.polls(), 0);
}

// rule: handle-failed
#[test]
fn who_awaits_from_outside_a_child_that_failed_panics_when_the_scope_has_ended() {
    let failing = Probe::<Output>::pending();
    let control = failing.controller();
    let mut handle = None;
    let whole = scope(|s: Scope<'_, Why>| {
        handle = Some(s.spawn(failing));
        s.spawn(Probe::<Output>::yields(1, Ok(1)));
        pending::<Output>()
    });
    let mut whole =
        Stepper::new(async { (whole.grace(super::ms(10)).await, pending::<()>().await).0 });
    control.complete(Err("e0"));
    assert_eq!(step(&mut whole), Said::Pending, "the body has its grace");
    let waker = CountingWaker::new();
    let mut handle = handle.unwrap();
    for _ in 0..3 {
        assert!(poll_once(Pin::new(&mut handle), &waker.waker()).is_pending());
    }
    assert_eq!(waker.held(), 1);
    drop(whole);
    assert_eq!(waker.wakes(), 1);
    let message = caught(|| poll_once(Pin::new(&mut handle), &waker.waker())).unwrap_err();
    assert_eq!(message, "child 0 has failed, and has no value");
    assert_eq!(reason(ringfence::block_on(handle.outcome())), "cancelled: a sibling failed");
}

// trap: T18
// rule: handle-drop
#[test]
fn a_handle_of_a_child_that_failed_keeps_its_last_waker_only_and_none_when_it_is_dropped() {
    let mut handles = Vec::new();
    let whole = scope(|s: Scope<'_, Why>| {
        handles.extend(["e0", "e1"].map(|why| s.spawn(async move { Err::<u32, _>(why) })));
        pending::<Output>()
    });
    let mut whole =
        Stepper::new(async { (whole.grace(super::ms(10)).await, pending::<()>().await).0 });
    assert_eq!(step(&mut whole), Said::Pending);
    let wakers = [(); 3].map(|()| CountingWaker::new());
    for (handle, waker) in [(0, 0), (1, 1), (0, 2), (1, 2)] {
        assert!(poll_once(Pin::new(&mut handles[handle]), &wakers[waker].waker()).is_pending());
    }
    assert_eq!(wakers.each_ref().map(CountingWaker::held), [0, 0, 2]);
    drop(handles.pop());
    assert_eq!(wakers[2].held(), 1);
    drop(whole);
    assert_eq!(wakers.each_ref().map(CountingWaker::wakes), [0, 0, 1]);
}

// rule: handle-failed
#[test]
fn awaiting_a_child_that_failed_panics_where_the_scope_goes_on_without_it() {
    let whole = scope(async |s: Scope<'_, Why>| -> Output {
        Ok(s.spawn(async { Err::<u32, _>("e0") }).await)
    });
    let mut whole = Stepper::new(whole.on_failure(OnFailure::Collect));
    assert_eq!(step(&mut whole), panicked("child 0 has failed, and has no value"));
}

// rule: handle-failed
#[test]
fn who_awaits_a_child_whose_panic_ends_the_scope_after_all_has_its_grace() {
    for policy in [OnFailure::Collect, OnFailure::sink(drop)] {
        let cleans_up = Probe::<()>::pending();
        let control = cleans_up.controller();
        let whole = scope(async |s: Scope<'_, Why>| -> Output {
            let child = s.spawn(async { if true { panic!("child") } else { Ok(1) } });
            let cleaned = async {
                s.cancelled().await;
                cleans_up.await;
                Ok(7)
            };
            race((async { Ok(child.await) }, cleaned)).await
        });
        let whole = whole.on_failure(policy).grace(super::ms(10));
        let mut whole = Stepper::new(async { (whole.await, pending::<()>().await).0 });
        assert_eq!(step(&mut whole), Said::Pending, "the body has its grace");
        assert_eq!((control.polls(), control.is_dropped()), (1, false));
    }
}

// rule: handle-cancel
#[test]
fn a_cancelled_child_is_dropped_in_place_and_its_handle_says_why_with_the_first_reason() {
    let (child, sibling) = (Probe::<Output>::pending(), Probe::<Output>::pending());
    let controls = [child.controller(), sibling.controller()];
    let mut handle = None;
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        handle = Some(s.child().named("a").spawn(child));
        s.spawn(sibling);
        ready(Ok(1))
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    let handle = handle.unwrap();
    handle.cancel("first");
    handle.cancel(Reason::Deadline);
    assert!(whole.is_woken() && !handle.is_finished() && !controls[0].is_dropped());
    assert_eq!(step(&mut whole), Said::Pending);
    assert_eq!((controls[0].drops(), controls[0].polls(), controls[1].drops()), (1, 1, 0));
    let mut outcome = handle.outcome();
    let told = poll_once(Pin::new(&mut outcome), &CountingWaker::new().waker());
    let Poll::Ready(Outcome::Cancelled(cancelled)) = told else { panic!("it is cancelled") };
    assert_eq!(*cancelled.reason(), Reason::from("first"));
    controls[1].complete(Ok(1));
    assert_eq!(step(&mut whole), Said::Value(1), "that is no failure");
}

// rule: handle-cancel
#[test]
fn a_child_that_is_cancelled_before_its_first_poll_is_never_polled() {
    let child = Probe::<Output>::ready(Ok(7));
    let control = child.controller();
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| {
        let handle = s.spawn(child);
        handle.cancel("at once");
        assert_eq!(reason(handle.outcome().await), "cancelled: at once");
        Ok(1)
    }));
    assert_eq!(step(&mut whole), Said::Value(1));
    assert_eq!((control.polls(), control.drops()), (0, 1));
}

// rule: handle-cancel
#[test]
fn cancelling_a_child_that_has_ended_changes_nothing() {
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| {
        let mut handle = s.spawn(async { Ok(7) });
        Probe::yields(3, ()).await;
        assert!(handle.is_finished());
        handle.cancel("late");
        Probe::yields(3, ()).await;
        Ok((&mut handle).await)
    }));
    assert_eq!(whole.run_until_stalled().map(Result::ok), Poll::Ready(Some(7)));
}

// rule: handle-again
#[test]
fn a_handle_that_is_awaited_again_after_its_value_or_a_cancellation_panics_and_names_the_child() {
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
        let mut handle = s.child().named("a").spawn(async { Ok(7) });
        Ok((&mut handle).await + handle.await)
    }));
    let again = "child 0 (a) was awaited after it had given its value";
    assert_eq!(step(&mut whole), panicked(again));
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
        let handle = s.spawn(pending::<Output>());
        handle.cancel("enough");
        Ok(handle.await)
    }));
    assert_eq!(step(&mut whole), panicked("child 0 was cancelled: enough, and has no value"));
}
