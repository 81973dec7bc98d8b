//! Area RA: hedges and quorums.

use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{hedge, quorum};
use std::future::pending;

/// What `staggered_race` begins the next one after.
const DELAY: std::time::Duration = ms(100);

// case: RA-19
// Python has the errors of the losers beside the winner. Here they are dropped with the losers.
#[test]
fn if_the_first_fails_the_second_begins_at_once() {
    run(async {
        let attempts = (0..2).map(async |n| if n == 0 { Err("boom") } else { Ok(n) });
        assert_eq!(hedge(attempts, DELAY).await, Ok(1));
        assert_eq!(elapsed(), 0);
    });
}

// case: RA-20
#[test]
fn if_the_first_hangs_the_second_begins_after_the_delay_and_the_first_is_cancelled() {
    let log = Log::default();
    run(async {
        let attempts = (0..2).map(|n| {
            let local = log.local(["first", "second"][n]);
            async move {
                let _local = local;
                if n == 0 { pending().await } else { Ok::<_, ()>(n) }
            }
        });
        assert_eq!(hedge(attempts, DELAY).await, Ok(1));
        assert_eq!((log.take(), elapsed()), (vec!["drop second".into(), "drop first".into()], 100));
    });
}

// case: RA-21
#[test]
fn if_all_fail_there_is_no_winner_but_every_error() {
    run(async {
        let attempts = (0..2).map(async |n| Err::<(), _>(n));
        assert_eq!(hedge(attempts, DELAY).await, Err(vec![0, 1]));
        let none = std::iter::empty::<std::future::Ready<Result<u8, u8>>>();
        assert_eq!(hedge(none, DELAY).await, Err(vec![]));
        assert_eq!(elapsed(), 0);
    });
}

// case: RA-22
#[test]
fn if_two_end_in_one_turn_there_is_one_winner_and_the_others_value_is_dropped_with_it() {
    let log = Log::default();
    run(async {
        let attempts = [after(200, Ok::<_, ()>(log.local("a"))), after(100, Ok(log.local("b")))];
        let winner = hedge(attempts, DELAY).await;
        assert_eq!(elapsed(), 200);
        assert_eq!(log.take(), ["drop b"], "it was not taken from its attempt");
        drop(winner);
        assert_eq!(log.take(), ["drop a"]);
    });
}

// case: RA-23
#[test]
fn the_first_so_many_successes_are_enough_and_failures_do_not_count() {
    let log = Log::default();
    run(async {
        let child = |millis, result: Result<u64, &'static str>| {
            let (log, local) = (log.clone(), log.local("child"));
            async move {
                let _local = local;
                after(millis, ()).await;
                log.note(format!("{result:?}"));
                result
            }
        };
        let members = [
            child(50, Ok(5)),
            child(10, Err("a")),
            child(20, Ok(2)),
            child(40, Ok(4)),
            child(99, Ok(9)),
        ];
        assert_eq!(quorum(members, 2).await, Ok(vec![(2, 2), (3, 4)]));
        assert_eq!(elapsed(), 40);
        let noted = log.take();
        assert_eq!(
            noted.iter().filter(|note| *note == "drop child").count(),
            5,
            "before it resolves"
        );
        assert_eq!(noted.iter().filter(|note| note.starts_with("Ok")).count(), 2);
    });
}
