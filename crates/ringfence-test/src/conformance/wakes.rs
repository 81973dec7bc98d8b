//! Wakes: from wherever they come, and whenever.

use super::{Host, tasks::spawn};
use crate::{Controller, Probe};
use ringfence_core::{block_on, gather, remote};
use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Poll, Waker},
    thread,
};

pub(super) fn a_wake_inside_a_poll_asks_for_another_poll(host: impl Host) {
    const TIMES: usize = 1_000;
    let child = Probe::yields(TIMES, ());
    let control = child.controller();
    block_on(remote(&host.spawner(), child));
    assert_eq!(control.polls(), TIMES + 1);
}

pub(super) fn a_wake_from_another_thread_inside_a_poll_is_not_lost(host: impl Host) {
    for _ in 0..50 {
        let (to_wake, wakers) = mpsc::channel::<Waker>();
        let (woken, has_woken) = mpsc::channel();
        let waking = thread::spawn(move || {
            for waker in wakers {
                waker.wake();
                woken.send(()).expect("it is received");
            }
        });
        let mut polls = 0;
        let child = poll_fn(move |cx| {
            polls += 1;
            if polls == 3 {
                return Poll::Ready(polls);
            }
            to_wake.send(cx.waker().clone()).expect("it is received");
            // The wake has come and gone by the time that this poll ends.
            has_woken.recv().expect("it is woken");
            Poll::Pending
        });
        assert_eq!(block_on(remote(&host.spawner(), child)), 3);
        waking.join().expect("it ends with its channel");
    }
}

pub(super) fn wakes_from_another_thread_are_not_lost(host: impl Host) {
    const CHILDREN: usize = 32;
    let (to_complete, controls) = mpsc::channel::<Controller<()>>();
    let completing = thread::spawn(move || {
        for control in controls {
            // One for nothing; and both before, inside of, or after its first poll.
            control.wake();
            assert!(control.complete(()), "it is awaited");
        }
    });
    for round in 0..50 {
        let children = (0..CHILDREN).map(|_| {
            let child = Probe::pending();
            if round % 2 == 0 {
                to_complete.send(child.controller()).expect("it is received");
                return remote(&host.spawner(), child);
            }
            let (to_complete, control) = (to_complete.clone(), child.controller());
            let told = move |poll| {
                if poll == 1 {
                    to_complete.send(control.clone()).expect("it is received");
                }
            };
            remote(&host.spawner(), child.on_poll(told))
        });
        block_on(gather(children));
    }
    drop(to_complete);
    completing.join().expect("it ends with its channel");
}

pub(super) fn a_task_that_always_wakes_itself_holds_up_nobody(host: impl Host) {
    let is_over = Arc::new(AtomicBool::new(false));
    let (over, (begun, told)) = (Arc::clone(&is_over), mpsc::channel());
    spawn(
        &host,
        poll_fn(move |cx| {
            let _ = begun.send(());
            if over.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }),
    );
    told.recv().expect("it is polled");
    let children = (0..16).map(|n| remote(&host.spawner(), Probe::yields(4, n)));
    assert_eq!(block_on(gather(children)), Vec::from_iter(0..16));
    is_over.store(true, Ordering::Relaxed);
    // Until it has been dropped.
    told.iter().for_each(drop);
}

pub(super) fn a_waker_may_outlive_its_task(host: impl Host) {
    let (send, wakers) = mpsc::channel::<Waker>();
    block_on(remote(
        &host.spawner(),
        poll_fn(move |cx| {
            send.send(cx.waker().clone()).expect("it is received");
            Poll::Ready(())
        }),
    ));
    let waker = wakers.recv().expect("it was polled");
    waker.wake_by_ref();
    let clone = waker.clone();
    assert!(clone.will_wake(&waker));
    clone.wake();
    drop(host);
    waker.wake();
}
