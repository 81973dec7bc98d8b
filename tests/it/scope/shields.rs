//! Whom a shield keeps, and for how long.

use super::{Failed, ms};
use ringfence::{CancelToken, scope};
use ringfence_test::{Stepper, poll_once};
use std::{
    future::{pending, poll_fn},
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
