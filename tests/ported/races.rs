//! Area RA: race, first success. Quorums and hedges are in `hedging`.

use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{
    Cancelled, LocalScope, Reason, ScopeError, race, race_ok, scope_local, sleep, timeout,
};
use ringfence_test::{Probe, Stepper, Tally};
use std::{
    future::{Ready, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

// case: RA-02
// rule: race-losers
#[test]
fn losers_have_run_their_destructors_when_the_race_is_over() {
    let log = Log::default();
    run(async {
        let racer = |name, millis| {
            let (log, local) = (log.clone(), log.local(name));
            async move {
                let _local = local;
                after(millis, ()).await;
                log.note(format!("done {name}"));
            }
        };
        race((racer("a", 10), racer("b", 20))).await;
        log.note("over");
        assert_eq!(log.take(), ["done a", "drop a", "drop b", "over"]);
        assert_eq!(elapsed(), 10);
    });
}

// case: RA-03
// rule: race-ok-first
#[test]
fn an_error_does_not_win_and_the_first_success_cuts_what_is_slower() {
    let log = Log::default();
    run(async {
        let racer = |millis, result: Result<u64, u64>| {
            let log = log.clone();
            async move {
                after(millis, ()).await;
                log.note(format!("{result:?}"));
                result
            }
        };
        let won = race_ok([racer(200, Err(200)), racer(500, Ok(500)), racer(1000, Ok(1000))]).await;
        assert_eq!((won, elapsed()), (Ok(500), 500));
        assert_eq!(log.take(), ["Err(200)", "Ok(500)"]);
    });
}

// case: RA-04
// Ox has the first with the others suppressed. Here are all of them, each at its child's place.
// rule: race-ok-all-fail
#[test]
fn if_all_fail_every_error_is_there_at_its_place() {
    run(async {
        let racers = [after(30, Err::<(), _>(3)), after(10, Err(1)), after(20, Err(2))];
        assert_eq!(race_ok(racers).await, Err([3, 1, 2]));
        assert_eq!(elapsed(), 30);
    });
}

// case: RA-08
// rule: race-none
// rule: race-ok-none
#[test]
fn a_race_of_none_is_a_panic_and_a_first_success_of_none_an_error() {
    let none = || Vec::<Ready<u8>>::new();
    let panic = catch_unwind(AssertUnwindSafe(|| Stepper::new(race(none())).step())).unwrap_err();
    assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "a race of no children, which none can win");
    let none = Vec::<Ready<Result<u8, u8>>>::new();
    assert_eq!(Stepper::new(race_ok(none)).step(), Poll::Ready(Err(vec![])));
}

// case: RA-11
// rule: race-ties
#[test]
fn of_two_that_are_ready_at_once_the_first_wins_and_the_other_has_not_begun() {
    let tally = Tally::new();
    let racers = [Probe::ready(tally.count('a')), Probe::ready(tally.count('b'))];
    let second = racers[1].controller();
    let Poll::Ready(winner) = Stepper::new(race(racers)).step() else { panic!("both are ready") };
    assert_eq!(*winner, 'a');
    // What the loser would have taken is not lost: it was never polled.
    assert_eq!(second.polls(), 0);
    second.assert_sound();
}

// case: RA-14
#[test]
fn a_racer_that_says_it_was_cancelled_has_failed_like_any_other() {
    run(async {
        let gives_up = after(10, Err(Cancelled::new(Reason::Closed)));
        assert_eq!(race_ok([gives_up, after(20, Ok(2))]).await.ok(), Some(2));
        let gives_up = after(10, Err(Cancelled::new(Reason::Closed)));
        assert!(race([gives_up, after(20, Ok(2))]).await.is_err(), "it was the first to end");
    });
}

// case: RA-15
#[test]
fn a_race_that_is_cancelled_cancels_all_racers() {
    let log = Log::default();
    run(async {
        let racer = |name| {
            let local = log.local(name);
            async move {
                let _local = local;
                after(100, ()).await;
            }
        };
        assert!(timeout(ms(10), race([racer("a"), racer("b")])).await.is_err());
        assert_eq!((log.take(), elapsed()), (vec!["drop a".to_owned(), "drop b".to_owned()], 10));
    });
}

// case: RA-17
#[test]
fn a_first_success_that_takes_too_long_is_a_timeout_although_some_have_failed() {
    run(async {
        let racers = [after(10, Err::<u8, _>("boom")), after(100, Ok(1))];
        let elapsed = race_ok(racers).timeout(ms(50)).await.unwrap_err();
        assert_eq!(elapsed.unfinished().len(), 1);
        assert_eq!(elapsed.unfinished()[0].child.index(), 1);
        let failed = race_ok((ready(Err::<u8, _>("boom")),)).await;
        assert_eq!(failed.map_err(|errors| errors.map(str::len)), Err([4]));
    });
}

// case: RA-16
#[test]
fn a_race_that_has_its_value_when_its_scope_is_cancelled_returns_it_and_the_next_wait_is_cut() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: LocalScope<'_, ()>| -> Result<(), ()> {
            let cancels = async {
                s.cancel("outside");
                1
            };
            log.note(race((cancels, after(10, 2))).await.to_string());
            sleep(ms(1)).await;
            log.note("not reached");
            Ok(())
        });
        assert!(matches!(ended.await, Err(ScopeError::Cancelled(_))));
        assert_eq!((log.take(), elapsed()), (vec!["1".to_owned()], 0));
    });
}
