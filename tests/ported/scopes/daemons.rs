//! Area BG: children for which a scope does not stay open.

use super::{S, Why, failures};
use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{scope_local, sleep};
use ringfence_test::Probe;
use std::{convert::Infallible, future::pending};

/// Acts every so many milliseconds, and never ends.
async fn every(millis: u64, act: impl Fn()) -> Infallible {
    loop {
        act();
        sleep(ms(millis)).await;
    }
}

// case: BG-01
#[test]
fn the_scope_waits_for_children_only_and_cancels_daemons_then() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(async {
                sleep(ms(100)).await;
                log.note("b");
            });
            s.daemon(async {
                let _local = log.local("a");
                sleep(ms(200)).await;
                log.note("a");
            });
            Ok(2)
        });
        let value = ended.await.unwrap();
        log.note("done");
        assert_eq!((value, elapsed()), (2, 100));
        assert_eq!(log.take(), ["b", "drop a", "done"]);
    });
}

// case: BG-02
#[test]
fn a_daemon_that_loops_for_ever_runs_beside_the_body_and_ends_silently() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.daemon(every(10, || log.note("daemon")));
            for _ in 0..2 {
                sleep(ms(10)).await;
                log.note("body");
            }
            Ok(())
        });
        assert!(ended.await.is_ok());
        let log = log.take();
        assert!(log.iter().filter(|who| *who == "daemon").count() >= 2, "{log:?}");
        assert_eq!(elapsed(), 20);
    });
}

// case: BG-03
#[test]
fn a_daemon_may_end_before_the_others_and_is_cut_after_all_of_them() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            for (name, millis) in [("worker 1", 10), ("worker 2", 30)] {
                let log = log.clone();
                s.spawn(async move { log.note(after(millis, name).await) });
            }
            s.daemon(async {
                let _local = log.local("daemon 1");
                pending::<()>().await;
            });
            s.daemon(async { log.note(after(20, "daemon 2 stops").await) });
            Ok(())
        });
        assert!(ended.await.is_ok());
        assert_eq!(log.take(), ["worker 1", "daemon 2 stops", "worker 2", "drop daemon 1"]);
    });
}

// case: BG-05
// case: BG-08
// kotlinx's `backgroundScope` lets the body go on, and reports at the end. Here a daemon is a child
// in this: what it was to do for the others is not done.
// rule: scope-daemon-fails
#[test]
fn a_daemon_that_fails_cancels_the_others_and_fails_the_scope() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.daemon(after(10, Err::<(), _>("daemon")));
            s.spawn(after(1000, Ok(())));
            sleep(ms(1000)).await;
            Ok(())
        });
        assert_eq!((failures(ended.await), elapsed()), (vec!["child 0: daemon".to_owned()], 10));
    });
}

// case: BG-07
// case: BG-09
#[test]
fn a_busy_daemon_neither_keeps_an_idle_scope_open_nor_hides_that_it_hangs() {
    run(async {
        let busy = || every(1, || ());
        let ended = scope_local(async |s: S<'_>| {
            s.daemon(busy());
            Ok(())
        });
        assert!(ended.await.is_ok());
        assert_eq!(elapsed(), 0);
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.daemon(busy());
            pending().await
        });
        assert!(ended.timeout(ms(50)).await.is_err());
        assert_eq!(elapsed(), 50);
    });
}

// case: BG-10
#[test]
fn daemons_do_not_count_against_the_limit() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let daemons = [(); 3].map(|()| Probe::<()>::pending());
            let controls = daemons.each_ref().map(Probe::controller);
            daemons.into_iter().for_each(|daemon| drop(s.daemon(daemon)));
            let children = [s.spawn(after(10, Ok(1))), s.spawn(after(10, Ok(2)))];
            let mut sum = 0;
            for child in children {
                sum += child.await;
            }
            assert!(controls.iter().all(|control| control.polls() == 1));
            Ok(sum)
        });
        assert_eq!((ended.limit(1).await.unwrap(), elapsed()), (3, 20));
    });
}
