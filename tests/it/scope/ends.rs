//! How scopes end: none and one, limits, daemons, and what is looked at last.

use super::{Output, Said, Why, failed, ms, reason, run, step};
use crate::verbs::caught;
use ringfence_core::{CancelToken, Reason, Scope, cancel, scope, sleep};
use ringfence_test::{Controller, Probe, Stepper, TestRuntime};
use std::{
    future::{pending, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

// trap: T16
// rule: scope-none
#[test]
fn a_scope_without_children_is_its_body_and_ends_in_the_same_poll_without_a_wake() {
    let mut whole = Stepper::new(scope(|_: Scope<'_, Why>| ready(Ok::<u32, _>(1))));
    assert_eq!(step(&mut whole), Said::Value(1));
    assert!(!whole.is_woken(), "the task would be polled in vain");
    let mut whole = Stepper::new(scope(|_| ready(Err::<u32, _>("e"))));
    assert_eq!(step(&mut whole), failed(&["body: e"]));
    let mut daemon = Stepper::new(scope(async |s: Scope<'_, Why>| {
        s.daemon(pending::<()>());
        Ok(1)
    }));
    assert_eq!(step(&mut daemon), Said::Value(1));
    assert!(!daemon.is_woken());
}

// rule: scope-none
#[test]
fn a_scope_that_ends_in_good_order_wakes_its_task_no_more() {
    let (body, child) = (Probe::<Output>::pending(), Probe::<Output>::pending());
    let controls = [body.controller(), child.controller()];
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        s.spawn(child);
        body
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    controls.iter().for_each(|control| assert!(control.complete(Ok(1))));
    assert_eq!(step(&mut whole), Said::Value(1));
    assert!(!whole.is_woken(), "it waits for its own token no longer");
}

// trap: T16
// case: TG-12
// rule: end-poll-again
#[test]
fn a_scope_that_is_polled_again_panics() {
    let mut whole = Stepper::new(scope(|_: Scope<'_, Why>| ready(Ok::<u32, _>(1))));
    assert_eq!(step(&mut whole), Said::Value(1));
    let message = crate::verbs::caught(|| whole.future().poll(&mut noop())).unwrap_err();
    assert_eq!(message, "a scope was polled after it had ended");
}

fn noop() -> std::task::Context<'static> {
    std::task::Context::from_waker(std::task::Waker::noop())
}

// trap: T16
// rule: limit-zero
#[test]
#[should_panic(expected = "a limit of 0")]
fn a_limit_of_no_children_is_refused_at_once() {
    drop(scope(|_: Scope<'_, Why>| ready(Ok::<u32, _>(1))).limit(0));
}

// rule: scope-limit
#[test]
fn with_a_limit_children_begin_as_places_become_free_in_the_order_of_their_spawns() {
    let children = [(); 4].map(|()| Probe::<Output>::pending());
    let controls = children.each_ref().map(Probe::controller);
    let polls = || controls.each_ref().map(Controller::polls);
    let mut handles = Vec::new();
    let whole = scope(|s: Scope<'_, Why>| {
        handles.extend(children.map(|child| s.spawn(child)));
        ready(Ok(1))
    });
    let mut whole = Stepper::new(whole.limit(2));
    assert_eq!(step(&mut whole), Said::Pending);
    assert_eq!(polls(), [1, 1, 0, 0]);
    controls[1].complete(Ok(0));
    assert_eq!(step(&mut whole), Said::Pending);
    assert_eq!(polls(), [1, 2, 1, 0]);
    handles[0].cancel("its place is free then");
    assert_eq!(step(&mut whole), Said::Pending);
    assert_eq!(polls(), [1, 2, 1, 1]);
    controls[2].complete(Ok(0));
    controls[3].complete(Ok(0));
    assert_eq!(step(&mut whole), Said::Value(1));
}

// rule: scope-limit
// rule: scope-not-begun
#[test]
fn who_waits_for_a_place_never_begins_once_the_scope_ends_with_grace_or_without() {
    for grace in [0, 100] {
        run(async {
            let [running, waiting] = [(); 2].map(|()| Probe::<Output>::pending());
            let control = waiting.controller();
            let late = Probe::<Output>::pending();
            let late_control = late.controller();
            let whole = scope(async |s: Scope<'_, Why>| -> Output {
                let running = s.spawn_with(async |s| {
                    s.cancelled().await;
                    drop(running);
                    Ok(())
                });
                let waiting = s.spawn(waiting);
                sleep(ms(10)).await;
                assert_eq!(control.polls(), 0, "there is one place");
                let late = s.spawn(late);
                s.cancel("enough");
                for handle in [waiting, late] {
                    assert_eq!(reason(handle.outcome().await), "cancelled: enough");
                }
                running.await;
                Ok(3)
            });
            let ended = whole.limit(1).grace(ms(grace)).await;
            assert_eq!(ended.ok(), (grace > 0).then_some(3));
            for control in [control, late_control] {
                assert_eq!((control.polls(), control.drops()), (0, 1));
            }
            assert_eq!(TestRuntime::current().clock().elapsed(), ms(10));
        });
    }
}

// rule: scope-daemon-limit
#[test]
fn a_daemon_takes_no_place_of_a_limit() {
    let mut whole = Stepper::new(
        scope(async |s: Scope<'_, Why>| {
            let daemons = [(); 3].map(|()| Probe::<Output>::pending());
            let controls = daemons.each_ref().map(Probe::controller);
            daemons.into_iter().for_each(|daemon| drop(s.daemon(daemon)));
            let value = s.spawn(async { Ok(7) }).await;
            assert_eq!(controls.map(|control| control.polls()), [1, 1, 1]);
            Ok(value)
        })
        .limit(1),
    );
    assert_eq!(step(&mut whole), Said::Value(7));
}

// rule: scope-daemon
#[test]
fn daemons_are_dropped_when_the_others_have_ended_the_last_first() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let daemon = |name: u32| {
        let order = order.clone();
        Probe::<Output>::pending().on_drop(move || order.lock().unwrap().push(name))
    };
    let child = Probe::<Output>::pending();
    let control = child.controller();
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        (0..3).for_each(|name| drop(s.daemon(daemon(name))));
        s.spawn(child);
        ready(Ok(1))
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    assert!(order.lock().unwrap().is_empty());
    control.complete(Ok(0));
    assert_eq!(step(&mut whole), Said::Value(1));
    assert_eq!(*order.lock().unwrap(), [2, 1, 0]);
}

// rule: scope-daemon
#[test]
fn a_daemon_that_is_asked_to_end_may_fail_in_its_grace_and_fails_the_scope() {
    run(async {
        let whole = scope(async |s: Scope<'_, Why>| {
            let token = s.token();
            s.daemon(async move {
                let reason = token.cancelled().await.into_reason();
                assert_eq!(reason, Reason::Closed);
                Err::<(), _>("not flushed")
            });
            Ok(1)
        });
        let said = super::said::<u32>(whole.grace(ms(10)).await.unwrap_err());
        assert_eq!(said, failed(&["child 0: not flushed"]));
    });
}

// rule: scope-grace-deadline
#[test]
fn the_grace_begins_when_the_time_is_up() {
    run(async {
        let whole = scope(async |s: Scope<'_, Why>| -> Output {
            let token = s.token();
            s.spawn(async move {
                let reason = token.cancelled().await.into_reason();
                assert_eq!(reason, Reason::Deadline);
                sleep(ms(50)).await;
            });
            pending().await
        });
        let error = whole.named("all").timeout(ms(100)).grace(ms(80)).await.unwrap_err();
        assert_eq!(TestRuntime::current().clock().elapsed(), ms(180), "the body has not looked");
        assert!(error.to_string().contains("all"), "{error}");
    });
}

// rule: timeout-last-look
#[test]
fn when_the_time_is_up_every_child_that_was_woken_is_polled_before_the_rest_is_cut() {
    run(async {
        let values = Mutex::new(0);
        let whole = scope(async |s: Scope<'_, Why>| {
            for _ in 0..500 {
                s.spawn(async {
                    sleep(ms(100)).await;
                    *values.lock().unwrap() += 1;
                });
            }
            Ok(())
        });
        assert!(whole.timeout(ms(100)).await.is_ok());
        assert_eq!(*values.lock().unwrap(), 500);
    });
}

// rule: scope-timeout
#[test]
fn without_time_body_and_children_are_polled_once() {
    run(async {
        let child = Probe::<Output>::pending();
        let control = child.controller();
        let whole = scope(async |s: Scope<'_, Why>| {
            s.spawn(child);
            let value = s.spawn(async { Ok(7) }).await;
            Ok(value)
        });
        assert!(whole.timeout(Duration::ZERO).await.is_err(), "a child was cut");
        assert_eq!((control.polls(), control.drops()), (1, 1));
        let whole = scope(async |s: Scope<'_, Why>| Ok(s.spawn(async { Ok(7) }).await));
        assert_eq!(whole.timeout(Duration::ZERO).await.unwrap(), 7);
    });
}

// rule: scope-token
// rule: scope-first
#[test]
fn a_scope_is_cancelled_with_the_one_around_it_and_its_children_see_its_own_token() {
    let child = Probe::<Output>::pending();
    let control = child.controller();
    let mut tokens: [Option<CancelToken>; 2] = [None, None];
    let [outer_token, inner_token] = &mut tokens;
    let mut whole = Stepper::new(scope(async |outer: Scope<'_, Why>| -> Output {
        *outer_token = cancel::current();
        let inner = scope(async |s: Scope<'_, Why>| -> Output {
            *inner_token = cancel::current();
            s.spawn(child);
            pending().await
        });
        outer.cancel("outside");
        inner.first().await
    }));
    // The body is polled first, and then the token: nobody in there is polled once more.
    assert_eq!(step(&mut whole), Said::Cancelled("cancelled: outside".to_owned()));
    assert_eq!((control.polls(), control.drops()), (0, 1));
    drop(whole);
    // `first` has no error for a cancellation, and needs none: who awaits it is cancelled as well.
    let reasons = tokens.map(|token| token.unwrap().reason());
    assert_eq!(reasons, [Some(Reason::from("outside")), Some(Reason::from("outside"))]);
}

// rule: scope-first
#[test]
fn a_scope_that_is_cancelled_by_itself_has_no_first_error_and_panics() {
    let alone = scope(async |s: Scope<'_, Why>| -> Output {
        s.cancel("enough");
        pending().await
    });
    let message = caught(|| Stepper::new(alone.first()).step()).unwrap_err();
    assert!(message.starts_with("a scope awaited by `.first()` has no error"), "{message}");
}
