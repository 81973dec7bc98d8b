//! Time.

use crate::host::{Host, on_each_runtime};
use ringfence::{
    block_on, gather, interval,
    rt::{self, Timer},
    sleep, sleep_until, timeout,
};
use std::{
    future::pending,
    task::{Context, Waker},
    time::Duration,
};

on_each_runtime! {
    a_sleep_inside_ends_and_not_early,
    a_sleep_in_a_task_ends,
    a_sleep_by_name_needs_nothing_of_the_runtime_around_it,
    a_sleep_begun_inside_may_end_outside,
    a_sleep_begun_outside_may_end_inside,
    what_has_passed_is_ready_at_once,
    no_time_is_too_long,
    a_timeout_cuts_what_does_not_end,
    an_interval_ticks,
}

/// Long enough not to be over at the first poll, as a rule.
const SHORT: Duration = Duration::from_micros(200);

async fn sleeps_and_not_too_short() {
    let timer = rt::timer();
    let until = timer.now() + SHORT;
    sleep_until(until).await;
    assert!(timer.now() >= until);
}

fn a_sleep_inside_ends_and_not_early<H: Host>(host: H) {
    host.enter(sleeps_and_not_too_short());
}

fn a_sleep_in_a_task_ends<H: Host>(host: H) {
    host.run(sleeps_and_not_too_short());
    let runtime = host.named();
    host.run(rt::with_runtime(runtime, sleeps_and_not_too_short()));
}

fn a_sleep_by_name_needs_nothing_of_the_runtime_around_it<H: Host>(host: H) {
    block_on(rt::with_runtime(host.named(), sleeps_and_not_too_short()));
    let timer = host.named();
    let pause = timer.sleep_until(timer.now() + SHORT);
    block_on(pause);
    // Inside another runtime, too.
    let pause = timer.sleep_until(timer.now() + SHORT);
    smol::block_on(rt::with_runtime(host.named(), gather((pause, sleep(SHORT)))));
}

fn a_sleep_begun_inside_may_end_outside<H: Host>(host: H) {
    let mut pause = sleep(SHORT);
    host.enter(async {
        let _ = futures::poll!(&mut pause);
    });
    block_on(pause);
}

fn a_sleep_begun_outside_may_end_inside<H: Host>(host: H) {
    let mut pause = Box::pin(rt::with_runtime(host.named(), sleep(SHORT)));
    block_on(async {
        let _ = futures::poll!(&mut pause);
    });
    host.enter(pause);
}

fn what_has_passed_is_ready_at_once<H: Host>(host: H) {
    host.enter(rt::with_runtime(host.named(), async {
        let now = rt::timer().now();
        assert!(futures::poll!(&mut sleep_until(now)).is_ready());
        assert!(futures::poll!(&mut sleep(Duration::ZERO)).is_ready());
    }));
}

fn no_time_is_too_long<H: Host>(host: H) {
    let timer = host.named();
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    // As much as a timer is asked for.
    let mut most = timer.sleep_until(timer.now() + year);
    assert!(most.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    host.enter(rt::with_runtime(timer, async {
        assert!(futures::poll!(&mut sleep(100 * year)).is_pending());
        assert!(futures::poll!(&mut sleep(Duration::MAX)).is_pending());
        assert_eq!(timeout(Duration::MAX, async { 1 }).await, Ok(1));
    }));
}

fn a_timeout_cuts_what_does_not_end<H: Host>(host: H) {
    let cut = async { timeout(SHORT, pending::<()>()).await.is_err() };
    assert!(host.run(cut));
    assert!(host.enter(gather([pending::<()>()]).timeout(SHORT)).is_err());
}

fn an_interval_ticks<H: Host>(host: H) {
    host.enter(rt::with_runtime(host.named(), async {
        let mut ticks = interval(SHORT);
        let first = ticks.tick().await;
        assert!(ticks.tick().await >= first + SHORT);
    }));
}
