//! Scopes: children that a body spawns, awaited by their handles or left alone.

use std::future::{pending, poll_fn, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Instant;

use ringfence_benches::alloc::count;

use super::row;
use crate::child::{Child, Once, Ready, Yields, drops};
use crate::contender::{Moro, Nest, Nursery, NurseryWorkload, Ringfence, nurseries};
use crate::drive::{Drive, Spin};
use crate::harness::{Cell, Measure, Row, Table};
use crate::targets::Must::{AtMost, Beat};

/// How many children come before the body yields, so that they end.
const BATCH: usize = 1_000;

/// A scope is opened, its body spawns `n` children, awaits each, and the scope is closed.
#[derive(Clone, Copy)]
struct AwaitEach<M> {
    n: usize,
    child: M,
}

impl<F: Child, M: Fn(usize) -> F + Copy + Send + 'static> NurseryWorkload for AwaitEach<M> {
    fn measure<C: Nursery>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let start = Instant::now();
                for _ in 0..iterations {
                    C::await_each(black_box(self.n), self.child).await;
                }
                start.elapsed()
            })
        })
    }
}

/// What a scope of `n` ready children allocates, each of them awaited.
#[derive(Clone, Copy)]
struct Allocations {
    n: usize,
}

impl NurseryWorkload for Allocations {
    fn measure<C: Nursery>(self) -> Measure {
        Measure::count(move || {
            let mut drive = C::Drive::default();
            let awaited = || drive.block_on(C::await_each(self.n, |at| Ready(at as u64)));
            let ((), tally) = count(awaited);
            tally.allocations as f64
        })
    }
}

/// A scope is opened, its body spawns `n` children and yields now and then; once they have ended,
/// the scope is closed.
#[derive(Clone, Copy)]
struct LeaveAlone {
    n: usize,
}

impl NurseryWorkload for LeaveAlone {
    fn measure<C: Nursery>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let start = Instant::now();
                for _ in 0..iterations {
                    let batches = black_box(self.n) / BATCH;
                    C::spawn_each(batches, BATCH, |at| Ready(at as u64), ready(())).await;
                }
                start.elapsed()
            })
        })
    }
}

/// Bytes that an open scope keeps, of which `n` children have ended that nobody awaited.
#[derive(Clone, Copy)]
struct BytesKept {
    n: usize,
}

impl NurseryWorkload for BytesKept {
    fn measure<C: Nursery>(self) -> Measure {
        Measure::count(move || {
            let mut drive = C::Drive::default();
            let dropped = drops() + self.n;
            let mut scope =
                Some(Box::pin(C::spawn_each(self.n / BATCH, BATCH, |_| Once, pending())));
            let ((), tally) = count(|| {
                drive.block_on(poll_fn(|cx| {
                    let open = scope.as_mut().map(|scope| scope.as_mut().poll(cx).is_pending());
                    assert_eq!(open, Some(true), "the body pends for ever");
                    if drops() >= dropped {
                        return Poll::Ready(());
                    }
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }));
            });
            // Inside, since tasks are aborted on their runtime.
            drive.block_on(async { drop(scope.take()) });
            tally.bytes as f64
        })
    }
}

/// `depth` scopes, one within the other, are opened, polled until the innermost waits, and dropped.
fn nest<C: Nest>(depth: usize) -> Cell {
    let run = move |iterations| {
        let waker = Spin::waker();
        let mut cx = Context::from_waker(&waker);
        let start = Instant::now();
        for _ in 0..iterations {
            let mut outermost = pin!(C::nest(black_box(depth)));
            assert!(outermost.as_mut().poll(&mut cx).is_pending(), "the innermost waits");
        }
        start.elapsed()
    };
    Cell { contender: C::NAME, measure: Measure::time(depth, run) }
}

pub(super) fn rows() -> Vec<Row> {
    const N: usize = 1_000;
    const MANY: usize = 1_000_000;
    /// Every scope is polled by the one around it, so that a thread's stack sets the bound.
    const DEPTH: usize = 100;
    const MORO: &str = <Moro as Nursery>::NAME;
    let scopes = Table::Scopes;
    let handles = [AtMost(100.0), Beat(MORO, 3.0)];
    vec![
        row(scopes, "scope: spawn, await by handle; ready", N, handles, || {
            nurseries(AwaitEach { n: N, child: |at| Ready(at as u64) })
        }),
        row(scopes, "scope: spawn, await by handle; yield once", N, handles, || {
            nurseries(AwaitEach { n: N, child: |_| Yields(1) })
        }),
        row(scopes, "scope: open, one child, close", 1, [Beat(MORO, 1.0)], || {
            nurseries(AwaitEach { n: 1, child: |at| Ready(at as u64) })
        }),
        row(scopes, "scope: spawn, leave alone", N, [Beat(MORO, 3.0)], || {
            nurseries(LeaveAlone { n: N })
        }),
        row(scopes, "scope: spawn, leave alone", MANY, [Beat(MORO, 3.0)], || {
            nurseries(LeaveAlone { n: MANY })
        }),
        row(scopes, "scope: one in the other, dropped", DEPTH, [Beat(MORO, 1.0)], || {
            vec![nest::<Moro>(DEPTH), nest::<Ringfence>(DEPTH)]
        }),
    ]
}

/// What repeats.
pub(super) fn counts() -> Vec<Row> {
    const MANY: usize = 1_000_000;
    // One per child; the rest is the scope's, and the room for handles and children that grows.
    let one = [AtMost(1_050.0)];
    vec![
        row(Table::Counts, "allocations, children with handles", 1_000, one, || {
            nurseries(Allocations { n: 1_000 })
        }),
        row(Table::Counts, "bytes kept after n children ended", MANY, [], || {
            nurseries(BytesKept { n: MANY })
        }),
    ]
}
