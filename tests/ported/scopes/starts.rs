//! Area ST: children that say when they have started.
//!
//! With trio a child belongs to its starter until it says that it has started. Here it is its
//! scope's from the outset, and the starter holds it by a future that cancels it when dropped.

use super::{S, Why, cancelled, failures};
use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{NotStarted, Started, scope_local, sleep, timeout};
use ringfence_test::Probe;
use std::future::pending;

// case: ST-02
// rule: scope-start
#[test]
fn a_child_may_say_that_it_has_started_and_nothing_more() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let started = s.start(async |ready| {
                sleep(ms(10)).await;
                ready.send(()).expect("it is awaited");
                sleep(ms(20)).await;
            });
            started.await.expect("it has started");
            Ok(elapsed())
        });
        assert_eq!((ended.await.unwrap(), elapsed()), (10, 30));
    });
}

// case: ST-06
#[test]
fn a_child_that_ends_without_a_word_has_not_started_which_is_no_failure() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let silent = s.start(async |ready: Started<u32>| {
                sleep(ms(10)).await;
                drop(ready);
            });
            Ok((silent.await, elapsed()))
        });
        assert_eq!(ended.await.unwrap(), (Err(NotStarted), 10));
    });
}

// case: ST-07
#[test]
fn a_starter_that_is_cut_takes_the_child_along_and_not_the_scope() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let started = s.start(async |ready: Started<()>| {
                let _local = log.local("child");
                sleep(ms(100)).await;
                ready.send(()).expect("not reached");
            });
            assert!(timeout(ms(10), started).await.is_err());
            sleep(ms(1)).await;
            assert_eq!(log.take(), ["drop child"]);
            assert!(!s.is_cancelled());
            Ok(s.spawn(after(10, Ok(1))).await)
        });
        assert_eq!((ended.await.unwrap(), elapsed()), (1, 21));
    });
}

// case: ST-11
#[test]
fn in_a_scope_that_is_closed_or_cancelled_nobody_starts_and_that_is_told_at_once() {
    run(async {
        let mut outside = None;
        let ended = scope_local(async |s: S<'_>| {
            outside = Some(s.clone());
            Ok(())
        });
        assert!(ended.await.is_ok());
        let child = Probe::<()>::ready(());
        let control = child.controller();
        let started = outside.unwrap().start(async |ready: Started<()>| {
            child.await;
            ready.send(()).expect("not reached");
        });
        assert_eq!((started.await, elapsed()), (Err(NotStarted), 0));
        assert_eq!((control.polls(), control.drops()), (0, 1));
    });
}

// case: ST-13
#[test]
fn a_scope_cancelled_around_the_start_of_a_child_takes_its_grandchildren_too() {
    for before in [true, false] {
        let log = Log::default();
        run(async {
            let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
                let (scope, log) = (s.clone(), &log);
                let started = s.start(async move |ready| {
                    let s = scope;
                    let inner = scope_local(async |inner: S<'_>| -> Result<(), Why> {
                        inner.spawn(async {
                            let _local = log.local("grandchild");
                            pending::<()>().await;
                        });
                        sleep(ms(10)).await;
                        if before {
                            s.cancel("before");
                        }
                        ready.send(()).expect("it is awaited");
                        if !before {
                            s.cancel("after");
                        }
                        pending().await
                    });
                    let _ = inner.await;
                });
                let _ = started.await;
                pending().await
            });
            let reason = if before { "cancelled: before" } else { "cancelled: after" };
            assert_eq!((cancelled(ended.await).as_str(), elapsed()), (reason, 10));
            assert_eq!(log.take(), ["drop grandchild"]);
        });
    }
}

// case: ST-19
#[test]
fn a_start_that_goes_wrong_is_told_to_the_starter_or_fails_the_scope() {
    run(async {
        // What went wrong is what the child has to say: its starter decides.
        let ended = scope_local(async |s: S<'_>| {
            let mut started = Vec::new();
            for (name, end) in [("good", Ok(1)), ("bad", Err("init"))] {
                let child = s.start(async move |ready| {
                    ready.send(after(10, end).await).expect("it is awaited");
                    if end.is_ok() {
                        sleep(ms(100)).await;
                    }
                });
                started.push((name, child.await.expect("it speaks"), elapsed()));
            }
            Ok(started)
        });
        // One after the other, as they were started.
        assert_eq!(ended.await.unwrap(), [("good", Ok(1), 10), ("bad", Err("init"), 20)]);
        // An error that it ends with is as that of any child.
        let ended = scope_local(async |s: S<'_>| {
            let started = s.start(async |ready: Started<()>| {
                drop(ready);
                Err::<(), _>("init")
            });
            Ok(started.await)
        });
        assert_eq!(failures(ended.await), ["child 0: init"]);
    });
}
