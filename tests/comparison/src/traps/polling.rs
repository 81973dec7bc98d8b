//! Who is woken and polled: T9, T11, T18, T22.

use crate::{
    said::Said,
    sets::{Child, Set},
};
use ringfence_test::{CountingWaker, HookedWaker, Probe, Stepper};
use std::{
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    thread,
};

/// T9: a hang is one that the watchdog sees.
pub(super) fn echo<S: Set<Probe<u32>>>() -> Said {
    let (first, second) = (Probe::pending(), Probe::pending());
    let controls = [first.controller(), second.controller()];
    let mut set = S::empty();
    set.push(first);
    set.push(second);
    let [rouse, woken] = controls;
    let parent = HookedWaker::new().on_wake(move || {
        woken.waker().inspect(Waker::wake_by_ref);
    });
    let parent = parent.into_waker();
    let mut cx = Context::from_waker(&parent);
    if set.poll_next(&mut cx).is_ready() {
        return Said::other("ends for nothing");
    }
    rouse.complete(1);
    Said::fine_if(set.poll_next(&mut cx).is_ready(), "loses a wake")
}

/// T11: no more than that nothing was seen to go wrong.
pub(super) fn threads<S: Set<Probe<u32>>>() -> Said {
    let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
    let over = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (wakers, over) = (wakers.clone(), over.clone());
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let some = wakers.lock().expect("no panic").clone();
                    some.iter().for_each(Waker::wake_by_ref);
                }
            })
        })
        .collect();
    for _ in 0..2_000 {
        let mut set = S::empty();
        let children: Vec<_> = (0..8).map(|_| Probe::pending()).collect();
        let controls: Vec<_> = children.iter().map(Probe::controller).collect();
        children.into_iter().for_each(|child| set.push(child));
        super::children::drain(&mut set);
        *wakers.lock().expect("no panic") = controls.iter().filter_map(|c| c.waker()).collect();
        super::children::drain(&mut set);
    }
    over.store(true, Ordering::Relaxed);
    let all = threads.into_iter().all(|thread| thread.join().is_ok());
    Said::fine_if(all, "a thread panics")
}

/// T18: each wait for the next is a future that is dropped.
pub(super) fn given_up<S: Set<Child<u32>>>() -> Said {
    let (early, late) = (Probe::pending(), Probe::pending());
    let controls = [early.controller(), late.controller()];
    let mut set = S::empty();
    set.push(Box::pin(early));
    set.push(Box::pin(late));
    let mut outputs = Vec::new();
    for (value, control) in (0..).zip(controls) {
        let _ = Stepper::new(poll_fn(|cx| set.poll_next(cx))).step();
        control.complete(value);
        if let Poll::Ready(Some(Some(output))) =
            Stepper::new(poll_fn(|cx| set.poll_next(cx))).step()
        {
            outputs.push(output);
        }
    }
    Said::fine_if(outputs == [0, 1], "loses a result")
}

/// T22.
pub(super) fn other_parent<S: Set<Probe<u32>>>() -> Said {
    let child = Probe::pending();
    let control = child.controller();
    let mut set = S::empty();
    set.push(child);
    let parents = [CountingWaker::new(), CountingWaker::new()];
    for parent in &parents {
        if set.poll_next(&mut Context::from_waker(&parent.waker())).is_ready() {
            return Said::other("ends for nothing");
        }
    }
    parents.iter().for_each(|parent| {
        parent.take_wakes();
    });
    control.wake();
    match [parents[0].wakes(), parents[1].wakes()] {
        [0, 0] => Said::other("wakes nobody"),
        [0, _] => Said::Fine,
        [_, 0] => Said::other("wakes the first"),
        _ => Said::other("wakes both"),
    }
}
