//! Scopes, with the same bodies: T1, T2, T3, T7, T8, T13, T14.

use crate::said::Said;
use futures::channel::oneshot;
use ringfence_core::{scope, sleep};
use ringfence_test::{Controller, Probe, Stepper, TestRuntime};
use std::{
    future::{Future, pending},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread,
    time::Duration,
};
use tokio::sync::Mutex;

/// Runs on a virtual clock; that nothing is left to do is a hang.
pub(super) fn run(future: impl Future<Output = Said>) -> Said {
    let run = AssertUnwindSafe(|| TestRuntime::new(1).run(future));
    catch_unwind(run).unwrap_or_else(|panic| match panic.downcast::<String>() {
        Ok(message) if message.starts_with("deadlock") => Said::other("hangs"),
        _ => Said::other("panics"),
    })
}

/// Forgets a scope that was polled once. Whether its child was touched once its data is gone.
fn forget<F: Future>(scope: F, control: &Controller<()>) -> Said {
    let mut scope = Stepper::new(scope);
    let _ = scope.step();
    let polls = control.polls();
    mem::forget(scope);
    control.wake();
    Said::fine_if(polls == 1 && control.polls() == 1 && !control.is_dropped(), "goes on")
}

pub(super) fn forget_ringfence() -> Said {
    let child = Probe::pending();
    let control = child.controller();
    let data = String::from("borrowed");
    let said = forget(
        scope(async |s| -> Result<(), ()> {
            s.spawn(async {
                child.await;
                assert_eq!(data.len(), 8);
            });
            pending().await
        }),
        &control,
    );
    drop(data);
    said
}

pub(super) fn forget_moro() -> Said {
    let child = Probe::pending();
    let control = child.controller();
    let data = String::from("borrowed");
    let said = forget(
        moro::async_scope!(|s| {
            s.spawn(async {
                child.await;
                assert_eq!(data.len(), 8);
            });
            pending::<()>().await
        }),
        &control,
    );
    drop(data);
    said
}

fn moro_with(child: Probe<()>) -> impl Future<Output = ()> {
    moro::async_scope!(|s| {
        s.spawn(child);
        pending::<()>().await
    })
}

pub(super) fn unwinding_moro() -> Said {
    let child = Probe::pending();
    let control = child.controller();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let mut scope = Stepper::new(moro_with(child));
        let _ = scope.step();
        panic!("as planned");
    }));
    Said::fine_if(control.drops() == 1, "some live on")
}

pub(super) fn given_up_moro() -> Said {
    let child = Probe::pending();
    let control = child.controller();
    let mut scope = Stepper::new(moro_with(child));
    let _ = scope.step();
    drop(scope);
    Said::fine_if(control.drops() == 1, "some live on")
}

/// Wakes one who waits for it, from another thread.
fn from_a_thread() -> oneshot::Receiver<()> {
    let (send, receive) = oneshot::channel();
    thread::spawn(move || {
        // real time: the other side must be waiting by then, or nothing is tried
        thread::sleep(Duration::from_millis(50));
        let _ = send.send(());
    });
    receive
}

pub(super) fn late_ringfence() -> Said {
    let (send, receive) = oneshot::channel::<()>();
    let ended = futures::executor::block_on(scope(async |s| -> Result<(), ()> {
        s.spawn(async { receive.await.unwrap_or(()) });
        s.spawn_with(async move |s| {
            let _ = from_a_thread().await;
            s.spawn(async move { send.send(()).unwrap_or(()) });
        });
        Ok(())
    }));
    Said::fine_if(ended.is_ok(), "fails")
}

pub(super) fn late_moro() -> Said {
    let (send, receive) = oneshot::channel::<()>();
    futures::executor::block_on(moro::async_scope!(|s| {
        s.spawn(async { receive.await.unwrap_or(()) });
        s.spawn(async {
            let _ = from_a_thread().await;
            s.spawn(async { send.send(()).unwrap_or(()) });
        });
    }));
    Said::Fine
}

pub(super) fn panics_moro() -> Said {
    let last = Probe::pending();
    let control = last.controller();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let mut scope = Stepper::new(moro::async_scope!(|s| {
            s.spawn(last);
            s.spawn(async { panic!("as planned") });
        }));
        let _ = scope.step();
        control.complete(());
        let _ = scope.step();
    }));
    Said::fine_if(ended.is_err() && control.drops() == 1, "loses the panic")
}

/// How far children come while the body, who has the result of the first, works.
const STEP: Duration = Duration::from_millis(10);
const WORK: Duration = Duration::from_millis(100);

pub(super) fn overlap_ringfence() -> Said {
    run(async {
        let steps = AtomicU32::new(0);
        let progress = scope(async |s| -> Result<_, ()> {
            let first = s.spawn(async { sleep(STEP).await });
            s.spawn(async {
                for _ in 0..4 {
                    sleep(STEP).await;
                    steps.fetch_add(1, Relaxed);
                }
            });
            first.await;
            let before = steps.load(Relaxed);
            sleep(WORK).await;
            Ok(steps.load(Relaxed) - before)
        });
        Said::fine_if(progress.await.unwrap_or(0) > 0, "they stand still")
    })
}

pub(super) fn overlap_moro() -> Said {
    run(async {
        let steps = AtomicU32::new(0);
        let progress = moro::async_scope!(|s| {
            let first = s.spawn(async { sleep(STEP).await });
            s.spawn(async {
                for _ in 0..4 {
                    sleep(STEP).await;
                    steps.fetch_add(1, Relaxed);
                }
            });
            first.await;
            let before = steps.load(Relaxed);
            sleep(WORK).await;
            steps.load(Relaxed) - before
        });
        Said::fine_if(progress.await > 0, "they stand still")
    })
}

pub(super) fn lock_ringfence() -> Said {
    run(async {
        let lock = Mutex::new(());
        let held = lock.lock().await;
        let ended = scope(async |s| -> Result<(), ()> {
            s.spawn(async { drop(lock.lock().await) });
            s.spawn(async {}).await;
            drop(held);
            drop(lock.lock().await);
            Ok(())
        });
        Said::fine_if(ended.await.is_ok(), "fails")
    })
}

pub(super) fn lock_moro() -> Said {
    run(async {
        let lock = Mutex::new(());
        let held = lock.lock().await;
        moro::async_scope!(|s| {
            s.spawn(async { drop(lock.lock().await) });
            s.spawn(async {}).await;
            drop(held);
            drop(lock.lock().await);
        })
        .await;
        Said::Fine
    })
}
