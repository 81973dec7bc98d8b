//! Timers: what is asked of `rt::Timer`.

use super::{Host, patience::skip, whole::with_timer};
use crate::{CountingWaker, Probe, poll_once};
use ringfence_core::{
    block_on, gather, remote,
    rt::{Sleeping, Timer},
    timeout,
};
use std::{
    future::{pending, ready},
    sync::{Arc, mpsc},
    task::{Poll, Waker},
    thread,
    time::Duration,
};

/// Real time, which a test of a timer cannot do without. Long enough not to be over at the first
/// poll, as a rule; nothing fails if it is.
pub(super) const SHORT: Duration = Duration::from_micros(500);

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Calls `test` with the timer of the host, if there is one.
fn with_its_timer(host: &impl Host, test: impl FnOnce(Arc<dyn Timer>)) {
    match host.timer() {
        Some(timer) => test(timer),
        None => skip("the host has no timer"),
    }
}

/// Sleeps, and returns whether it was long enough.
async fn sleeps(timer: Arc<dyn Timer>, duration: Duration) -> bool {
    let deadline = timer.now() + duration;
    timer.sleep_until(deadline).await;
    timer.now() >= deadline
}

/// Polls a sleep by a waker that wakes nobody, and returns the rest of it, if it is not over.
fn begin(mut sleep: Sleeping) -> Sleeping {
    match poll_once(sleep.as_mut(), Waker::noop()) {
        Poll::Ready(()) => Box::pin(ready(())),
        Poll::Pending => sleep,
    }
}

pub(super) fn the_clock_never_goes_back(host: impl Host) {
    with_its_timer(&host, |timer| {
        let mut last = timer.now();
        for _ in 0..1_000 {
            let now = timer.now();
            assert!(now >= last);
            last = now;
        }
        let elsewhere = Arc::clone(&timer);
        let now = thread::spawn(move || elsewhere.now()).join().expect("it tells the time");
        assert!(now >= last);
        let inside = host.run(async { timer.now() });
        assert!(inside >= now);
        let task = remote(&host.spawner(), async move { timer.now() });
        assert!(block_on(task) >= inside);
    });
}

pub(super) fn a_sleep_is_not_early(host: impl Host) {
    with_its_timer(&host, |timer| {
        let durations = [3, 1, 2, 0].map(|times| times * SHORT);
        let all = || gather(durations.map(|duration| sleeps(Arc::clone(&timer), duration)));
        assert_eq!(block_on(all()), [true; 4]);
        assert_eq!(host.run(all()), [true; 4]);
        let in_tasks = durations.map(|d| remote(&host.spawner(), sleeps(Arc::clone(&timer), d)));
        assert_eq!(block_on(gather(in_tasks)), [true; 4]);
    });
}

pub(super) fn a_sleep_may_be_made_and_polled_anywhere(host: impl Host) {
    with_its_timer(&host, |timer| {
        let made = || timer.sleep_until(timer.now() + SHORT);
        // Made outside, begun inside, ended outside.
        let sleep = made();
        let [sleep] = host.run(async { [begin(sleep)] });
        block_on(sleep);
        // Made and begun inside, ended in a task.
        let [sleep] = host.run(async { [begin(made())] });
        block_on(remote(&host.spawner(), sleep));
        // Made in a task, begun on a thread that has never heard of the runtime, ended inside.
        let (elsewhere, (send, made)) = (Arc::clone(&timer), mpsc::channel());
        let make = async move { send.send(elsewhere.sleep_until(elsewhere.now() + SHORT)) };
        block_on(remote(&host.spawner(), make)).expect("it is received");
        let sleep = made.recv().expect("it was made");
        let begun = thread::spawn(move || begin(sleep));
        host.run(begun.join().expect("it may be polled there"));
    });
}

pub(super) fn a_sleep_wakes_the_waker_of_its_latest_poll(host: impl Host) {
    with_its_timer(&host, |timer| {
        for _ in 0..10 {
            // Whoever polls first is gone, and wakes nobody.
            block_on(begin(timer.sleep_until(timer.now() + SHORT)));
        }
    });
}

pub(super) fn a_sleep_that_is_dropped_keeps_no_waker(host: impl Host) {
    with_its_timer(&host, |timer| {
        let counter = CountingWaker::new();
        let mut sleep = timer.sleep_until(timer.now() + YEAR);
        assert!(poll_once(sleep.as_mut(), &counter.waker()).is_pending());
        drop(sleep);
        // A timer may find that out when it next looks.
        for _ in 0..1_000 {
            if counter.held() == 0 {
                break;
            }
            block_on(timer.sleep_until(timer.now() + SHORT));
        }
        assert_eq!((counter.held(), counter.wakes()), (0, 0));
    });
}

pub(super) fn what_has_passed_is_not_waited_for(host: impl Host) {
    with_its_timer(&host, |timer| {
        let now = timer.now();
        block_on(timer.sleep_until(now));
        host.run(timer.sleep_until(now));
        if let Some(before) = now.checked_sub(SHORT) {
            block_on(timer.sleep_until(before));
        }
    });
}

pub(super) fn a_year_is_not_too_long(host: impl Host) {
    with_its_timer(&host, |timer| {
        let mut year = timer.sleep_until(timer.now() + YEAR);
        assert!(poll_once(year.as_mut(), Waker::noop()).is_pending());
        assert!(host.run(async { poll_once(year.as_mut(), Waker::noop()) }).is_pending());
    });
}

pub(super) fn a_timeout_cuts_what_does_not_end(host: impl Host) {
    with_its_timer(&host, |timer| {
        let cut = || with_timer(&host, Arc::clone(&timer), timeout(SHORT, pending::<()>()));
        assert!(block_on(cut()).is_err());
        assert!(host.run(cut()).is_err());
        let children = [(); 2].map(|()| Probe::<()>::pending());
        let controls = children.each_ref().map(Probe::controller);
        let both = gather(children.map(|child| remote(&host.spawner(), child))).timeout(SHORT);
        assert!(block_on(with_timer(&host, timer, both)).is_err());
        let are_dropped = controls.map(|control| control.is_dropped());
        assert_eq!(are_dropped, [true; 2], "children are dropped before that is told");
    });
}
