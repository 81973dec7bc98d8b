//! Sets whose children are woken by another thread while they are polled.

use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use futures::task::AtomicWaker;

use super::row;
use super::steps::{settle, take};
use crate::contender::{
    BoundAcrossThreads, FuturesUnordered, Set, SetFamily, SetWorkload, set, sets,
};
use crate::drive::Drive;
use crate::harness::{Measure, Row, Table};
use crate::targets::Must::{Beat, BeatBest};

const N: usize = 10_000;

/// A gate that any thread may open.
#[derive(Default)]
struct Gate {
    open: AtomicBool,
    waker: AtomicWaker,
}

/// The gates, shared by all contenders, whose turns never overlap.
fn gates() -> &'static [Gate] {
    static GATES: OnceLock<Vec<Gate>> = OnceLock::new();
    GATES.get_or_init(|| (0..N).map(|_| Gate::default()).collect())
}

/// First polls of children, since the process began.
static FIRST_POLLS: AtomicUsize = AtomicUsize::new(0);

/// Pends until its gate is open.
struct Waits {
    gate: &'static Gate,
    polled: bool,
}

impl Future for Waits {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        self.gate.waker.register(cx.waker());
        if !self.polled {
            self.polled = true;
            FIRST_POLLS.fetch_add(1, Ordering::Relaxed);
        }
        // Acquire: pairs with the store in `Opener::new`; registered first, so no wake is lost.
        if self.gate.open.load(Ordering::Acquire) { Poll::Ready(0) } else { Poll::Pending }
    }
}

/// The other thread: opens all gates whenever it is asked.
struct Opener {
    ask: Option<Sender<()>>,
    opened: Receiver<()>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Opener {
    fn new() -> Self {
        let ((ask, asked), (done, opened)) = (channel(), channel());
        let thread = thread::spawn(move || {
            for () in asked {
                for gate in gates() {
                    // Release: pairs with the load in `Waits::poll`.
                    gate.open.store(true, Ordering::Release);
                    gate.waker.wake();
                }
                if done.send(()).is_err() {
                    break;
                }
            }
        });
        Self { ask: Some(ask), opened, thread: Some(thread) }
    }

    fn open_all(&self) {
        if let Some(ask) = &self.ask {
            ask.send(()).expect("the thread lives as long as its opener");
        }
    }

    /// Waits until all gates are open and the thread touches none.
    fn wait(&self) {
        self.opened.recv().expect("the thread lives as long as its opener");
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the thread only wakes");
        }
    }
}

/// Another thread wakes all children, one after the other, while the set is polled.
#[derive(Clone, Copy)]
struct WokenFromAfar;

impl SetWorkload for WokenFromAfar {
    fn measure<C: SetFamily>(self) -> Measure {
        let mut drive = C::Drive::default();
        let opener = Opener::new();
        Measure::time(N, move |iterations| {
            drive.block_on(async {
                let mut set = C::Set::with_capacity(N);
                let mut timed = Duration::ZERO;
                for _ in 0..iterations {
                    let polled = FIRST_POLLS.load(Ordering::Relaxed) + N;
                    for gate in gates() {
                        gate.open.store(false, Ordering::Relaxed);
                        set.insert(Waits { gate, polled: false });
                    }
                    settle(&mut set, || FIRST_POLLS.load(Ordering::Relaxed) == polled).await;
                    let start = Instant::now();
                    opener.open_all();
                    take(&mut set, N).await;
                    timed += start.elapsed();
                    opener.wait();
                }
                timed
            })
        })
    }
}

pub(super) fn rows() -> Vec<Row> {
    let musts = [BeatBest(1.3), Beat(FuturesUnordered::NAME, 2.0)];
    vec![row(Table::Sets, "another thread wakes all while polled", N, musts, || {
        let mut cells = sets(WokenFromAfar);
        cells.push(set::<BoundAcrossThreads>(WokenFromAfar));
        cells
    })]
}
