//! Whatever is forgotten is a leak, and nothing else: what children borrow may be freed.

use crate::{family::Family, verbs::VERBS};
use ringfence_core::{JoinSet, try_gather};
use ringfence_test::{CountingWaker, Stepper};
use std::{cell::Cell, future::pending, mem, task::Context};

// trap: T1
#[test]
fn the_children_of_a_verb_that_is_forgotten_are_neither_polled_nor_dropped() {
    for verb in VERBS {
        for len in [1, 3, 4, 12] {
            let (family, children) = Family::new(len);
            let mut running = Stepper::new((verb.run)(children));
            assert!(running.step().is_pending());
            mem::forget(running);
            for place in 0..len {
                family.wake(place);
                let control = family.control(place);
                assert_eq!((control.polls(), control.drops()), (1, 0), "{:?}", verb.name);
            }
        }
    }
}

/// Adds to what it borrows, in its only poll and when it is dropped.
async fn touch(data: &Cell<u32>) -> Result<(), ()> {
    struct OnDrop<'a>(&'a Cell<u32>);
    impl Drop for OnDrop<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 100);
        }
    }
    let on_drop = OnDrop(data);
    data.set(data.get() + 1);
    pending::<()>().await;
    drop(on_drop);
    Ok(())
}

// trap: T1
#[test]
fn what_children_borrow_may_be_freed_once_their_set_is_forgotten() {
    let data = Box::new(Cell::new(0));
    let parent = CountingWaker::new();
    let mut set = JoinSet::from_iter([touch(&data), touch(&data)]);
    assert!(set.poll_next(&mut Context::from_waker(&parent.waker())).is_pending());
    mem::forget(set);
    let mut all = Stepper::new(try_gather([touch(&data), touch(&data)]));
    assert!(all.step().is_pending());
    mem::forget(all);
    assert_eq!(data.get(), 4);
    drop(data);
}
