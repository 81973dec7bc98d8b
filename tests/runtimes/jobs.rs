//! Jobs that block.

use crate::host::{Host, on_each_runtime};
use ringfence::{block_on, blocking, gather, race, remote, sleep};
use std::{sync::mpsc, thread, time::Duration};

on_each_runtime! {
    jobs_run_elsewhere_and_may_wait_for_each_other,
    a_job_that_blocks_holds_up_no_task,
    a_job_may_wait_for_time,
    a_job_that_has_begun_is_run_to_its_end_and_waited_for,
    the_panic_of_a_job_is_its_parents_and_not_the_pools,
}

fn jobs_run_elsewhere_and_may_wait_for_each_other<H: Host>(host: H) {
    let ((to_a, from_b), (to_b, from_a)) = (mpsc::channel(), mpsc::channel());
    let a = blocking(&host.named(), move || {
        to_b.send(thread::current().id()).unwrap();
        from_b.recv().unwrap()
    });
    let b = blocking(&host.named(), move || {
        let other = from_a.recv().unwrap();
        to_a.send(thread::current().id()).unwrap();
        other
    });
    let (a, b) = host.enter(gather((a, b)));
    assert!(a != b && a != thread::current().id() && b != thread::current().id());
}

fn a_job_that_blocks_holds_up_no_task<H: Host>(host: H) {
    let (release, released) = mpsc::channel();
    let job = blocking(&host.named(), move || released.recv());
    let task = remote(&host.named(), async move { release.send(1) });
    assert_eq!(block_on(gather((job, task))), (Ok(1), Ok(())));
}

fn a_job_may_wait_for_time<H: Host>(host: H) {
    host.enter(blocking(&host.named(), || block_on(sleep(Duration::from_nanos(1)))));
}

fn a_job_that_has_begun_is_run_to_its_end_and_waited_for<H: Host>(host: H) {
    let (begun, told) = futures::channel::oneshot::channel();
    let (release, released) = mpsc::channel::<()>();
    let (send, receive) = mpsc::channel();
    let job = blocking(&host.named(), move || {
        begun.send(()).unwrap();
        // Until its loss of the race is certain.
        let _ = released.recv();
        send.send("ended").unwrap();
    });
    let winner = async move {
        told.await.unwrap();
        // Dropped with the winner, when the race is decided.
        drop(release);
    };
    host.enter(race((job, winner)));
    assert_eq!(receive.try_recv(), Ok("ended"));
}

fn the_panic_of_a_job_is_its_parents_and_not_the_pools<H: Host>(host: H) {
    let outcome = block_on(blocking(&host.named(), || panic!("here")).outcome());
    assert_eq!(outcome.into_result().unwrap_err().to_string(), "panicked: here");
    assert_eq!(block_on(blocking(&host.named(), || 1)), 1);
}
