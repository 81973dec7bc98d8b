//! Children that are started again.

mod asked;

use crate::verbs::caught;
use ringfence::{
    Cause, Failure, Scope, sleep,
    supervise::{ChildSpec, Strategy, Supervise, supervise},
};
use ringfence_test::{Stepper, TestRuntime};
use std::{
    collections::HashMap,
    future::{Future, pending, ready},
    sync::Mutex,
    task::Poll,
    time::Duration,
};

type Why = &'static str;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn run<F: Future>(future: F) -> F::Output {
    ringfence_test::run(1, future)
}

/// What happened, and at which millisecond.
#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    starts: Mutex<HashMap<&'static str, usize>>,
}

impl Log {
    fn note(&self, what: impl std::fmt::Display) {
        let elapsed = TestRuntime::current().clock().elapsed().as_millis();
        self.lines.lock().unwrap().push(format!("{elapsed} {what}"));
    }

    /// A child that runs for so long in its first life, then fails or returns as `ends` says, and
    /// for ever in the next ones.
    async fn child(
        &self,
        name: &'static str,
        millis: u64,
        ends: Result<(), Why>,
    ) -> Result<(), Why> {
        struct Local<'a>(&'a Log, &'static str);
        impl Drop for Local<'_> {
            fn drop(&mut self) {
                self.0.note(format_args!("end {}", self.1));
            }
        }
        let life = {
            let mut starts = self.starts.lock().unwrap();
            let life = starts.entry(name).or_default();
            *life += 1;
            *life
        };
        self.note(format_args!("start {name}"));
        let _local = Local(self, name);
        if life > 1 {
            return pending().await;
        }
        sleep(ms(millis)).await;
        ends
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lines.lock().unwrap())
    }
}

/// Polls a supervisor for so long, and drops it.
async fn watch<E: Send>(supervisor: Supervise<'_, E>, millis: u64) {
    assert!(ringfence::timeout(ms(millis), supervisor).await.is_err(), "it goes on");
}

/// Three children, the second of which fails at 10.
fn three<'env>(strategy: Strategy, log: &'env Log) -> Supervise<'env, Why> {
    supervise(strategy)
        .child(ChildSpec::permanent("a"), async |_s| log.child("a", 1000, Ok(())).await)
        .child(ChildSpec::permanent("b"), async |_s| log.child("b", 10, Err("down")).await)
        .child(ChildSpec::permanent("c"), async |_s| log.child("c", 1000, Ok(())).await)
}

// rule: supervise-strategy
#[test]
fn one_for_one_starts_the_child_alone_again() {
    let log = Log::default();
    run(watch(three(Strategy::OneForOne, &log), 50));
    let lines = log.take();
    assert_eq!(lines[..3], ["0 start a", "0 start b", "0 start c"]);
    assert_eq!(lines[3..5], ["10 end b", "10 start b"]);
    assert!(lines[5..].iter().all(|line| line.starts_with("50 end")));
}

// rule: supervise-strategy
#[test]
fn one_for_all_stops_the_others_the_last_first_and_starts_all_again() {
    let log = Log::default();
    run(watch(three(Strategy::OneForAll, &log), 50));
    let lines = log.take();
    assert_eq!(lines[3..6], ["10 end b", "10 end c", "10 end a"]);
    assert_eq!(lines[6..9], ["10 start a", "10 start b", "10 start c"]);
}

// rule: supervise-strategy
#[test]
fn rest_for_one_stops_those_behind_it_and_starts_them_again() {
    let log = Log::default();
    run(watch(three(Strategy::RestForOne, &log), 50));
    let lines = log.take();
    assert_eq!(lines[3..7], ["10 end b", "10 end c", "10 start b", "10 start c"]);
}

// rule: supervise-restart
#[test]
fn what_is_started_again_depends_on_the_child_and_on_its_end() {
    for (spec, fails, returns) in [
        (ChildSpec::permanent("x"), 2, 2),
        (ChildSpec::transient("x"), 2, 1),
        (ChildSpec::temporary("x"), 1, 1),
    ] {
        for (ends, starts) in [(Err("down"), fails), (Ok(()), returns)] {
            let log = Log::default();
            let kept = supervise(Strategy::OneForOne)
                .child(spec.clone(), async |_s| log.child("x", 10, ends).await);
            run(async {
                let ended = ringfence::timeout(ms(50), kept).await;
                assert_eq!(ended.is_ok(), starts == 1, "it ends when no child is left");
            });
            let lines = log.take();
            let started = lines.iter().filter(|line| line.contains("start")).count();
            assert_eq!(started, starts, "{spec:?} {ends:?}");
        }
    }
}

// rule: supervise-restart
#[test]
fn a_temporary_child_is_stopped_with_the_others_and_not_started_again() {
    let log = Log::default();
    let kept = supervise(Strategy::OneForAll)
        .child(ChildSpec::temporary("once"), async |_s| log.child("once", 1000, Ok(())).await)
        .child(ChildSpec::permanent("b"), async |_s| log.child("b", 10, Err("down")).await);
    run(watch(kept, 50));
    let lines = log.take();
    assert_eq!(lines[..5], ["0 start once", "0 start b", "10 end b", "10 end once", "10 start b"]);
}

// rule: supervise-intensity
#[test]
fn more_restarts_in_a_time_than_allowed_end_it_with_the_last_failure() {
    run(async {
        let (mut lives, told) = (0, Mutex::new(Vec::new()));
        let log = Log::default();
        let kept = supervise(Strategy::OneForOne)
            .intensity(3, ms(100))
            .on_failure(|name, group| {
                told.lock().unwrap().push(format!("{name}: {}", group.first()))
            })
            .child(ChildSpec::permanent("other").grace(ms(50)), async |s: Scope<'_, String>| {
                s.cancelled().await;
                sleep(ms(7)).await;
                log.note("other is done");
            })
            .child(ChildSpec::transient("flaky"), |_s| {
                lives += 1;
                let life = lives;
                async move {
                    sleep(ms(10)).await;
                    Err::<(), _>(format!("life {life}"))
                }
            });
        let gave_up = kept.await.unwrap_err();
        assert_eq!(gave_up.child(), "flaky");
        assert_eq!(
            gave_up.to_string(),
            "`flaky` was to be started again after 3 restarts in 100ms"
        );
        let cause = gave_up.into_cause().unwrap();
        assert_eq!(cause.errors().collect::<Vec<_>>(), ["life 4"]);
        assert_eq!(log.take(), ["47 other is done"], "the others are stopped before");
        let told = told.into_inner().unwrap();
        assert_eq!(told, ["flaky: body: life 1", "flaky: body: life 2", "flaky: body: life 3"]);
    });
}

// rule: supervise-intensity
#[test]
fn restarts_that_are_long_ago_do_not_count() {
    run(async {
        let mut lives = 0;
        let kept = supervise(Strategy::OneForOne).intensity(1, ms(100)).child(
            ChildSpec::transient("seldom"),
            |_s| {
                lives += 1;
                let life = lives;
                async move {
                    sleep(ms(100)).await;
                    if life < 20 { Err("down") } else { Ok(()) }
                }
            },
        );
        assert!(kept.await.is_ok());
    });
}

// rule: supervise-backoff
#[test]
fn each_restart_waits_twice_as_long_up_to_the_most_and_others_go_on() {
    let log = Log::default();
    run(async {
        let mut lives = 0;
        let log = &log;
        let kept = supervise(Strategy::OneForOne)
            .intensity(9, ms(10_000))
            .backoff(ms(10), ms(50))
            .child(ChildSpec::transient("flaky"), |_s| {
                lives += 1;
                let life = lives;
                async move {
                    log.note(life);
                    match life {
                        // It holds for as long as the most, and begins anew.
                        5 => sleep(ms(50)).await,
                        7 => return Ok(()),
                        _ => {}
                    }
                    Err("down")
                }
            });
        assert!(kept.await.is_ok());
    });
    assert_eq!(log.take(), ["0 1", "10 2", "30 3", "70 4", "120 5", "180 6", "200 7"]);
}

// rule: supervise-backoff
#[test]
fn a_child_is_made_when_its_wait_is_over() {
    let log = Log::default();
    run(async {
        let kept = supervise(Strategy::OneForOne).backoff(ms(100), ms(100)).child(
            ChildSpec::permanent("x"),
            |_s: Scope<'_, Why>| {
                log.note("made");
                ready(Err::<(), _>("down"))
            },
        );
        assert!(kept.await.is_err());
    });
    assert_eq!(log.take(), ["0 made", "100 made"]);
}

// rule: supervise-scope
#[test]
fn what_a_child_has_spawned_ends_with_it_and_fails_it_and_a_panic_is_a_failure() {
    let log = Log::default();
    run(async {
        let mut lives = 0;
        let (log, told) = (&log, Mutex::new(Vec::new()));
        let kept = supervise(Strategy::OneForOne)
            .intensity(5, ms(1000))
            .on_failure(|_, group| {
                told.lock().unwrap().push(match group.into_first() {
                    Failure { cause: Cause::Error(why), .. } => why,
                    Failure { cause: Cause::Panic(panic), .. } => {
                        assert_eq!(panic.message(), Some("boom"));
                        "panicked"
                    }
                });
            })
            .child(ChildSpec::transient("parent"), |s: Scope<'_, Why>| {
                lives += 1;
                let life = lives;
                s.spawn(async move {
                    let _ended = log.child(["", "x", "y", "z"][life], 1000, Ok(())).await;
                });
                async move {
                    sleep(ms(10)).await;
                    match life {
                        1 => s.spawn(async { Err::<(), _>("grandchild") }).await,
                        2 => panic!("boom"),
                        _ => s.cancel("by itself"),
                    }
                }
            });
        // Who cancels itself has not failed.
        assert!(kept.await.is_ok());
        assert_eq!(told.into_inner().unwrap(), ["grandchild", "panicked"]);
    });
    let lines = ["0 start x", "10 end x", "10 start y", "20 end y", "20 start z", "30 end z"];
    assert_eq!(log.take(), lines);
}

// rule: supervise-drop
#[test]
fn dropped_it_drops_its_children_in_place() {
    let log = Log::default();
    run(async {
        let mut kept = Stepper::new(three(Strategy::OneForOne, &log));
        assert!(kept.step().is_pending());
        drop(kept);
        log.note("dropped");
    });
    let lines = log.take();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[6], "0 dropped");
}

#[test]
fn of_no_children_it_ends_at_once_and_is_not_polled_again() {
    let mut none = Stepper::new(supervise::<Why>(Strategy::OneForAll));
    assert!(matches!(none.step(), Poll::Ready(Ok(()))));
    assert_eq!(
        caught(|| none.step().is_ready()).unwrap_err(),
        "`supervise` was polled after it had ended"
    );
    let mut one = Stepper::new(
        supervise::<Why>(Strategy::OneForAll).child(ChildSpec::temporary("x"), |_s| ready(())),
    );
    assert!(matches!(one.run_until_stalled(), Poll::Ready(Ok(()))));
}
