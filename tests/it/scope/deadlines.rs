//! Which deadline is in force, and what a scope says of it.

use super::{Failed, ms, run};
use ringfence::{
    Scope, ScopeError, gather,
    rt::{self, Timer},
    scope, settle, sleep,
    time::in_force,
    timeout, timeout_at,
};
use std::{future::pending, sync::Mutex, time::Instant};

fn now() -> Instant {
    rt::timer().now()
}

// rule: deadline-effective
#[test]
fn a_scope_tells_the_earliest_of_its_own_deadline_and_those_around_it() {
    run(async {
        let begun = now();
        let told = scope(async |outer| -> Result<_, Failed> {
            let here = (outer.deadline(), in_force());
            let own = scope(async |s| -> Result<_, Failed> { Ok(s.deadline()) }).timeout(ms(20));
            let later = scope(async |s| -> Result<_, Failed> { Ok(s.deadline()) }).timeout(ms(90));
            let none = scope(async |s| -> Result<_, Failed> { Ok(s.deadline()) });
            Ok((here, own.await.unwrap(), later.await.unwrap(), none.await.unwrap()))
        });
        let (here, own, later, none) = told.timeout(ms(50)).await.unwrap();
        let outer = Some(begun + ms(50));
        assert_eq!(here, (outer, outer));
        assert_eq!(own, Some(begun + ms(20)));
        assert_eq!((later, none), (outer, outer));
        assert_eq!(in_force(), None);
    });
}

// rule: deadline-effective
#[test]
fn timeouts_of_futures_and_of_verbs_count_and_so_they_do_in_children() {
    run(async {
        let begun = now();
        let ask = || async {
            let asked = scope(async |s| -> Result<_, Failed> {
                let child = s.spawn(async { Ok(in_force()) });
                Ok((s.deadline(), child.await))
            });
            asked.await.unwrap()
        };
        let of = |at: u64| (Some(begun + ms(at)), Some(begun + ms(at)));
        assert_eq!(timeout(ms(5), ask()).await.unwrap(), of(5));
        assert_eq!(timeout_at(begun + ms(6), ask()).await.unwrap(), of(6));
        assert_eq!(gather((ask(), ask())).timeout(ms(7)).await.unwrap(), (of(7), of(7)));
        let settled = settle([ask()]).timeout(ms(8)).await;
        assert_eq!(settled.into_iter().next().unwrap().ok(), Some(of(8)));
        assert_eq!(ask().await, (None, None));
        // The verb's own limit, not that of its neighbour.
        let both = gather((timeout(ms(3), ask()), timeout(ms(4), ask()))).await;
        assert_eq!((both.0.unwrap(), both.1.unwrap()), (of(3), of(4)));
    });
}

// rule: deadline-effective
#[test]
fn a_deadline_that_is_moved_counts_from_then_on() {
    run(async {
        let begun = now();
        let moved = scope(async |s| -> Result<(), Failed> {
            assert_eq!(s.deadline(), Some(begun + ms(10)));
            s.set_deadline(Some(begun + ms(40)));
            assert_eq!(s.deadline(), Some(begun + ms(40)));
            sleep(ms(1)).await;
            assert_eq!(in_force(), Some(begun + ms(40)));
            s.set_deadline(Some(begun + ms(90)));
            sleep(ms(1)).await;
            // The one around is earlier now.
            assert_eq!((s.deadline(), in_force()), (Some(begun + ms(60)), Some(begun + ms(60))));
            s.set_deadline(None);
            sleep(ms(70)).await;
            Ok(())
        });
        assert!(timeout(ms(60), moved.timeout(ms(10))).await.is_err());
        assert_eq!(now() - begun, ms(60));
    });
}

// rule: deadline-effective
#[test]
fn before_the_first_poll_and_without_any_there_is_none() {
    run(async {
        let kept = Mutex::new(None);
        let later = scope(async |s: Scope<'_, Failed>| {
            *kept.lock().unwrap() = Some(s.clone());
            Ok(s.deadline())
        });
        let later = later.timeout(ms(5));
        assert!(kept.lock().unwrap().is_none());
        sleep(ms(3)).await;
        let begun = now();
        assert_eq!(later.await.unwrap(), Some(begun + ms(5)), "measured from the first poll");
        let escaped = kept.lock().unwrap().take().unwrap();
        assert_eq!(escaped.deadline(), Some(begun + ms(5)), "who asks from outside is told, too");
    });
}

// rule: deadline-shield
#[test]
fn behind_a_shield_it_is_the_shields_bound_that_counts() {
    run(async {
        let begun = now();
        let shielded = scope(async |s| -> Result<(), Failed> {
            let inner = async {
                let inner = scope(async |inner| -> Result<_, Failed> { Ok(inner.deadline()) });
                (in_force(), inner.await.unwrap(), timeout(ms(3), async { in_force() }).await)
            };
            let (bound, inner, shorter) = s.shield(ms(100), inner).await;
            assert_eq!((bound, inner), (Some(begun + ms(100)), Some(begun + ms(100))));
            assert_eq!(shorter.unwrap(), Some(begun + ms(3)));
            assert_eq!(in_force(), Some(begun + ms(10)));
            Ok(())
        });
        assert!(shielded.timeout(ms(10)).await.is_ok());
    });
}

// rule: scope-deadline-moved
#[test]
fn a_deadline_that_is_moved_once_the_scope_was_cancelled_is_nobodys() {
    run(async {
        // Whether it has a clock for something else or not.
        for grace in [0, 5] {
            let ended = scope(async |s| -> Result<(), Failed> {
                s.spawn_with(async |s| {
                    let clean_up = async {
                        sleep(ms(20)).await;
                        s.set_deadline(Some(now() + ms(5)));
                        sleep(ms(1)).await;
                        assert_eq!(s.deadline(), None);
                        pending::<()>().await;
                    };
                    s.shield(ms(50), clean_up).await;
                });
                sleep(ms(10)).await;
                s.cancel("stop");
                s.set_deadline(Some(now() + ms(5)));
                pending().await
            });
            let ended = if grace == 0 { ended.await } else { ended.grace(ms(grace)).await };
            assert!(matches!(ended, Err(ScopeError::Cancelled(_))), "{ended:?}");
        }
    });
}

// rule: scope-deadline-moved
#[test]
fn a_daemon_that_moves_the_deadline_once_the_others_have_ended_takes_no_value() {
    run(async {
        let ended = scope(async |s| -> Result<u8, Failed> {
            let in_daemon = s.clone();
            s.daemon(async move {
                let clean_up = async {
                    sleep(ms(20)).await;
                    in_daemon.set_deadline(Some(now() + ms(5)));
                    pending::<()>().await;
                };
                in_daemon.shield(ms(50), clean_up).await;
            });
            sleep(ms(10)).await;
            Ok(7)
        });
        assert_eq!(ended.await.unwrap(), 7);
    });
}

// rule: scope-deadline-moved
#[test]
fn a_child_that_is_polled_when_the_time_is_up_may_still_move_the_deadline() {
    // In the first turn, and in the last look after it.
    for children in [10, 100] {
        for (moved, is_enough) in [(Some(50), true), (None, true), (Some(5), false)] {
            run(async {
                let begun = now();
                let ended = scope(async |s| -> Result<(), Failed> {
                    for n in 1..=children {
                        s.spawn_with(async move |s| {
                            sleep(ms(10)).await;
                            if n == children {
                                s.set_deadline(moved.map(|moved| begun + ms(moved)));
                            }
                            sleep(ms(10)).await;
                        });
                    }
                    Ok(())
                });
                let ended = ended.timeout(ms(10)).await;
                assert_eq!(ended.is_ok(), is_enough, "{children}: {ended:?}");
                assert_eq!(now() - begun, ms(if is_enough { 20 } else { 10 }));
            });
        }
    }
}
