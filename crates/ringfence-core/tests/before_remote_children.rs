//! Tuples in a process that has no remote children: their turns catch no panic, until there are
//! some. So nothing here may begin one.

use ringfence_core::{gather, race, try_gather};
use std::{
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Waker},
};

/// Pending for ever; counted when it is dropped.
async fn counted(drops: &Dropped) {
    let _counted = drops.clone();
    pending().await
}

/// How many children have been dropped.
#[derive(Clone, Default)]
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

async fn panics<T>() -> T {
    panic!("first")
}

/// Polls once what panics, and tells how many children it has dropped by then.
fn dropped<F: Future>(drops: &Dropped, verb: F) -> usize {
    let mut verb = pin!(verb);
    let mut cx = Context::from_waker(Waker::noop());
    let polled = catch_unwind(AssertUnwindSafe(|| verb.as_mut().poll(&mut cx).is_ready()));
    assert_eq!(polled.unwrap_err().downcast_ref(), Some(&"first"));
    drops.0.load(Ordering::Relaxed)
}

// trap: T8
// rule: panic-resume
#[test]
fn a_panic_goes_on_once_the_others_have_been_dropped() {
    let one = Dropped::default();
    assert_eq!(dropped(&one, gather((counted(&one), panics::<()>()))), 1);
    let two = Dropped::default();
    assert_eq!(dropped(&two, race((counted(&two), panics(), counted(&two)))), 1);
    let many = Dropped::default();
    let child = || async {
        counted(&many).await;
        Ok::<_, ()>(())
    };
    let all = try_gather((child(), child(), child(), panics::<Result<(), ()>>()));
    assert_eq!(dropped(&many, all), 3);
}
