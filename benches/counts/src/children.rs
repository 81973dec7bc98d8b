//! The children, and what drives their parent.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Drives a future to its end that nobody else has to wake.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// Drives a future to its end, whose output does not matter.
pub(crate) fn finish<F: Future>(future: F) {
    black_box(run(future));
}

/// Wakes itself and pends so many times, then ends.
pub(crate) struct Yields(pub(crate) u32);

impl Future for Yields {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        if self.0 == 0 {
            return Poll::Ready(black_box(7));
        }
        self.0 -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A child that is ready.
pub(crate) fn ready() -> Yields {
    Yields(0)
}

/// Pends for ever, and keeps no waker.
pub(crate) struct Never(pub(crate) u64);

impl Future for Never {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        if self.0 == u64::MAX { Poll::Ready(0) } else { Poll::Pending }
    }
}

impl Drop for Never {
    fn drop(&mut self) {
        black_box(self.0);
    }
}

/// Gates at which children wait.
#[derive(Clone, Default)]
pub(crate) struct Gates(Rc<RefCell<Vec<Gate>>>);

#[derive(Default)]
struct Gate {
    open: Cell<bool>,
    waker: Option<Waker>,
}

impl Gates {
    /// A child at a gate of its own, the next one.
    pub(crate) fn child(&self) -> Gated {
        let mut gates = self.0.borrow_mut();
        gates.push(Gate::default());
        Gated { at: gates.len() - 1, gates: self.clone() }
    }

    /// Opens a gate, and wakes the child that waits there.
    pub(crate) fn open(&self, at: usize) {
        let waker = {
            let gate = &mut self.0.borrow_mut()[at];
            gate.open.set(true);
            gate.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Pends until its gate is open.
pub(crate) struct Gated {
    gates: Gates,
    at: usize,
}

impl Future for Gated {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let gate = &mut self.gates.0.borrow_mut()[self.at];
        if gate.open.get() {
            return Poll::Ready(self.at);
        }
        gate.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
