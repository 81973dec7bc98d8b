//! Jobs that block: what is asked of `rt::SpawnBlocking`.

use super::{
    Host,
    patience::{skip, wait_until},
};
use crate::{Probe, Stepper, Tally, lock::Lock};
use ringfence_core::{
    Outcome, block_on, blocking, cancel, gather, race, remote,
    rt::{Job, Refused, SpawnBlocking},
};
use std::{
    panic::panic_any,
    sync::{Arc, mpsc},
    thread,
};

/// The pool of a host.
type Pool = Arc<dyn SpawnBlocking>;

/// Calls `test` with the pool of the host, if there is one.
fn with_its_pool(host: &impl Host, test: impl FnOnce(Pool)) {
    match host.pool() {
        Some(pool) => test(pool),
        None => skip("the host has no pool for blocking jobs"),
    }
}

pub(super) fn a_job_is_run(host: impl Host) {
    with_its_pool(&host, |pool| {
        let here = thread::current().id();
        let job = || blocking(&pool, move || thread::current().id() != here);
        assert_eq!(block_on(gather((job(), job()))), (true, true), "a job runs elsewhere");
        assert!(host.run(job()));
        let elsewhere = Arc::clone(&pool);
        let in_a_task = async move { blocking(&elsewhere, || 1).await };
        assert_eq!(block_on(remote(&host.spawner(), in_a_task)), 1);
    });
}

pub(super) fn the_panic_of_a_job_is_its_parents_and_the_pool_goes_on(host: impl Host) {
    with_its_pool(&host, |pool| {
        let outcome = block_on(blocking(&pool, || panic_any(7_u8)).outcome());
        let Outcome::Panicked(panic) = outcome else { panic!("not a panic: {outcome:?}") };
        assert_eq!(panic.into_payload().downcast_ref(), Some(&7_u8));
        assert_eq!(block_on(gather((blocking(&pool, || 1), blocking(&pool, || 2)))), (1, 2));
    });
}

/// Keeps jobs until the test hands them to the pool.
#[derive(Clone, Default)]
struct Later(Arc<Lock<Vec<Job>>>);

impl SpawnBlocking for Later {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        self.0.with(|jobs| jobs.push(job));
        Ok(())
    }
}

pub(super) fn a_job_that_is_dropped_before_it_has_begun_never_runs(host: impl Host) {
    with_its_pool(&host, |pool| {
        let later = Later::default();
        let tally = Tally::new();
        let alive = tally.count(());
        let mut child = Stepper::new(blocking(&later, move || {
            drop(alive);
            unreachable!("it never runs")
        }));
        let pending: std::task::Poll<()> = child.step();
        assert!(pending.is_pending());
        drop(child);
        tally.assert_all_dropped_once();
        // What is left of it comes to its turn, and is nothing.
        let (send, over) = mpsc::channel();
        for job in later.0.with(std::mem::take) {
            let send = send.clone();
            let job = Job::new(move || {
                job.run();
                send.send(()).expect("it is received");
            });
            pool.spawn_blocking(job).expect("the pool takes a job");
        }
        drop(send);
        assert_eq!(over.iter().count(), 1);
    });
}

pub(super) fn a_job_that_has_begun_is_waited_for(host: impl Host) {
    with_its_pool(&host, |pool| {
        let begun = Probe::pending();
        let told = begun.controller();
        let (send, ended) = mpsc::channel();
        let job = move || {
            told.complete(());
            let token = cancel::current().expect("a job has a token");
            // Until it has lost the race: it cannot be cut.
            wait_until(|| token.is_cancelled());
            send.send(()).expect("it is received");
        };
        host.run(race((blocking(&pool, job), begun)));
        assert_eq!(ended.try_recv(), Ok(()), "no job outlives the await of its parent");
    });
}

pub(super) fn a_job_may_wait_for_a_task(host: impl Host) {
    with_its_pool(&host, |pool| {
        let spawner = host.spawner();
        let job = move || block_on(remote(&spawner, Probe::yields(3, 1)));
        assert_eq!(block_on(blocking(&pool, job)), 1);
        // And a task is not held up by a job.
        let (release, released) = mpsc::channel();
        let job = blocking(&pool, move || released.recv());
        let task = remote(&host.spawner(), async move { release.send(2) });
        assert_eq!(block_on(gather((job, task))), (Ok(2), Ok(())));
    });
}
