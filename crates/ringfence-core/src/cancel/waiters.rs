//! Who waits for a token.

use core::{mem, task::Waker};
use smallvec::SmallVec;

/// The wakers of those who wait, each in a seat of its own.
///
/// To come and to leave is O(1). The first needs no allocation; the room is that of as many as
/// waited at once.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    seats: SmallVec<[Seat; 1]>,
    /// The seat that is taken next; the one after the last if none is vacant.
    vacant: usize,
}

#[derive(Debug)]
enum Seat {
    Taken(Waker),
    Vacant {
        /// The seat that is taken after this one.
        next: usize,
    },
}

impl Waiters {
    /// Seats a waiter, and returns where.
    pub(super) fn enter(&mut self, waker: Waker) -> usize {
        let seat = self.vacant;
        let taken = Seat::Taken(waker);
        match self.seats.get_mut(seat) {
            None => {
                self.seats.push(taken);
                self.vacant += 1;
            }
            Some(place) => match mem::replace(place, taken) {
                Seat::Vacant { next } => self.vacant = next,
                Seat::Taken(_) => unreachable!("a vacant seat is taken by nobody"),
            },
        }
        seat
    }

    /// Whether who sits there is woken by `waker` already.
    pub(super) fn is_woken_by(&self, seat: usize, waker: &Waker) -> bool {
        matches!(&self.seats[seat], Seat::Taken(own) if own.will_wake(waker))
    }

    /// Changes how who sits there is woken, and returns how it was.
    #[must_use = "wakers are dropped without the lock"]
    pub(super) fn change(&mut self, seat: usize, waker: Waker) -> Waker {
        match mem::replace(&mut self.seats[seat], Seat::Taken(waker)) {
            Seat::Taken(old) => old,
            Seat::Vacant { .. } => unreachable!("who changes its waker sits there"),
        }
    }

    /// Frees a seat, unless all were woken before.
    #[must_use = "wakers are dropped without the lock"]
    pub(super) fn leave(&mut self, seat: usize) -> Option<Waker> {
        let place = self.seats.get_mut(seat)?;
        match mem::replace(place, Seat::Vacant { next: mem::replace(&mut self.vacant, seat) }) {
            Seat::Taken(waker) => Some(waker),
            Seat::Vacant { .. } => unreachable!("who leaves sits there"),
        }
    }

    /// Empties all seats.
    pub(super) fn into_wakers(self) -> impl Iterator<Item = Waker> {
        self.seats.into_iter().filter_map(|seat| match seat {
            Seat::Taken(waker) => Some(waker),
            Seat::Vacant { .. } => None,
        })
    }

    /// How many seats there are, taken or not.
    #[cfg(all(test, not(ringfence_loom)))]
    pub(super) fn seats(&self) -> usize {
        self.seats.len()
    }
}
