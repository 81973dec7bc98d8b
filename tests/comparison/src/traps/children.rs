//! What is done to a child: T4, T8, T10, T20.

use crate::{
    said::Said,
    sets::{Child, Set},
};
use ringfence_test::{Controller, Probe, Stepper};
use std::{
    future::{Future, pending, poll_fn, ready},
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// Polls a set until it is pending or empty; whether it is empty.
pub(super) fn drain<F: Future, S: Set<F>>(set: &mut S) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match set.poll_next(&mut cx) {
            Poll::Ready(Some(_)) => {}
            Poll::Ready(None) => return true,
            Poll::Pending => return false,
        }
    }
}

/// T4: one is completed, one is dropped with the set, and the set has grown meanwhile.
pub(super) fn moved<S: Set<Probe<u32>>>() -> Said {
    let mut controls: Vec<Controller<u32>> = Vec::new();
    let mut set = S::empty();
    let mut push = |set: &mut S, child: Probe<u32>| {
        controls.push(child.controller());
        set.push(child);
    };
    push(&mut set, Probe::pending());
    push(&mut set, Probe::yields(1, 1));
    // A child that finds itself moved panics, and says so in its record.
    let _ = catch_unwind(AssertUnwindSafe(|| drain(&mut set)));
    for _ in 0..100 {
        push(&mut set, Probe::pending());
    }
    for control in &controls[..1] {
        control.complete(2);
    }
    let _ = catch_unwind(AssertUnwindSafe(|| drain(&mut set)));
    let _ = catch_unwind(AssertUnwindSafe(|| drop(set)));
    let faults = controls.iter().any(|control| !control.faults().is_empty());
    Said::fine_if(!faults, "moves it")
}

/// T8: the first and the last end, the one between them panics.
pub(super) fn panics<S: Set<Child<u32>>>() -> Said {
    let mut set = S::empty();
    let last = Probe::pending();
    let control = last.controller();
    set.push(Box::pin(ready(1)));
    set.push(Box::pin(async { panic!("as planned") }));
    set.push(Box::pin(last));
    let mut ends = 0;
    let mut set = Stepper::new(poll_fn(move |cx| set.poll_next(cx)));
    for round in 0..20 {
        if round == 5 {
            control.complete(3);
        }
        match catch_unwind(AssertUnwindSafe(|| set.step())) {
            Ok(Poll::Ready(Some(output))) => ends += usize::from(output.is_some()),
            Ok(Poll::Ready(None)) => return Said::fine_if(ends == 2, "loses a result"),
            Ok(Poll::Pending) | Err(_) => {}
        }
    }
    Said::other("the set never ends")
}

/// T10: a slot has its second child, and the key of the first is used.
macro_rules! stale {
    ($set:ident) => {{
        let mut set = crate::sets::$set::<Child<u32>>::empty();
        let first = set.insert(Box::pin(ready(1_u32)));
        drain(&mut set);
        set.insert(Box::pin(pending()));
        set.remove(first);
        Said::fine_if(set.len() == 1, "removes the other")
    }};
}

pub(super) fn stale_ringfence() -> Said {
    stale!(Ringfence)
}

pub(super) fn stale_concurrency() -> Said {
    stale!(Concurrency)
}

/// Whether a type is `Send`, as a value.
struct IsSend<T>(PhantomData<T>);

trait Otherwise {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> Otherwise for &IsSend<T> {}

impl<T: Send> IsSend<T> {
    fn is_send(&self) -> bool {
        true
    }
}

/// A child that may not change its thread.
type Local = Pin<Box<dyn Future<Output = Rc<()>>>>;

/// T20.
macro_rules! send {
    ($name:ident, $set:ident) => {
        pub(super) fn $name() -> Said {
            type Sent = crate::sets::$set<Child<u32>>;
            type Stays = crate::sets::$set<Local>;
            let sent = (&IsSend::<Sent>(PhantomData)).is_send();
            let stays = !(&IsSend::<Stays>(PhantomData)).is_send();
            match (sent, stays) {
                (true, true) => Said::Fine,
                (false, _) => Said::other("never"),
                (true, false) => Said::other("always"),
            }
        }
    };
}

send!(send_ringfence, Ringfence);
send!(send_futures, Futures);
send!(send_concurrency, Concurrency);
send!(send_buffered, Buffered);
send!(send_unicycle, Unicycle);
