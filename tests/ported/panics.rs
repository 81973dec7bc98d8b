//! Area PA: panics, as far as the flat verbs go.

use crate::scene::{Log, after, elapsed, run};
use futures::FutureExt as _;
use ringfence_core::{gather, race_ok, settle, try_gather};
use std::{any::Any, panic::AssertUnwindSafe, panic::panic_any};

/// Runs a future that panics, and returns what was thrown.
async fn thrown<T>(future: impl Future<Output = T>) -> Box<dyn Any + Send> {
    AssertUnwindSafe(future).catch_unwind().await.err().expect("it panics")
}

// case: PA-02
// rule: panic-first
#[test]
fn of_two_panics_the_first_is_resumed() {
    run(async {
        let child = |n: u64| async move {
            after(10 * n, ()).await;
            panic_any(n);
        };
        let payload = thrown(gather([child(2), child(1)])).await;
        assert_eq!((payload.downcast_ref(), elapsed()), (Some(&1_u64), 10));
    });
}

// case: PA-03
// rule: settle-panic
#[test]
fn settle_recovers_the_payload_and_all_others_have_run() {
    run(async {
        let children = (0..10).map(|n: u64| async move {
            if n == 3 {
                panic_any(n);
            }
            after(n, n).await
        });
        let mut outcomes = settle(children).await;
        let panicked = outcomes.remove(3).into_result().unwrap_err();
        assert!(panicked.to_string().starts_with("panicked"));
        let others: Vec<_> = outcomes.into_iter().filter_map(|outcome| outcome.ok()).collect();
        assert_eq!(others, [0, 1, 2, 4, 5, 6, 7, 8, 9]);
    });
}

// case: PA-07
// rule: panic-resume
#[test]
fn a_panic_reaches_the_parent_with_its_payload_and_the_others_are_gone_by_then() {
    let log = Log::default();
    run(async {
        let faulty = async {
            after(10, ()).await;
            panic_any("fatal");
        };
        let sleeper = async {
            let _local = log.local("sleeper");
            after(1000, Ok::<(), ()>(())).await
        };
        let payload = thrown(try_gather((sleeper, async {
            faulty.await;
            Ok(())
        })))
        .await;
        log.note("caught");
        assert_eq!(payload.downcast_ref(), Some(&"fatal"));
        assert_eq!((log.take().join(", "), elapsed()), ("drop sleeper, caught".to_owned(), 10));
    });
}

// case: PA-02
// rule: panic-beats-success
#[test]
fn nobody_wins_a_race_for_success_past_a_panic() {
    run(async {
        let faulty = async {
            after(10, ()).await;
            panic_any(7_u8)
        };
        let payload = thrown(race_ok((after(20, Ok::<(), ()>(())), faulty))).await;
        assert_eq!((payload.downcast_ref(), elapsed()), (Some(&7_u8), 10));
    });
}
