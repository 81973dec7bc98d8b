//! Fixed tuples: the cost of a wake, and of their making and end.

use std::cell::RefCell;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::sweep;
use crate::child::Ready;
use crate::contender::{Bound, BoundOfWoken, FuturesConcurrency, JoinMacro, Ringfence, Tuple};
use crate::drive::{Drive, Spin};
use crate::harness::{Cell, Measure};
use crate::row::{Area, Row};
use crate::targets::Must::Beat;

pub(super) const AREA: Area =
    Area { name: "tuples", title: "Tuples: two to eight children in place", rows };

/// A place where one child waits, and is woken again and again.
#[derive(Default)]
struct Bell(RefCell<Option<Waker>>);

impl Bell {
    fn ring(&self) {
        if let Some(waker) = &*self.0.borrow() {
            waker.wake_by_ref();
        }
    }
}

/// Pends for ever; each poll costs so many steps of arithmetic.
struct Works<'a> {
    bell: &'a Bell,
    steps: u32,
}

impl Future for Works<'_> {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        work(self.steps);
        match &mut *self.bell.0.borrow_mut() {
            // Cloned at the first poll only: the waker stays the same.
            Some(waker) => waker.clone_from(cx.waker()),
            vacant => *vacant = Some(cx.waker().clone()),
        }
        Poll::Pending
    }
}

/// Multiplications that each wait for the one before.
fn work(steps: u32) {
    black_box((0..steps).fold(1_u64, |product, _| black_box(product).wrapping_mul(3)));
}

/// So many steps that a poll costs about twelve nanoseconds, the bell's one or two among them.
///
/// Found once, so that tuples of all sizes have the same children.
fn heavy() -> u32 {
    const SAMPLE: u32 = 1 << 14;
    static STEPS: OnceLock<u32> = OnceLock::new();
    *STEPS.get_or_init(|| {
        let step = |_| {
            let start = Instant::now();
            work(SAMPLE);
            start.elapsed().as_secs_f64() * 1e9 / f64::from(SAMPLE)
        };
        let fastest = (0..256).map(step).fold(f64::INFINITY, f64::min);
        (10.5 / fastest).round() as u32
    })
}

/// One child after the other is woken, and the tuple is polled.
fn per_wake<C: Tuple<N>, const N: usize>(steps: u32) -> Cell {
    let run = move |iterations: u64| {
        let bells: [Bell; N] = std::array::from_fn(|_| Bell::default());
        let waker = Spin::waker();
        let mut cx = Context::from_waker(&waker);
        let mut tuple = pin!(C::join(|place| Works { bell: &bells[place], steps }));
        assert!(tuple.as_mut().poll(&mut cx).is_pending(), "the children pend for ever");
        let start = Instant::now();
        for wake in 0..iterations {
            bells[wake as usize % N].ring();
            black_box(tuple.as_mut().poll(&mut cx).is_pending());
        }
        start.elapsed()
    };
    Cell { contender: C::NAME, measure: Measure::time(1, run) }
}

/// A tuple of ready children is made, awaited and dropped.
fn ready<C: Tuple<N>, const N: usize>() -> Cell {
    let run = |iterations| {
        Spin.block_on(async {
            let start = Instant::now();
            for _ in 0..iterations {
                C::join(|place| Ready(black_box(place as u64))).await;
            }
            start.elapsed()
        })
    };
    Cell { contender: C::NAME, measure: Measure::time(1, run) }
}

/// The sizes for which contenders have tuples here.
pub(super) const SIZES: [usize; 4] = [2, 3, 4, 8];

/// Calls a function that is generic over a tuple's size with one of [`SIZES`].
macro_rules! of_size {
    ($n:expr, $cells:ident, $arguments:tt $(, $generic:ty)?) => {
        match $n {
            2 => $cells::<$($generic,)? 2> $arguments,
            3 => $cells::<$($generic,)? 3> $arguments,
            4 => $cells::<$($generic,)? 4> $arguments,
            8 => $cells::<$($generic,)? 8> $arguments,
            n => unreachable!("{n} is not in `SIZES`"),
        }
    };
}

pub(super) use of_size;

/// The cells of making, awaiting and dropping.
fn ready_cells<const N: usize>() -> Vec<Cell>
where
    JoinMacro: Tuple<N>,
    FuturesConcurrency: Tuple<N>,
    Ringfence: Tuple<N>,
    Bound: Tuple<N>,
{
    vec![
        ready::<JoinMacro, N>(),
        ready::<FuturesConcurrency, N>(),
        ready::<Ringfence, N>(),
        ready::<Bound, N>(),
    ]
}

/// The cells of a wake, of children whose polls take so many steps, beside the bound `B`.
fn wake_cells<B: Tuple<N>, const N: usize>(steps: u32) -> Vec<Cell>
where
    JoinMacro: Tuple<N>,
    FuturesConcurrency: Tuple<N>,
    Ringfence: Tuple<N>,
{
    vec![
        per_wake::<JoinMacro, N>(steps),
        per_wake::<FuturesConcurrency, N>(steps),
        per_wake::<Ringfence, N>(steps),
        per_wake::<B, N>(steps),
    ]
}

fn rows() -> Vec<Row> {
    let join = |times: f64| Beat(<JoinMacro as Tuple<2>>::NAME, times);
    // Cheap polls: at most a tenth slower than polling all. Dear polls: faster from four on.
    let cheap = |_| [join(0.91)];
    let dear = |n| if n >= 4 { vec![join(1.0)] } else { Vec::new() };
    let per_wake = "ns per wake";
    let workloads = [
        sweep("tuple: make, await, drop; ready", "ns per tuple", &SIZES, cheap, |n| {
            of_size!(n, ready_cells, ())
        }),
        sweep("tuple: per wake, polls of ~1 ns", per_wake, &SIZES, cheap, |n| {
            of_size!(n, wake_cells, (0), Bound)
        }),
        sweep("tuple: per wake, polls of ~12 ns", per_wake, &SIZES, dear, |n| {
            of_size!(n, wake_cells, (heavy()), BoundOfWoken)
        }),
    ];
    workloads.into_iter().flatten().collect()
}
