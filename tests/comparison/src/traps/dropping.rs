//! What becomes of children when their set is dropped: T2, T3, T21.

use super::children::drain;
use crate::{said::Said, sets::Set};
use ringfence_test::{Controller, Probe};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A set that has polled three pending children, and their controllers.
fn polled<S: Set<Probe<u32>>>(make: impl Fn(usize) -> Probe<u32>) -> (S, Vec<Controller<u32>>) {
    let mut set = S::empty();
    let children: Vec<_> = (0..3).map(make).collect();
    let controls = children.iter().map(Probe::controller).collect();
    children.into_iter().for_each(|child| set.push(child));
    drain(&mut set);
    (set, controls)
}

fn all_dropped(controls: &[Controller<u32>]) -> Said {
    let dropped = controls.iter().filter(|control| control.drops() == 1).count();
    Said::fine_if(dropped == controls.len(), "some live on")
}

pub(super) fn unwinding<S: Set<Probe<u32>>>() -> Said {
    let (set, controls) = polled::<S>(|_| Probe::pending());
    let _ = catch_unwind(AssertUnwindSafe(move || {
        let _set = set;
        panic!("as planned");
    }));
    all_dropped(&controls)
}

pub(super) fn given_up<S: Set<Probe<u32>>>() -> Said {
    let (set, controls) = polled::<S>(|_| Probe::pending());
    drop(set);
    all_dropped(&controls)
}

pub(super) fn destructor<S: Set<Probe<u32>>>() -> Said {
    let (set, controls) = polled::<S>(|place| match place {
        1 => Probe::pending().panics_on_drop(),
        _ => Probe::pending(),
    });
    let _ = catch_unwind(AssertUnwindSafe(|| drop(set)));
    let dropped = controls.iter().filter(|control| control.drops() == 1).count();
    Said::fine_if(dropped == controls.len(), "leaks the others")
}
