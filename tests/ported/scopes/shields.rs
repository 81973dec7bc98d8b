//! Area SH: what goes on although its scope is cancelled.
//!
//! A shield here is a future with a bound, not a switch of a scope: it goes up when it is awaited,
//! and down when it has ended or its time is up.

use super::{S, Why, cancelled};
use crate::scene::{Log, elapsed, ms, run};
use ringfence_core::{
    cancel, race,
    rt::{self, Timer as _},
    scope_local, sleep, time, timeout,
};
use std::{
    cell::Cell,
    future::{Future, pending, poll_fn},
    pin::pin,
};

/// A scope that is cancelled, and then runs its body.
async fn in_a_cancelled_scope(body: impl AsyncFnOnce(S<'_>)) {
    let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
        s.cancel("outside");
        body(s).await;
        pending().await
    });
    assert_eq!(cancelled(ended.await), "cancelled: outside");
}

/// When the deadline in force will have passed, since the scene began.
fn limit() -> Option<u128> {
    let left = time::in_force()?.duration_since(rt::timer().now());
    Some(elapsed() + left.as_millis())
}

// case: SH-02
// case: SH-03
#[test]
fn a_scope_behind_a_shield_and_one_inside_of_that_can_be_cancelled() {
    let log = Log::default();
    run(in_a_cancelled_scope(async |s| {
        let shielded = scope_local(async |middle: S<'_>| -> Result<(), Why> {
            let inner = scope_local(async |inner: S<'_>| -> Result<(), Why> {
                inner.cancel("inner");
                pending().await
            });
            log.note(cancelled(inner.await));
            assert!(!middle.is_cancelled());
            middle.cancel("middle");
            pending().await
        });
        log.note(cancelled(s.shield(ms(100), shielded).await));
    }));
    assert_eq!(log.take(), ["cancelled: inner", "cancelled: middle"]);
}

// case: SH-04
#[test]
fn a_sleeper_is_cut_in_the_moment_in_which_its_shield_goes_down() {
    let log = Log::default();
    run(async {
        in_a_cancelled_scope(async |s| {
            let _local = log.local("sleeper");
            s.shield(ms(30), sleep(ms(100))).await;
            log.note("slept");
        })
        .await;
        assert_eq!((log.take(), elapsed()), (vec!["drop sleeper".to_owned()], 30));
    });
    // And so is one whose shield is given up before its bound.
    run(async {
        in_a_cancelled_scope(async |s| {
            assert!(timeout(ms(10), s.shield(ms(100), sleep(ms(50)))).await.is_err());
            sleep(ms(1)).await;
            log.note("slept");
        })
        .await;
        assert_eq!((log.take().len(), elapsed()), (0, 10));
    });
}

// case: SH-09
// case: SH-14
// rule: token-in-force
#[test]
fn behind_a_shield_nothing_looks_cancelled_and_nobody_is_told() {
    let log = Log::default();
    run(async {
        in_a_cancelled_scope(async |s| {
            s.shield(ms(100), async {
                let token = cancel::current().expect("inside a scope");
                assert!(s.is_cancelled() && !token.is_cancelled());
                let told = async {
                    token.cancelled().await;
                    "told"
                };
                let slept = async {
                    sleep(ms(10)).await;
                    "slept"
                };
                log.note(race((told, slept)).await);
            })
            .await;
            assert!(cancel::current().is_some_and(|token| token.is_cancelled()));
        })
        .await;
        assert_eq!((log.take(), elapsed()), (vec!["slept".to_owned()], 10));
    });
}

// case: SH-11
#[test]
fn two_shielded_parts_of_a_cleanup_are_done_and_the_next_wait_is_cut() {
    let log = Log::default();
    run(async {
        in_a_cancelled_scope(async |s| {
            for part in ["first", "second"] {
                s.shield(ms(100), sleep(ms(10))).await;
                log.note(part);
            }
            sleep(ms(1)).await;
            log.note("not reached");
        })
        .await;
        assert_eq!((log.take().join(", "), elapsed()), ("first, second".to_owned(), 20));
    });
}

// case: SH-12
#[test]
fn the_end_of_an_inner_shield_leaves_the_outer_one_up() {
    let log = Log::default();
    run(async {
        in_a_cancelled_scope(async |s| {
            s.shield(ms(100), async {
                s.shield(ms(100), sleep(ms(10))).await;
                log.note("inner");
                sleep(ms(10)).await;
                log.note("outer");
            })
            .await;
        })
        .await;
        assert_eq!((log.take().join(", "), elapsed()), ("inner, outer".to_owned(), 20));
    });
}

// case: SH-13
#[test]
fn a_shield_covers_who_awaits_it_and_not_the_children_spawned_in_it() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.shield(ms(100), async {
                for (name, shielded) in [("plain", false), ("shielded", true)] {
                    let log = log.clone();
                    s.spawn_with(async move |s| {
                        let _local = log.local(name);
                        let work = sleep(ms(30));
                        if shielded {
                            s.shield(ms(100), work).await
                        } else {
                            work.await
                        }
                        log.note(format!("{name} is done"));
                    });
                }
                let inner = scope_local(async |inner: S<'_>| -> Result<(), Why> {
                    inner.spawn(async {
                        sleep(ms(20)).await;
                        log.note("inner is done");
                    });
                    Ok(())
                });
                sleep(ms(10)).await;
                s.cancel("now");
                assert!(inner.await.is_ok());
            })
            .await;
            Ok(())
        });
        assert!(ended.await.is_ok());
    });
    let expected = ["drop plain", "inner is done", "shielded is done", "drop shielded"];
    assert_eq!(log.take(), expected);
}

// case: SH-08
// trio's is in the past where the scope is cancelled; here the token says that, and it stays.
#[test]
fn the_deadline_in_force_is_the_earliest_up_to_the_next_shield() {
    run(async {
        assert_eq!(limit(), None);
        let ended = scope_local(async |s: S<'_>| {
            assert_eq!(limit(), Some(5));
            timeout(ms(10), async { assert_eq!(limit(), Some(5)) }).await.unwrap();
            timeout(ms(3), async { assert_eq!(limit(), Some(3)) }).await.unwrap();
            s.shield(ms(10), async {
                assert_eq!(limit(), Some(10));
                timeout(ms(3), async { assert_eq!(limit(), Some(3)) }).await.unwrap();
            })
            .await;
            assert_eq!(limit(), Some(5));
            s.cancel("outside");
            assert_eq!(limit(), Some(5));
            s.shield(ms(10), async { assert_eq!(limit(), Some(10)) }).await;
            Ok::<_, Why>(())
        });
        let _ = ended.timeout(ms(5)).await;
        assert_eq!((limit(), elapsed()), (None, 0));
    });
}

// case: SH-16
// case: SH-20
// ZIO hangs where a region without interrupts has a timeout of its own. Here that is in force.
// rule: scope-shield
#[test]
fn a_shielded_sleep_is_slept_and_a_shielded_timeout_is_in_force() {
    run(async {
        in_a_cancelled_scope(async |s| {
            s.shield(ms(10_000), sleep(ms(1000))).await;
            assert_eq!(elapsed(), 1000);
            let late = s.shield(ms(10_000), timeout(ms(5), pending::<()>())).await;
            assert_eq!((late.is_err(), elapsed()), (true, 1005));
        })
        .await;
    });
}

// case: SH-22
#[test]
fn a_cancelled_scope_that_waits_for_a_shield_is_not_polled_for_it() {
    run(async {
        let polls = Cell::new(0);
        let mut whole = pin!(in_a_cancelled_scope(async |s| {
            s.shield(ms(100_000), sleep(ms(10_000))).await;
        }));
        poll_fn(|cx| {
            polls.set(polls.get() + 1);
            whole.as_mut().poll(cx)
        })
        .await;
        // The first, the one for the alarm, and the one for the end of the shield.
        assert!(polls.get() <= 3, "{}", polls.get());
        assert_eq!(elapsed(), 10_000);
    });
}
