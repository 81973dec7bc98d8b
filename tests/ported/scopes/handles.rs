//! Area HA: what a handle tells, and when.

use super::{S, Why, cancelled, failures};
use crate::scene::{after, elapsed, ms, run};
use ringfence_core::{Reason, scope_local, sleep};
use std::future::pending;

// case: HA-01
// case: HA-11
#[test]
fn of_a_child_that_runs_a_handle_tells_that_it_runs_and_its_name() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let child = s.child().named("mirror").spawn(after(10, Ok(1)));
            assert!(!child.is_finished());
            let text = format!("{child:?}");
            assert!(text.contains("mirror") && text.contains("is_finished: false"), "{text}");
            sleep(ms(20)).await;
            assert!(child.is_finished());
            assert!(format!("{child:?}").contains("is_finished: true"));
            Ok(child.await)
        });
        assert_eq!(ended.await.unwrap(), 1);
    });
}

// case: HA-02
// Kotlin and anyio give the value any number of times. In Rust it is moved out: once.
#[test]
#[should_panic(expected = "child 0 was awaited after it had given its value")]
fn a_value_is_given_once() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let mut child = s.spawn(async { Ok(6) });
            let first = (&mut child).await;
            Ok(first + child.await)
        });
        let _ = ended.await;
    });
}

// case: HA-03
#[test]
fn a_child_that_failed_has_ended_and_its_owner_is_told_with_what() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let mut child = s.spawn_owned(after(10, Err::<u32, _>("e")));
            sleep(ms(20)).await;
            assert!(child.is_finished());
            let outcome = (&mut child).await;
            assert!(outcome.is_failure());
            Ok(outcome.ok().unwrap())
        });
        assert_eq!(ended.await.unwrap(), Err("e"));
    });
}

// case: HA-04
#[test]
fn to_be_told_of_a_cancelled_child_is_another_thing_than_to_be_cancelled() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let child = s.spawn(pending::<Result<u32, Why>>());
            child.cancel(Reason::from("not needed"));
            assert!(!child.is_finished(), "it is asked, and not gone yet");
            let told = child.outcome().await.into_result().unwrap_err().to_string();
            assert!(!s.is_cancelled());
            Ok(told)
        });
        assert_eq!(ended.await.unwrap(), "cancelled: not needed");

        // And to be cancelled is not to be told.
        let ended = scope_local(async |s: S<'_>| {
            let child = s.spawn(pending::<Result<u32, Why>>());
            s.spawn_with(async |s| s.cancel("all"));
            Ok(child.outcome().await)
        });
        assert_eq!(cancelled(ended.await), "cancelled: all");
    });
}

// case: HA-08
// Kotlin's `Deferred` may be awaited by two. Here a handle is one; who would share the value shares
// it by a channel, or by what the child borrows.
#[test]
fn of_two_who_poll_a_handle_the_last_is_woken() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let mut child = s.spawn(after(20, Ok(7)));
            let early = ringfence_core::timeout(ms(10), &mut child).await;
            assert!(early.is_err());
            Ok(child.await)
        });
        assert_eq!((ended.await.unwrap(), elapsed()), (7, 20));
    });
}

// case: HA-09
#[test]
fn a_child_that_is_cancelled_as_it_fails_has_failed() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            let child = s.spawn(after(10, Err::<(), _>("real")));
            // At the same instant: the child was woken, and is heard.
            sleep(ms(10)).await;
            child.cancel("too late");
            pending().await
        });
        assert_eq!((failures(ended.await), elapsed()), (vec!["child 0: real".to_owned()], 10));
    });
}
