//! What children on a runtime may ask for, without what the runtime itself does.

use super::{settled, yields};
use ringfence_benches::alloc::{Tally, count};
use ringfence_core::{
    Remote, Scope, blocking, gather, remote,
    rt::{Job, Refused, Spawn, SpawnBlocking, Task},
    scope,
};
use std::{
    future::{Future, pending, ready},
    mem,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

const CHILDREN: usize = 1000;

/// A runtime that asks for nothing: it has room for all tasks and jobs.
#[derive(Clone)]
struct Roomy(Arc<Mutex<(Vec<Task>, Vec<Job>)>>);

impl Roomy {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((Vec::with_capacity(CHILDREN), Vec::with_capacity(CHILDREN)))))
    }

    /// Runs a future and the tasks beside it, over and over.
    fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
            let (mut tasks, mut jobs) = mem::take(&mut *self.0.lock().unwrap());
            tasks.retain_mut(|task| Pin::new(task).poll(&mut cx).is_pending());
            jobs.drain(..).for_each(Job::run);
            let mut kept = self.0.lock().unwrap();
            // What was spawned meanwhile.
            tasks.append(&mut kept.0);
            jobs.append(&mut kept.1);
            *kept = (tasks, jobs);
        }
    }
}

impl Spawn for Roomy {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        self.0.lock().unwrap().0.push(task);
        Ok(())
    }
}

impl SpawnBlocking for Roomy {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        self.0.lock().unwrap().1.push(job);
        Ok(())
    }
}

/// Asserts that so many allocations per child were asked for at most, and few beside, and that
/// nothing was kept.
fn assert_per_child(tally: Tally, per_child: usize) {
    assert!(tally.allocations <= per_child * CHILDREN + 50, "{tally:?}");
    assert_eq!(tally.bytes, 0);
}

// rule: remote-cost
#[test]
fn a_child_on_a_runtime_takes_one_allocation() {
    let rt = Roomy::new();
    let ended = || gather((0..CHILDREN).map(|n| remote(&rt, async move { n })));
    assert_per_child(settled(|| rt.run(ended()).len()), 1);
    // However often it is polled.
    let yields = || gather((0..CHILDREN).map(|n| remote(&rt, yields(n))));
    assert_per_child(settled(|| rt.run(yields()).len()), 1);
}

// rule: remote-cost
#[test]
fn small_children_on_a_runtime_share_allocations_and_large_ones_have_one_each() {
    let rt = Roomy::new();
    let small = || gather((0..CHILDREN).map(|n| remote(&rt, async move { n })));
    let tally = settled(|| rt.run(small()).len());
    assert!(3 * tally.allocations <= CHILDREN, "{tally:?}");
    let large = || gather((0..CHILDREN).map(|n| remote(&rt, ready([n; 100]))));
    let tally = settled(|| rt.run(large()).len());
    assert!(tally.allocations >= CHILDREN, "{tally:?}");
    assert_per_child(tally, 1);
}

// rule: remote-cost
#[test]
fn a_small_child_on_a_runtime_that_goes_on_keeps_a_kilobyte_of_others_at_most() {
    const STAY: usize = 100;
    let rt = Roomy::new();
    rt.run(remote(&rt, ready(0)));
    let (stay, tally) = count(|| {
        Vec::from_iter((0..STAY).map(|_| {
            let stays = remote(&rt, pending::<()>());
            (0..100).for_each(|n| drop(remote(&rt, ready(n))));
            stays
        }))
    });
    let per_child = tally.bytes as f64 / STAY as f64;
    assert!((500.0..1_200.0).contains(&per_child), "{per_child} bytes");
    drop(stay);
}

// rule: remote-cost
#[test]
fn a_child_that_is_dropped_takes_no_more() {
    let rt = Roomy::new();
    let dropped = || drop(Vec::from_iter((0..CHILDREN).map(|n| remote(&rt, yields(n)))));
    assert_per_child(settled(dropped), 1);
}

// rule: remote-cost
#[test]
fn a_child_of_a_scope_on_a_runtime_takes_two_allocations_with_its_handle() {
    let rt = Roomy::new();
    let whole = || {
        scope(async |s: Scope<'_, u32>| -> Result<usize, u32> {
            let mut handles = Vec::with_capacity(CHILDREN);
            handles.extend((0..CHILDREN).map(|n| s.spawn_on(&rt, async move { Ok(n) })));
            let mut sum = 0;
            for handle in handles {
                sum += handle.await;
            }
            Ok(sum)
        })
    };
    assert_per_child(settled(|| rt.run(whole()).unwrap()), 2);
}

// rule: remote-cost
#[test]
fn children_that_are_begun_in_another_take_no_more_than_that_ones_token() {
    let rt = Roomy::new();
    let both = || {
        let inside = rt.clone();
        remote(&rt, async move { gather((0..CHILDREN).map(|n| remote(&inside, ready(n)))).await })
    };
    assert_per_child(settled(|| rt.run(both()).len()), 1);
}

/// A child that is begun here, with so many behind it, each begun in the one before.
fn chain(rt: &Roomy, behind: usize) -> Remote<Option<Next>> {
    let inside = rt.clone();
    let mut child =
        remote(rt, async move { (behind > 0).then(|| Next(chain(&inside, behind - 1))) });
    assert!(Pin::new(&mut child).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    child
}

/// What a child of a chain has begun.
struct Next(Remote<Option<Self>>);

// rule: token-dropped-link
#[test]
fn of_a_chain_of_children_those_that_have_ended_are_not_kept() {
    let rt = Roomy::new();
    rt.run(remote(&rt, ready(0)));
    let (last, tally) = count(|| {
        let mut child = chain(&rt, CHILDREN + 1);
        for _ in 0..CHILDREN {
            child = rt.run(child).expect("there are some behind it").0;
        }
        child
    });
    assert!(tally.bytes < 10_000, "{tally:?}");
    drop(last);
}

// rule: remote-cost
#[test]
fn a_job_takes_two_allocations() {
    let rt = Roomy::new();
    let jobs = || gather((0..CHILDREN).map(|n| blocking(&rt, move || n)));
    assert_per_child(settled(|| rt.run(jobs()).len()), 2);
}
