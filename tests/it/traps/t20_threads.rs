//! A child's waker may go to any thread; the child itself never does.

use ringfence_core::{JoinSet, gather};
use ringfence_test::{Stepper, poll_once};
use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    thread::{self, ThreadId},
};

/// What a child that is not `Send` leaves behind: its waker, and where it was dropped.
#[derive(Clone, Default)]
struct Trace {
    waker: Rc<RefCell<Option<Waker>>>,
    dropped: Rc<RefCell<Vec<ThreadId>>>,
}

/// Notes on which thread it is dropped.
struct Guard(Trace);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.dropped.borrow_mut().push(thread::current().id());
    }
}

/// A child that is not `Send`, and ends in its second poll.
fn child(trace: &Trace) -> impl Future<Output = Guard> + use<> {
    let guard = Guard(trace.clone());
    let output = trace.clone();
    let mut polls = 0;
    poll_fn(move |cx: &mut Context<'_>| {
        polls += 1;
        *guard.0.waker.borrow_mut() = Some(cx.waker().clone());
        if polls == 2 { Poll::Ready(Guard(output.clone())) } else { Poll::Pending }
    })
}

fn assert_all_dropped_here(trace: &Trace, times: usize) {
    assert_eq!(*trace.dropped.borrow(), vec![thread::current().id(); times]);
}

// trap: T20
#[test]
fn a_wake_from_another_thread_drops_no_child_there() {
    let trace = Trace::default();
    let mut set = JoinSet::from_iter([child(&trace)]);
    assert!(set.poll_next(&mut Context::from_waker(Waker::noop())).is_pending());
    let waker = trace.waker.take().unwrap();
    thread::spawn(move || waker.wake()).join().unwrap();
    assert_all_dropped_here(&trace, 0);
    assert!(set.poll_next(&mut Context::from_waker(Waker::noop())).is_ready());
    assert_all_dropped_here(&trace, 2);
}

// trap: T20
// trap: T12
#[test]
fn a_waker_that_another_thread_drops_last_drops_no_child_there() {
    type Boxed = Pin<Box<dyn Future<Output = Guard>>>;
    for len in [1, 4, 100] {
        let trace = Trace::default();
        let children: Vec<Boxed> = (0..len).map(|_| Box::pin(child(&trace)) as Boxed).collect();
        let mut all = Stepper::new(gather(children));
        assert!(all.run_until_stalled().is_pending());
        let waker = trace.waker.take().unwrap();
        drop(all);
        assert_all_dropped_here(&trace, len);
        thread::spawn(move || {
            waker.wake_by_ref();
            drop(waker);
        })
        .join()
        .unwrap();
        assert_all_dropped_here(&trace, len);
    }
}

// trap: T11
// trap: T20
#[test]
fn many_threads_may_wake_while_their_set_is_polled_dropped_and_made_again() {
    for len in [2_usize, 70] {
        for round in 0..50 {
            let traces: Vec<_> = (0..len).map(|_| Trace::default()).collect();
            let mut all = Box::pin(gather(traces.iter().map(child).collect::<Vec<_>>()));
            while traces.iter().any(|trace| trace.waker.borrow().is_none()) {
                assert!(poll_once(all.as_mut(), Waker::noop()).is_pending());
            }
            let wakers: Vec<_> = traces.iter().map(|trace| trace.waker.take().unwrap()).collect();
            let threads = wakers.chunks(len.div_ceil(4)).map(|wakers| {
                let wakers = wakers.to_vec();
                thread::spawn(move || wakers.into_iter().for_each(Waker::wake))
            });
            let threads: Vec<_> = threads.collect();
            if round % 2 == 0 {
                // Ready or not, by what has come until now.
                let _ = poll_once(all.as_mut(), Waker::noop());
            }
            drop(all);
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            traces.iter().for_each(|trace| {
                let here = thread::current().id();
                assert!(trace.dropped.borrow().iter().all(|dropped| *dropped == here));
                assert!(!trace.dropped.borrow().is_empty());
            });
        }
    }
}
