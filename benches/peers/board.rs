//! Gates that a benchmark opens, and the children that wait at them.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Where one child waits.
#[derive(Default)]
struct Gate {
    open: bool,
    waker: Option<Waker>,
}

thread_local! {
    /// All gates of the thread. Children name theirs by number, so that they are `Send` and
    /// `'static` without an atomic operation or an allocation of their own.
    static GATES: RefCell<Vec<Gate>> = const { RefCell::new(Vec::new()) };
    /// Boards alive; the gates are freed with the last.
    static BOARDS: Cell<usize> = const { Cell::new(0) };
    /// Gates at which a child waits.
    static WAITING: Cell<usize> = const { Cell::new(0) };
}

/// A row of gates, numbered from nought.
pub(crate) struct Board {
    start: usize,
    len: usize,
}

impl Board {
    pub(crate) fn new(len: usize) -> Self {
        BOARDS.set(BOARDS.get() + 1);
        GATES.with_borrow_mut(|gates| {
            let start = gates.len();
            gates.resize_with(start + len, Gate::default);
            Self { start, len }
        })
    }

    /// A child that waits at gate `at`, which is shut for it.
    pub(crate) fn child(&self, at: usize) -> Gated {
        let gate = self.start + at;
        GATES.with_borrow_mut(|gates| gates[gate].open = false);
        Gated { gate: u32::try_from(gate).expect("fewer than 2^32 gates") }
    }

    /// Opens gate `at` and wakes the child that waits there.
    pub(crate) fn open(&self, at: usize) {
        let waker = GATES.with_borrow_mut(|gates| {
            let gate = &mut gates[self.start + at];
            gate.open = true;
            gate.waker.take()
        });
        // Woken when the gates are no longer borrowed: the waker is foreign code.
        if let Some(waker) = waker {
            WAITING.set(WAITING.get() - 1);
            waker.wake();
        }
    }

    /// Children that wait at the gates of this thread.
    pub(crate) fn waiting() -> usize {
        WAITING.get()
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        for at in self.start..self.start + self.len {
            let waker = GATES.with_borrow_mut(|gates| gates[at].waker.take());
            if waker.is_some() {
                WAITING.set(WAITING.get() - 1);
            }
        }
        BOARDS.set(BOARDS.get() - 1);
        if BOARDS.get() == 0 {
            GATES.take();
        }
    }
}

/// Pends until its gate is open.
pub(crate) struct Gated {
    gate: u32,
}

impl Future for Gated {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        GATES.with_borrow_mut(|gates| {
            let gate = &mut gates[self.gate as usize];
            if gate.open {
                return Poll::Ready(u64::from(self.gate));
            }
            match &mut gate.waker {
                Some(waker) => waker.clone_from(cx.waker()),
                vacant => {
                    *vacant = Some(cx.waker().clone());
                    WAITING.set(WAITING.get() + 1);
                }
            }
            Poll::Pending
        })
    }
}

/// A [`Gated`] child of 32 bytes.
pub(crate) struct Wide {
    gated: Gated,
    _rest: [u64; 3],
}

const _: () = assert!(size_of::<Wide>() == 32);

impl From<Gated> for Wide {
    fn from(gated: Gated) -> Self {
        Self { gated, _rest: [0; 3] }
    }
}

impl Future for Wide {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        Pin::new(&mut self.gated).poll(cx)
    }
}
