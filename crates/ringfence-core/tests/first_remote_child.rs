//! The first remote child of a process: a tuple learns of it in the middle of a turn. A binary of
//! its own, since a process has only one.

use ringfence_core::{
    block_on, gather, remote,
    rt::{Refused, Spawn, Task},
};
use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    task::{Context, Poll, Waker},
    thread,
};

/// A thread for each task, of whose child it is inside the first poll when `spawn` returns.
#[derive(Clone)]
struct Inside(Arc<Mutex<Receiver<()>>>);

impl Spawn for Inside {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        thread::spawn(|| block_on(task));
        self.0.lock().unwrap().recv().unwrap();
        Ok(())
    }
}

// trap: T8
// rule: remote-drained
#[test]
fn the_panic_beside_the_first_remote_child_goes_on_when_that_has_gone() {
    let (entered, inside) = channel();
    let (out, may_go) = channel();
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let child = remote(&Inside(Arc::new(Mutex::new(inside))), async move {
        let _held = held;
        entered.send(()).unwrap();
        may_go.recv().unwrap();
        std::future::pending::<()>().await;
    });
    let panics = poll_fn(|_| -> Poll<()> { panic!("beside it") });
    let mut both = pin!(gather((child, panics)));
    let mut poll = || {
        let mut cx = Context::from_waker(Waker::noop());
        catch_unwind(AssertUnwindSafe(|| both.as_mut().poll(&mut cx).is_pending()))
    };
    for _ in 0..3 {
        assert!(poll().unwrap());
        assert_eq!(Arc::strong_count(&alive), 2);
    }
    out.send(()).unwrap();
    let thrown = loop {
        match poll() {
            Ok(pending) => assert!(pending),
            Err(thrown) => break thrown,
        }
        thread::yield_now();
    };
    assert_eq!(thrown.downcast_ref(), Some(&"beside it"));
    assert_eq!(Arc::strong_count(&alive), 1);
}
