//! What an observer is told, in which order.

use super::{Notes, ms, run};
use ringfence_core::{
    Limiter, PanicPolicy, Scope, observe, remote,
    rt::{Refused, Spawn, Task, Why},
    scope, scope_local, scope_with, sleep,
};
use ringfence_test::{Probe, Stepper, TestRuntime};
use std::{
    convert::Infallible,
    future::{pending, ready},
    task::Poll,
};

/// What scopes here fail with.
type Error = &'static str;

// rule: observe-told
#[test]
fn an_observer_is_told_of_a_child_from_its_spawn_to_its_end_and_of_each_poll_and_wake_between() {
    let notes = Notes::default();
    let done = run(scope(async |s| -> Result<(), Infallible> {
        s.child().named("a").spawn(sleep(ms(5)));
        Ok(())
    })
    .named("whole")
    .observe(notes.clone()));
    assert!(done.is_ok());
    let told = [
        "opened whole",
        "spawned whole/body",
        "poll whole/body",
        "rest whole/body",
        "ended whole/body: completed",
        "spawned whole/a",
        "poll whole/a",
        "rest whole/a",
        "woken whole/a",
        "poll whole/a",
        "rest whole/a",
        "ended whole/a: completed",
        "closed whole",
    ];
    assert_eq!(notes.take(), told);
}

// rule: observe-told
#[test]
fn whoever_is_dropped_before_its_end_was_cancelled_and_the_reason_is_told() {
    let notes = Notes::default();
    let ended = run(scope_local(async |s| {
        s.child().daemon().named("log").spawn(pending::<()>());
        s.child().named("idle").spawn(pending::<()>());
        s.child().named("bad").spawn(async {
            sleep(ms(5)).await;
            Err::<(), _>("bad")
        });
        Ok(())
    })
    .observe(notes.clone()));
    assert!(ended.is_err());
    let told = [
        "ended body: completed",
        "ended bad: failed",
        "cancelled scope: a sibling failed",
        "ended idle: cancelled: a sibling failed",
        "ended log: cancelled: a sibling failed",
        "closed scope",
    ];
    assert_eq!(notes.only(&["ended", "cancelled", "closed"]), told);
}

// rule: observe-told
#[test]
fn a_handle_that_cancels_is_told_and_its_reason_is_the_childs() {
    let notes = Notes::default();
    let done = run(scope(async |s| -> Result<(), Infallible> {
        // Before the scope has taken notice of it, and after.
        s.child().named("early").spawn(pending::<()>()).cancel("too many");
        let late = s.child().named("late").spawn(pending::<()>());
        sleep(ms(1)).await;
        late.cancel("not needed");
        late.cancel("again");
        Ok(())
    })
    .observe(notes.clone()));
    assert!(done.is_ok());
    let told = [
        "spawned early",
        "asked early: too many",
        "ended early: cancelled: too many",
        "asked late: not needed",
        "ended late: cancelled: not needed",
    ];
    assert_eq!(notes.only(&["spawned early", "asked", "ended early", "ended late"]), told);
}

async fn boom() {
    panic!("boom");
}

// rule: observe-told
#[test]
fn panics_are_told_and_so_is_the_failure_that_is_a_handles() {
    for policy in [PanicPolicy::Resume, PanicPolicy::Collect] {
        let notes = Notes::default();
        let whole = scope(async |s| {
            let owned = s.child().named("owned").spawn_owned(ready(Err::<(), _>("mine")));
            s.child().named("boom").spawn(boom());
            assert!(owned.await.is_failure());
            pending::<Result<(), Error>>().await
        });
        let whole = whole.panics(policy).observe(notes.clone());
        let ended = crate::verbs::caught(|| run(whole));
        assert!(!matches!(ended, Ok(Ok(()))));
        let told = notes.only(&["poll boom", "rest boom", "ended", "closed"]);
        assert_eq!(
            told[..4],
            ["ended owned: failed", "poll boom", "rest boom", "ended boom: panicked: boom"]
        );
        assert_eq!(told.last().unwrap(), "closed scope");
    }
}

// rule: observe-told
#[test]
fn a_body_that_panics_or_fails_has_ended_so() {
    let notes = Notes::default();
    let whole = scope(async |_| -> Result<(), Error> { panic!("boom") }).observe(notes.clone());
    assert!(crate::verbs::caught(|| run(whole)).is_err());
    assert_eq!(notes.only(&["ended"]), ["ended body: panicked: boom"]);
    assert!(run(scope(async |_| Err::<(), Error>("no")).observe(notes.clone())).is_err());
    assert_eq!(notes.only(&["ended"]), ["ended body: failed"]);
}

// rule: observe-told
#[test]
fn a_scope_whose_future_is_dropped_was_cancelled_by_that() {
    let notes = Notes::default();
    let whole = scope(async |s| {
        s.child().named("a").spawn(pending::<()>());
        sleep(ms(0)).await;
        s.child().named("b").spawn(pending::<()>());
        pending::<Result<(), Error>>().await
    });
    let mut whole = Stepper::new(whole.observe(notes.clone()));
    assert!(whole.step().is_pending());
    drop(whole);
    let told = [
        "cancelled scope: the parent was dropped",
        "ended body: cancelled: the parent was dropped",
        "ended a: cancelled: the parent was dropped",
        "ended b: cancelled: the parent was dropped",
        "closed scope",
    ];
    assert_eq!(notes.only(&["ended", "cancelled", "closed"]), told);
}

// rule: observe-told
#[test]
fn one_who_waits_for_a_place_is_told_of_and_when_it_gets_one() {
    for limiter in [None, Some(Limiter::new(1))] {
        let notes = Notes::default();
        let whole = scope_local(async |s| -> Result<(), Infallible> {
            for name in ["one", "two"] {
                s.child().named(name).spawn(sleep(ms(5)));
            }
            s.child().daemon().named("log").spawn(pending::<()>());
            Ok(())
        });
        let shared = limiter.is_some();
        let whole = match limiter {
            Some(limiter) => whole.limit(limiter),
            None => whole.limit(1),
        };
        assert!(run(whole.observe(notes.clone())).is_ok());
        let told =
            notes.only(&["queued", "admitted", "poll one", "poll two", "ended one", "ended two"]);
        let told: Vec<_> = told.iter().map(String::as_str).collect();
        let (first, rest) = told.split_at(if shared { 3 } else { 1 });
        // By a limiter that others share, nobody knows before it was asked.
        assert_eq!(first.last(), Some(&if shared { "admitted one" } else { "queued two" }));
        let end = ["poll one", "poll one", "ended one: completed", "admitted two"];
        assert_eq!(rest[..4], end);
        assert_eq!(rest[4..], ["poll two", "poll two", "ended two: completed"]);
    }
}

// rule: observe-told
#[test]
fn one_who_waits_for_a_place_or_has_just_come_is_told_of_too() {
    let notes = Notes::default();
    let mut scope_of = None;
    let whole = scope_local(|s| {
        s.child().named("runs").spawn(pending::<()>());
        s.child().named("waits").spawn(pending::<()>());
        scope_of = Some(s);
        pending::<Result<(), Error>>()
    });
    let mut whole = Stepper::new(whole.limit(1).observe(notes.clone()));
    assert!(whole.step().is_pending());
    let s = scope_of.unwrap();
    s.child().named("comes").spawn(pending::<()>());
    drop(whole);
    let told = [
        "spawned body",
        "poll body",
        "spawned runs",
        "spawned waits",
        "poll runs",
        "spawned comes",
    ];
    assert_eq!(notes.only(&["spawned", "poll"]), told);
    // Whoever comes too late is refused, and nobody hears of it.
    s.child().named("late").spawn(pending::<()>());
    assert!(notes.take().is_empty());
}

// rule: observe-told
#[test]
fn a_scope_that_was_never_polled_tells_nothing() {
    let notes = Notes::default();
    let whole = scope(|s: Scope<'_, Error>| {
        s.spawn(pending::<()>());
        pending::<Result<(), Error>>()
    });
    drop(whole.observe(notes.clone()));
    assert!(notes.take().is_empty());
}

// rule: observe-told
#[test]
fn a_wake_is_told_where_it_happens_and_passed_on_and_one_that_comes_too_late_is_not() {
    let notes = Notes::default();
    let child = Probe::<Result<u32, Error>>::pending();
    let control = child.controller();
    let whole = scope(async |s| Ok::<_, Error>(s.child().named("child").spawn(child).await));
    let mut whole = Stepper::new(whole.observe(notes.clone()));
    assert!(whole.step().is_pending());
    assert_eq!(notes.only(&["woken"]), Vec::<String>::new());
    let waker = control.waker().expect("it waits");
    std::thread::scope(|threads| {
        threads.spawn(|| waker.wake_by_ref());
    });
    assert!(whole.is_woken());
    assert_eq!(notes.only(&["woken"]), ["woken child"]);
    control.complete(Ok(7));
    assert!(whole.step().is_ready());
    notes.take();
    waker.wake();
    assert_eq!(notes.take(), Vec::<String>::new());
}

// rule: observe-told
#[test]
fn what_wakes_itself_while_it_is_polled_is_polled_again() {
    let notes = Notes::default();
    let done = run(scope(async |s| -> Result<(), Infallible> {
        s.child().named("a").spawn(async {
            let mut again = true;
            std::future::poll_fn(|cx| {
                if std::mem::take(&mut again) {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(())
            })
            .await;
        });
        Ok(())
    })
    .observe(notes.clone()));
    assert!(done.is_ok());
    let told = ["poll a", "woken a", "rest a", "poll a", "rest a"];
    assert_eq!(notes.only(&["poll a", "woken", "rest a"]), told);
}

// rule: observe-told
#[test]
fn observers_are_told_in_the_order_in_which_they_were_given_and_may_use_the_scope() {
    struct Meddler(Notes);
    impl observe::Observer for Meddler {
        fn opened(&self, scope: &observe::ObservedScope, at: std::time::Instant) {
            assert_eq!(scope.now(), at);
            self.0.add(format!("first {}", scope.snapshot().children.len()));
        }
    }
    let notes = Notes::default();
    let whole = scope(async |_| Ok::<(), Error>(()));
    let whole = whole.observe(Meddler(notes.clone())).observe(notes.clone());
    assert!(run(whole).is_ok());
    assert_eq!(notes.take()[..2], ["first 0", "opened scope"]);
}

// rule: observe-told
#[test]
fn a_scope_that_owns_what_its_children_borrow_is_observed_too() {
    let notes = Notes::default();
    let runtime = TestRuntime::new(1);
    let (numbers, ended) = runtime.run(async {
        let rt = TestRuntime::current();
        scope_with(&rt, vec![1, 2], async |s, numbers| {
            for number in numbers.iter_mut() {
                s.spawn(async move { *number *= 10 });
            }
            assert!(s.snapshot().is_observed());
            Ok::<(), Error>(())
        })
        .named("with")
        .observe(notes.clone())
        .await
    });
    assert_eq!((numbers, ended.is_ok()), (vec![10, 20], true));
    let ended = notes.only(&["ended"]);
    assert!(ended.contains(&"ended with/child 1: completed".to_owned()), "{ended:?}");
}

// rule: observe-told
#[test]
fn a_child_that_its_runtime_has_lost_was_cancelled_by_that() {
    #[derive(Clone)]
    struct Gone;
    impl Spawn for Gone {
        fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
            Err(Refused { why: Why::Shutdown, refused: task })
        }
    }
    let notes = Notes::default();
    let ended = run(scope(async |s| -> Result<(), Error> {
        s.spawn(remote(&Gone, async { Ok(()) }));
        pending().await
    })
    .observe(notes.clone()));
    assert!(ended.is_err());
    assert_eq!(
        notes.only(&["ended child", "cancelled"]),
        ["ended child 0: cancelled: the runtime is gone", "cancelled scope: the runtime is gone"]
    );
}
