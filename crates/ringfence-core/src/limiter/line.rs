//! Who waits for places, in which order.

use alloc::vec::Vec;
use core::{mem, task::Waker};
use smallvec::SmallVec;

/// Those who wait, the first who came first.
///
/// To come and to leave, from wherever in the line, is O(1). The room is that of as many as waited
/// at once.
///
/// # States
///
/// Of a seat:
///
/// ```text
///  vacant ──1──▶ waiting ──2──▶ served ──3──▶ vacant     1 `enter`   2 `serve`   3 `ask`, `leave`
///                   └──────────────4───────────▶         4 `leave`
/// ```
#[derive(Debug)]
pub(super) struct Line {
    seats: Vec<Seat>,
    /// The seat that is taken next, if one is vacant.
    vacant: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
}

#[derive(Debug)]
enum Seat {
    Waiting(Waiter),
    /// It was granted its places, and does not know.
    Served,
    Vacant {
        /// The seat that is taken after this one.
        next: Option<usize>,
    },
}

#[derive(Debug)]
struct Waiter {
    weight: usize,
    waker: Waker,
    before: Option<usize>,
    behind: Option<usize>,
}

/// What somebody is told who asks whether it was served.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Served {
    /// It was, and its seat is vacant now.
    Yes,
    No,
    /// It was not, and is woken by another waker than it asks with.
    NoAndAnotherWaker,
}

/// Those who are to be woken, once the lock is given up.
pub(super) type Woken = SmallVec<[Waker; 4]>;

impl Line {
    pub(super) const fn new() -> Self {
        Self { seats: Vec::new(), vacant: None, first: None, last: None }
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Lines somebody up behind all others, and returns its seat.
    pub(super) fn enter(&mut self, weight: usize, waker: Waker) -> usize {
        let waiting = Seat::Waiting(Waiter { weight, waker, before: self.last, behind: None });
        let seat = match self.vacant {
            None => {
                self.seats.push(waiting);
                self.seats.len() - 1
            }
            Some(seat) => {
                match mem::replace(&mut self.seats[seat], waiting) {
                    Seat::Vacant { next } => self.vacant = next,
                    _ => unreachable!("a vacant seat is nobody's"),
                }
                seat
            }
        };
        match self.last.replace(seat) {
            Some(last) => self.waiter(last).behind = Some(seat),
            None => self.first = Some(seat),
        }
        seat
    }

    /// Grants places to those who are first in line, as long as there are enough of them `free`.
    pub(super) fn serve(&mut self, free: &mut usize, woken: &mut Woken) {
        while let Some(first) = self.first {
            let weight = self.waiter(first).weight;
            if weight > *free {
                return;
            }
            *free -= weight;
            woken.push(self.unlink(first));
        }
    }

    /// Tells who sits there whether it was served; if so, its seat is vacant.
    pub(super) fn ask(&mut self, seat: usize, waker: &Waker) -> Served {
        match &self.seats[seat] {
            Seat::Waiting(waiter) if waiter.waker.will_wake(waker) => Served::No,
            Seat::Waiting(_) => Served::NoAndAnotherWaker,
            Seat::Served => {
                self.vacate(seat);
                Served::Yes
            }
            Seat::Vacant { .. } => unreachable!("who asks has a seat"),
        }
    }

    /// Changes how who sits there is woken, and returns the other waker: the old one, or the new
    /// one if it was served meanwhile.
    pub(super) fn change(&mut self, seat: usize, waker: Waker) -> Result<Waker, Waker> {
        match &mut self.seats[seat] {
            Seat::Waiting(waiter) => Ok(mem::replace(&mut waiter.waker, waker)),
            _ => Err(waker),
        }
    }

    /// Frees a seat. Returns the waker of who sat there, unless it was served.
    #[must_use = "wakers are dropped without the lock"]
    pub(super) fn leave(&mut self, seat: usize) -> Option<Waker> {
        let waker = match self.seats[seat] {
            Seat::Waiting(_) => Some(self.unlink(seat)),
            _ => None,
        };
        self.vacate(seat);
        waker
    }

    fn waiter(&mut self, seat: usize) -> &mut Waiter {
        match &mut self.seats[seat] {
            Seat::Waiting(waiter) => waiter,
            _ => unreachable!("who is in line waits"),
        }
    }

    /// Takes somebody out of the line, who has its seat still; returns its waker.
    fn unlink(&mut self, seat: usize) -> Waker {
        let Seat::Waiting(waiter) = mem::replace(&mut self.seats[seat], Seat::Served) else {
            unreachable!("who is in line waits")
        };
        let Waiter { waker, before, behind, .. } = waiter;
        match before {
            Some(before) => self.waiter(before).behind = behind,
            None => self.first = behind,
        }
        match behind {
            Some(behind) => self.waiter(behind).before = before,
            None => self.last = before,
        }
        waker
    }

    fn vacate(&mut self, seat: usize) {
        self.seats[seat] = Seat::Vacant { next: self.vacant.replace(seat) };
    }
}
