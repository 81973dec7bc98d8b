//! Scopes: children that a body spawns, awaited by their handles or left alone.

use std::future::ready;
use std::hint::black_box;
use std::pin::pin;
use std::task::Context;
use std::time::Instant;

use super::{DECADES, PER_CHILD, sweep};
use crate::child::{Child, Ready, Yields};
use crate::contender::{
    Bound, Boxing, Moro, MoroLocal, Nest, Nursery, NurseryWorkload, Ringfence, local_nurseries,
    nurseries,
};
use crate::drive::{Drive, Spin};
use crate::harness::{Cell, Measure};
use crate::row::{Area, Row};
use crate::targets::Must::{AtMost, Beat};

pub(super) const AREA: Area = Area { name: "scope", title: "Scopes: children of a body", rows };

/// How many children come before the body yields, so that they end.
pub(super) const BATCH: usize = 1_000;

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
                    let batch = black_box(self.n).min(BATCH);
                    C::spawn_each(self.n / batch, batch, |at| Ready(at as u64), ready(())).await;
                }
                start.elapsed()
            })
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

fn rows() -> Vec<Row> {
    const MORO: &str = <Moro as Nursery>::NAME;
    const MORO_LOCAL: &str = <MoroLocal as Nursery>::NAME;
    /// Every scope is polled by the one around it, so that a thread's stack sets the bound.
    const DEPTHS: [usize; 3] = [1, 10, 100];
    let few = || vec![Beat(MORO, 1.0)];
    let handles = |n| {
        if n < 100 { few() } else { vec![AtMost(100.0), Beat(MORO, 3.0), Beat(MORO_LOCAL, 3.0)] }
    };
    let local = |n| if n < 100 { vec![Beat(MORO_LOCAL, 1.0)] } else { vec![Beat(MORO_LOCAL, 3.0)] };
    let left = |n| if n < 100 { few() } else { vec![Beat(MORO, 3.0)] };
    let workloads = [
        sweep("scope: spawn, await by handle; ready", PER_CHILD, &DECADES, handles, |n| {
            nurseries(AwaitEach { n, child: |at| Ready(at as u64) })
        }),
        sweep("scope: spawn, await by handle; yield once", PER_CHILD, &DECADES, handles, |n| {
            nurseries(AwaitEach { n, child: |_| Yields(1) })
        }),
        sweep("scope_local: spawn, await by handle; ready", PER_CHILD, &DECADES, local, |n| {
            local_nurseries(AwaitEach { n, child: |at| Ready(at as u64) })
        }),
        sweep("scope_local: spawn, await by handle; yield once", PER_CHILD, &DECADES, local, |n| {
            local_nurseries(AwaitEach { n, child: |_| Yields(1) })
        }),
        sweep("scope: spawn, leave alone", PER_CHILD, &DECADES, left, |n| {
            nurseries(LeaveAlone { n })
        }),
        sweep(
            "scope: one in the other, dropped",
            "ns per scope",
            &DEPTHS,
            |_| few(),
            |depth| {
                vec![nest::<Moro>(depth), nest::<Ringfence>(depth), nest::<Boxing<Bound>>(depth)]
            },
        ),
    ];
    workloads.into_iter().flatten().collect()
}
