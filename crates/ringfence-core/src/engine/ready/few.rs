//! From four children to as many as a header has places for.

use super::{Parked, Polled, Readiness, Ready, Slot, WIDTH, lazy::Lazy};
use core::{mem, task::Waker};

/// The readiness of a few children, without an allocation until one of them keeps its waker.
#[derive(Debug)]
pub(crate) struct Few {
    /// Once a child has kept its waker.
    ready: Ready,
    /// Until then.
    lazy: Lazy,
    /// Who is still to be polled, until then.
    bits: usize,
}

impl Few {
    /// All of the children are to be polled.
    pub(crate) fn new(children: usize) -> Self {
        assert!(0 < children && children <= WIDTH, "a few children share one header");
        let bits = usize::MAX >> (usize::BITS as usize - children);
        Self { ready: Ready::new(), lazy: Lazy::new(), bits }
    }

    /// Marks a child as to be polled.
    pub(crate) fn mark(&mut self, place: u32) {
        if self.is_lazy() {
            self.bits |= 1 << place;
        } else {
            self.ready.mark(0, 1 << place);
        }
    }

    #[inline]
    fn is_lazy(&self) -> bool {
        self.ready.headers == 0
    }
}

impl Readiness for Few {
    type Turn = Option<Polled>;

    #[inline]
    fn begin(&mut self, parent: &Waker) -> Option<Polled> {
        self.ready.begin(parent)
    }

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        if !self.is_lazy() {
            return self.ready.next();
        }
        if self.bits == 0 {
            self.bits = self.lazy.take_woken();
            if self.bits == 0 {
                return None;
            }
        }
        let place = self.bits.trailing_zeros();
        self.bits &= self.bits - 1;
        Some(Slot { chunk: 0, place })
    }

    #[inline]
    fn with_waker<T>(&self, slot: Slot, parent: &Waker, f: impl FnOnce(&Waker) -> T) -> T {
        if self.is_lazy() {
            self.lazy.with_waker(slot.place, f)
        } else {
            self.ready.with_waker(slot, parent, f)
        }
    }

    #[inline]
    fn park(&mut self, parent: &Waker) -> Parked {
        if self.is_lazy() {
            let woken = self.lazy.take_woken();
            let Some(root) = self.lazy.take_root() else {
                // Nobody has a waker, so nobody wakes.
                self.bits |= woken;
                return if self.bits == 0 { Parked::Yes } else { Parked::Woken };
            };
            self.ready.adopt(root);
            let woken = woken | mem::take(&mut self.bits);
            if woken != 0 {
                self.ready.mark(0, woken);
            }
            self.ready.register(parent);
        }
        self.ready.park(parent)
    }
}
