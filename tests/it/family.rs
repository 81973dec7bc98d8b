//! Children under control, and what became of them.

use crate::verbs::{Child, Output};
use ringfence_test::{Controller, Tally};
use std::{
    panic,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering},
    },
};

/// The controllers of some children, and the tally of what they return.
pub(crate) struct Family {
    controls: Vec<Controller<Output>>,
    fuses: Vec<Arc<AtomicBool>>,
    tally: Tally,
}

/// What a child panics with when it is told to.
pub(crate) const CHILD_PANICS: &str = "a child panics";
/// What a [`Child`] panics with that was made to panic on drop.
pub(crate) const DROP_PANICS: &str = "probe panics on drop";

impl Family {
    /// Makes children that are pending until they are told how to end.
    pub(crate) fn new(len: usize) -> (Self, Vec<Child>) {
        Self::with(len, |_, child| child)
    }

    /// Makes children that are pending, each changed by `make`.
    pub(crate) fn with(len: usize, make: impl Fn(usize, Child) -> Child) -> (Self, Vec<Child>) {
        quieten();
        let fuses: Vec<_> = (0..len).map(|_| Arc::new(AtomicBool::new(false))).collect();
        let children: Vec<_> = fuses
            .iter()
            .enumerate()
            .map(|(place, fuse)| {
                let fuse = Arc::clone(fuse);
                let child = Child::pending().on_poll(move |_| {
                    if fuse.load(Ordering::Relaxed) {
                        panic!("{CHILD_PANICS}")
                    }
                });
                make(place, child)
            })
            .collect();
        let controls = children.iter().map(Child::controller).collect();
        (Self { controls, fuses, tally: Tally::new() }, children)
    }

    pub(crate) fn succeed(&self, place: usize) {
        self.end(place, |tally| Ok(tally.count(place)));
    }

    pub(crate) fn fail(&self, place: usize) {
        self.end(place, |tally| Err(tally.count(place)));
    }

    /// Succeeds with a value that panics when it is dropped.
    pub(crate) fn succeed_with_bomb(&self, place: usize) {
        self.end(place, |tally| Ok(tally.bomb(place)));
    }

    /// Fails with an error that panics when it is dropped.
    pub(crate) fn fail_with_bomb(&self, place: usize) {
        self.end(place, |tally| Err(tally.bomb(place)));
    }

    fn end(&self, place: usize, output: impl FnOnce(&Tally) -> Output) {
        let control = &self.controls[place];
        // A refused value would be dropped here, of all places.
        if !control.is_dropped() {
            control.complete(output(&self.tally));
        }
    }

    /// Panics in the next poll, and wakes the child for it.
    pub(crate) fn panic(&self, place: usize) {
        self.fuses[place].store(true, Ordering::Relaxed);
        self.wake(place);
    }

    /// Wakes a child for nothing.
    pub(crate) fn wake(&self, place: usize) {
        self.controls[place].wake();
    }

    pub(crate) fn control(&self, place: usize) -> &Controller<Output> {
        &self.controls[place]
    }

    pub(crate) fn are_all_dropped(&self) -> bool {
        self.controls.iter().all(Controller::is_dropped)
    }

    /// Asserts that children and outputs were each dropped once, and no child was mistreated.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        self.controls.iter().for_each(Controller::assert_sound);
        self.tally.assert_all_dropped_once();
    }
}

/// Keeps panics that are made on purpose, in thousands, out of the output.
fn quieten() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let payload = panic.payload();
            let literal = payload.downcast_ref::<&str>().copied();
            let message = literal.or(payload.downcast_ref::<String>().map(|text| text.as_str()));
            let message = message.unwrap_or_default();
            let ours = [CHILD_PANICS, DROP_PANICS, "counted value", "a waker panics"];
            if !ours.iter().any(|ours| message.starts_with(ours)) {
                loud(panic);
            }
        }));
    });
}
