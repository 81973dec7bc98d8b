//! Sets whose children are woken by another thread while they are polled.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use futures::task::AtomicWaker;

use super::{DECADES, of_many, sweep};
use crate::contender::{
    BoundAcrossThreads, FuturesUnordered, Set, SetFamily, SetWorkload, sets_beside,
};
use crate::drive::Drive;
use crate::harness::Measure;
use crate::row::{Area, Row};
use crate::steps::{settle, take};
use crate::targets::Must::{Beat, BeatBest};

pub(super) const AREA: Area =
    Area { name: "threads", title: "Cross-thread wakes: another thread wakes all", rows };

/// The most children.
const MOST: usize = 100_000;

/// A gate that any thread may open.
#[derive(Default)]
struct Gate {
    open: AtomicBool,
    waker: AtomicWaker,
}

/// The gates, shared by all contenders, whose turns never overlap.
fn gates() -> &'static [Gate] {
    static GATES: OnceLock<Vec<Gate>> = OnceLock::new();
    GATES.get_or_init(|| (0..MOST).map(|_| Gate::default()).collect())
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
///
/// It spins for the asking while [awake](Self::wake), so that it has a core of its own before the
/// gates are opened; else both threads may share one, and the wakes would come in one batch.
struct Opener {
    /// How many gates, and how often.
    awake: Option<Sender<(usize, u64)>>,
    turns: Arc<Turns>,
    thread: Option<thread::JoinHandle<()>>,
}

/// How often the gates were to be opened, and were.
#[derive(Default)]
struct Turns {
    asked: AtomicU64,
    done: AtomicU64,
}

/// Spins until `counter` has come to `turn`.
fn spin_until(counter: &AtomicU64, turn: u64) {
    // Acquire: pairs with the increments in `Turns::open_all` and `Opener::ask`.
    while counter.load(Ordering::Acquire) < turn {
        std::hint::spin_loop();
    }
}

impl Turns {
    fn open_all(&self, n: usize, turn: u64) {
        spin_until(&self.asked, turn);
        for gate in &gates()[..n] {
            // Release: pairs with the load in `Waits::poll`.
            gate.open.store(true, Ordering::Release);
            gate.waker.wake();
        }
        // Release: pairs with `spin_until`.
        self.done.fetch_add(1, Ordering::Release);
    }
}

impl Opener {
    fn new() -> Self {
        let turns = Arc::new(Turns::default());
        let (awake, woken) = channel();
        let theirs = Arc::clone(&turns);
        let thread = thread::spawn(move || {
            let mut turn = 0;
            for (n, times) in woken {
                for _ in 0..times {
                    turn += 1;
                    theirs.open_all(n, turn);
                }
            }
        });
        Self { awake: Some(awake), turns, thread: Some(thread) }
    }

    /// Makes the thread ready to be asked so many times for the first `n` gates.
    fn wake(&self, n: usize, times: u64) {
        if let Some(awake) = &self.awake {
            awake.send((n, times)).expect("the thread lives as long as its opener");
        }
    }

    /// Asks for all gates to be opened; returns the turn.
    fn ask(&self) -> u64 {
        // Release: pairs with `spin_until`.
        self.turns.asked.fetch_add(1, Ordering::Release) + 1
    }

    /// Waits until all gates are open and the thread touches none.
    fn wait(&self, turn: u64) {
        spin_until(&self.turns.done, turn);
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        self.awake = None;
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the thread only wakes");
        }
    }
}

/// Another thread wakes all children, one after the other, while the set is polled.
#[derive(Clone, Copy)]
struct WokenFromAfar {
    n: usize,
}

impl SetWorkload for WokenFromAfar {
    fn measure<C: SetFamily>(self) -> Measure {
        let mut drive = C::Drive::default();
        let opener = Opener::new();
        let n = self.n;
        Measure::time_of_two_threads(n, move |iterations| {
            opener.wake(n, iterations);
            drive.block_on(async {
                let mut set = C::Set::with_capacity(n);
                let mut timed = Duration::ZERO;
                for _ in 0..iterations {
                    let polled = FIRST_POLLS.load(Ordering::Relaxed) + n;
                    for gate in &gates()[..n] {
                        gate.open.store(false, Ordering::Relaxed);
                        set.insert(Waits { gate, polled: false });
                    }
                    settle(&mut set, || FIRST_POLLS.load(Ordering::Relaxed) == polled).await;
                    let start = Instant::now();
                    let turn = opener.ask();
                    take(&mut set, n).await;
                    timed += start.elapsed();
                    opener.wait(turn);
                }
                timed
            })
        })
    }
}

fn rows() -> Vec<Row> {
    let musts = of_many([BeatBest(1.3), Beat(FuturesUnordered::NAME, 2.0)]);
    let sizes = &DECADES[..6];
    sweep("another thread wakes all while polled", "ns per wake", sizes, musts, |n| {
        sets_beside::<BoundAcrossThreads>(n, WokenFromAfar { n })
    })
}
