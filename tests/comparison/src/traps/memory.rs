//! What is kept: T12, T25.

use crate::{said::Said, sets::Set};
use ringfence_benches::alloc::count;
use ringfence_test::{Probe, Stepper};
use std::{
    cell::RefCell,
    future::{Future, pending},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
};

/// A child of 64 KiB that leaves its waker, and ends when it is polled again.
pub(super) struct Large {
    _room: [u8; 64 << 10],
    kept: Rc<RefCell<Option<Waker>>>,
}

impl Future for Large {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.kept.borrow_mut().replace(cx.waker().clone()) {
            None => Poll::Pending,
            Some(_) => Poll::Ready(()),
        }
    }
}

pub(super) fn stale_waker<S: Set<Large>>() -> Said {
    let kept = Rc::new(RefCell::new(None));
    let large = || Large { _room: [0; 64 << 10], kept: kept.clone() };
    let run = || {
        let mut set = S::empty();
        set.push(large());
        super::children::drain(&mut set);
        let waker: Option<Waker> = kept.borrow().clone();
        waker.inspect(Waker::wake_by_ref);
        super::children::drain(&mut set);
        drop(set);
        // The waker of the last poll is all that is left of it.
    };
    let ((), tally) = count(run);
    let kib = tally.bytes >> 10;
    drop(kept.take());
    Said::fine_if(kib < 1, &format!("{kib} KiB"))
}

/// So many children at a time, and so many times.
const TIMES: usize = 1_000;
const CHILDREN: usize = 100;

fn kept(bytes: isize) -> Said {
    Said::fine_if(bytes >> 10 < 64, &format!("{:.0} MiB", bytes as f64 / 1024.0 / 1024.0))
}

/// Polls a scope until its body has said that all is done; what it keeps then.
fn while_open<F: Future>(scope: impl FnOnce(Arc<AtomicBool>) -> F) -> Said {
    let done = Arc::new(AtomicBool::new(false));
    let run = || {
        let mut scope = Stepper::new(scope(done.clone()));
        while !done.load(Relaxed) {
            assert!(scope.step().is_pending(), "it stays open");
        }
        scope
    };
    let (_scope, tally) = count(run);
    kept(tally.bytes)
}

/// Gives way once to the others.
fn pause() -> impl Future<Output = ()> {
    Probe::yields(1, ())
}

pub(super) fn unasked_ringfence() -> Said {
    while_open(|done| {
        ringfence_core::scope(async move |s| -> Result<(), ()> {
            for _ in 0..TIMES {
                (0..CHILDREN).for_each(|_| drop(s.spawn(async {})));
                pause().await;
            }
            done.store(true, Relaxed);
            pending().await
        })
    })
}

pub(super) fn unasked_moro() -> Said {
    while_open(|done| {
        moro::scope_fn::<(), _>(move |scope| {
            Box::pin(async move {
                for _ in 0..TIMES {
                    (0..CHILDREN).for_each(|_| drop(scope.spawn(async {})));
                    pause().await;
                }
                done.store(true, Relaxed);
                pending().await
            })
        })
    })
}

pub(super) fn unasked_tokio() -> Said {
    let runtime = super::runtimes::runtime();
    let run = || {
        runtime.block_on(async {
            let mut set = tokio::task::JoinSet::new();
            for _ in 0..TIMES {
                for _ in 0..CHILDREN {
                    set.spawn(async {});
                }
                tokio::task::yield_now().await;
            }
            set
        })
    };
    let (_set, tally) = count(run);
    kept(tally.bytes)
}
