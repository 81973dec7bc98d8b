//! Whom a shield keeps, and for how long.

use super::{Failed, ms, run};
use ringfence::{
    CancelToken, race,
    rt::{self, Timer},
    scope, sleep,
};
use ringfence_test::{Stepper, poll_once};
use std::{
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::Mutex,
    task::{Poll, Waker},
    thread,
};

// rule: scope-shield
#[test]
fn a_shield_that_is_polled_on_another_thread_keeps_nobody_who_is_polled_meanwhile() {
    let (outer, shield) = (CancelToken::new(), Mutex::new(None));
    let whole = scope(async |s| -> Result<(), Failed> {
        let mut up = Some(Box::pin(s.shield(ms(9_000), pending::<()>())));
        let shield = &shield;
        s.spawn(poll_fn(move |_| {
            if let Some(mut up) = up.take() {
                let poll = move || {
                    assert!(poll_once(up.as_mut(), Waker::noop()).is_pending());
                    *shield.lock().unwrap() = Some(up);
                };
                thread::scope(|threads| drop(threads.spawn(poll)));
            }
            Poll::<()>::Pending
        }));
        pending().await
    });
    let mut whole = Stepper::new(whole.under(&outer));
    assert!(whole.run_until_stalled().is_pending());
    outer.cancel("enough");
    assert!(whole.run_until_stalled().is_ready());
}

// rule: scope-shield
#[test]
fn a_shield_that_is_not_polled_any_more_holds_no_longer_than_its_bound() {
    run(async {
        let (begun, left) = (rt::timer().now(), Mutex::new(Vec::new()));
        let ended = scope(async |s| -> Result<(), Failed> {
            s.child().named("first").spawn_with(async |s| {
                let mut shields =
                    [40, 30].map(|bound| Box::pin(s.shield(ms(bound), pending::<()>())));
                let [first, second] = shields.each_mut().map(|shield| shield.as_mut());
                race((first, second, sleep(ms(5)))).await;
                pending::<()>().await;
            });
            s.child().named("second").grace(ms(15)).spawn_with(async |s| {
                let mut shield = pin!(s.shield(ms(60), pending::<()>()));
                race((shield.as_mut(), sleep(ms(5)))).await;
                pending::<()>().await;
            });
            sleep(ms(10)).await;
            Err(Failed("body"))
        });
        let tell = |label: &ringfence::Label| left.lock().unwrap().push(label.to_string());
        assert!(ended.on_leftovers(tell).await.is_err());
        assert_eq!(rt::timer().now() - begun, ms(60));
        assert_eq!(*left.lock().unwrap(), ["child 1 (second)"], "each that had a grace, once");
    });
}

// rule: scope-shield
#[test]
fn a_bound_that_has_passed_when_the_scope_is_cancelled_keeps_nobody() {
    run(async {
        let begun = rt::timer().now();
        let ended = scope(async |s| -> Result<(), Failed> {
            s.spawn_with(async |s| {
                let mut shield = pin!(s.shield(ms(10), pending::<()>()));
                race((shield.as_mut(), sleep(ms(5)))).await;
                pending::<()>().await;
            });
            sleep(ms(20)).await;
            Err(Failed("body"))
        });
        assert!(ended.await.is_err());
        assert_eq!(rt::timer().now() - begun, ms(20));
    });
}

// rule: scope-shield
#[test]
fn a_shield_of_a_child_that_has_gone_keeps_nobody_who_has_its_slot_next() {
    run(async {
        let (begun, kept) = (rt::timer().now(), Mutex::new(None));
        let ended = scope(async |s| -> Result<(), Failed> {
            let first = s.spawn_with(async |s| {
                let mut shield = Box::pin(s.shield(ms(9_000), pending::<()>()));
                assert!(poll_fn(|cx| Poll::Ready(shield.as_mut().poll(cx))).await.is_pending());
                *kept.lock().unwrap() = Some(shield);
            });
            first.await;
            s.spawn(pending::<()>());
            sleep(ms(10)).await;
            Err(Failed("body"))
        });
        assert!(ended.await.is_err());
        assert_eq!(rt::timer().now() - begun, ms(10));
    });
}
