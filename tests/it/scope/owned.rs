//! Children whose failure is their handle's, and children that say when they have started.

use super::{Failed, ms, run};
use ringfence::{NotStarted, Outcome, PanicPolicy, Reason, scope, sleep};
use ringfence_test::Probe;
use std::future::pending;

// rule: handle-owned
#[test]
fn an_owned_failure_is_its_handles() {
    run(async {
        let value = scope(async |s| {
            let attempt = s.spawn_owned(async { Err::<u8, _>(Failed("refused")) });
            let sibling = s.spawn(async {
                sleep(ms(10)).await;
                Ok(7)
            });
            assert!(matches!(attempt.await, Outcome::Completed(Err(Failed("refused")))));
            Ok(sibling.await)
        });
        assert_eq!(value.await.unwrap(), 7);
    });
}

#[test]
fn an_owned_panic_is_its_handles() {
    run(async {
        let value = scope(async |s| -> Result<_, Failed> {
            let attempt = s.spawn_owned(Probe::<Result<(), Failed>>::pending().panics_on_poll(1));
            Ok(attempt.await.is_panicked())
        });
        assert!(value.await.unwrap());
    });
}

// rule: handle-owned-drop
#[test]
fn an_owned_failure_that_nobody_looks_at_is_the_scopes() {
    run(async {
        // There when the handle is dropped, or still to come, or dropped with the body.
        for (before, after) in [(0, 20), (20, 0), (0, 0)] {
            let failed = scope(async |s| -> Result<(), Failed> {
                let attempt = s.spawn_owned(async move {
                    sleep(ms(before)).await;
                    Err::<(), _>(Failed("unseen"))
                });
                sleep(ms(after)).await;
                drop(attempt);
                Ok(())
            });
            let group = failed.await.unwrap_err().into_group().unwrap();
            assert_eq!(group.errors().collect::<Vec<_>>(), [&Failed("unseen")]);
        }
    });
}

// rule: handle-owned-drop
#[test]
fn an_owned_failure_whose_handle_is_in_a_value_that_nobody_gets_is_the_scopes() {
    run(async {
        let late = scope(async |s| -> Result<_, Failed> {
            let attempt = s.spawn_owned(async { Err::<u8, _>(Failed("unseen")) });
            s.spawn(pending::<()>());
            Ok(attempt)
        });
        let group = late.timeout(ms(10)).await.unwrap_err().into_group().unwrap();
        assert_eq!(group.errors().collect::<Vec<_>>(), [&Failed("unseen")]);
        let panicked = scope(async |s| -> Result<_, Failed> {
            let attempt = s.spawn_owned(Probe::<Result<(), Failed>>::pending().panics_on_poll(1));
            s.spawn(async { Err::<(), _>(Failed("seen")) });
            Ok(attempt)
        });
        let ended = panicked.panics(PanicPolicy::Collect).await;
        assert_eq!(ended.unwrap_err().into_group().unwrap().len(), 2);
    });
}

#[test]
fn an_owned_child_that_was_cancelled_says_so() {
    run(async {
        let value = scope(async |s| -> Result<_, Failed> {
            let attempt = s.spawn_owned(pending::<Result<(), Failed>>());
            attempt.cancel("too slow");
            Ok(attempt.await)
        });
        let Outcome::Cancelled(cancelled) = value.await.unwrap() else {
            panic!("it was cancelled")
        };
        assert_eq!(cancelled.reason(), &Reason::from("too slow"));
    });
}

// rule: handle-cancel
#[test]
fn an_owned_child_that_was_cancelled_is_no_loss_once_its_handle_goes() {
    run(async {
        let value = scope(async |s| -> Result<_, Failed> {
            let attempt = s.spawn_owned(pending::<Result<(), Failed>>());
            attempt.cancel("too slow");
            sleep(ms(10)).await;
            assert!(attempt.is_finished());
            drop(attempt);
            Ok(7)
        });
        assert_eq!(value.await.unwrap(), 7);
    });
}

// rule: scope-start
#[test]
fn who_starts_a_child_waits_until_it_is_ready_and_no_longer() {
    run(async {
        let rest = Probe::<()>::pending();
        let control = rest.controller();
        let ended = scope(async |s| -> Result<_, Failed> {
            let started = s.start(async |ready| {
                sleep(ms(10)).await;
                assert!(ready.send(8080).is_ok());
                rest.await;
            });
            let port = started.await;
            assert!(!control.has_ended());
            control.complete(());
            Ok(port)
        });
        assert_eq!(ended.await.unwrap(), Ok(8080));
        assert!(control.has_ended());
    });
}

#[test]
fn a_child_that_ends_without_a_word_has_not_started() {
    run(async {
        let ended = scope(async |s| -> Result<_, Failed> {
            let silent = s.start(async |ready| drop::<ringfence::Started<()>>(ready)).await;
            Ok(silent)
        });
        assert_eq!(ended.await.unwrap(), Err(NotStarted));
    });
}

// rule: scope-start
#[test]
fn a_child_is_cancelled_if_nobody_waits_for_its_start() {
    run(async {
        let child = Probe::<()>::pending();
        let control = child.controller();
        let ended = scope(async |s| -> Result<(), Failed> {
            let started = s.start(async |ready: ringfence::Started<()>| {
                child.await;
                let _ = ready.send(());
            });
            assert!(ringfence::timeout(ms(10), started).await.is_err());
            sleep(ms(10)).await;
            assert!(control.is_dropped());
            Ok(())
        });
        assert!(ended.await.is_ok());
    });
}

// rule: handle-owned
#[test]
fn a_handle_that_owns_a_failure_tells_the_name_of_its_child() {
    run(async {
        let ended = scope(async |s| -> Result<_, Failed> {
            let named = s.child().named("fetch").spawn_owned(async { Ok::<_, Failed>(1) });
            let nameless = s.spawn_owned(async { Ok::<_, Failed>(1) });
            Ok((named.name() == Some("fetch"), nameless.name().is_none()))
        });
        assert_eq!(ended.await.unwrap(), (true, true));
    });
}

// rule: handle-owned
#[test]
fn a_handle_that_owns_a_failure_says_whether_its_child_has_ended() {
    run(async {
        let ended = scope(async |s| -> Result<_, Failed> {
            let child = s.spawn_owned(async {
                sleep(ms(10)).await;
                Ok::<_, Failed>(1)
            });
            sleep(ms(5)).await;
            let before = child.is_finished();
            sleep(ms(10)).await;
            Ok((before, child.is_finished()))
        });
        assert_eq!(ended.await.unwrap(), (false, true));
    });
}
