//! Who is behind the shields of a scope: who is not to be dropped, and until when.
//!
//! A shield is polled, or dropped, by whoever has it: that may be somebody else than who has put it up,
//! or nobody. So it is taken down without it, too.

use super::{Gate, NOBODY};
use crate::sync::{atomic::Ordering, here::here};
use alloc::vec::Vec;
use std::time::Instant;

/// Who is behind the shields of a scope.
#[derive(Debug, Default)]
pub(super) struct Shields {
    up: Vec<Shielded>,
    /// How many there were.
    numbered: u64,
}

/// Which of a scope's shields it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scope) struct ShieldId(u64);

/// Somebody behind a shield.
#[derive(Clone, Copy, Debug)]
pub(in crate::scope) struct Shielded {
    id: ShieldId,
    /// Where that is.
    pub(in crate::scope) slot: usize,
    /// Until when it may hold; none if no instant is so far away.
    pub(in crate::scope) bound: Option<Instant>,
}

impl Gate {
    /// Keeps whoever is being polled here from being dropped; none if nobody is.
    pub(in crate::scope) fn shield(&self, bound: Option<Instant>) -> Option<ShieldId> {
        // Relaxed: if the mark is that of this thread, it has set both.
        if self.thread.load(Ordering::Relaxed) != here() {
            return None;
        }
        let slot = self.polling.load(Ordering::Relaxed);
        if slot == NOBODY {
            return None;
        }
        let id = self.state.with(|state| {
            let shields = &mut state.shields;
            let id = ShieldId(shields.numbered);
            shields.numbered += 1;
            shields.up.push(Shielded { id, slot, bound });
            id
        });
        // Relaxed: the scope's future, which is what looks, is polled on this thread.
        self.has_shields.store(true, Ordering::Relaxed);
        Some(id)
    }

    /// Takes a shield down, if that was not done.
    pub(in crate::scope) fn unshield(&self, id: ShieldId) {
        self.state.with(|state| state.shields.up.retain(|shield| shield.id != id));
        self.ring();
    }

    /// Who is behind a shield, be its bound passed or not, once for each.
    pub(in crate::scope) fn shields(&self) -> Vec<Shielded> {
        // Relaxed: see `shield`.
        if !self.has_shields.load(Ordering::Relaxed) {
            return Vec::new();
        }
        self.state.with(|state| state.shields.up.clone())
    }

    /// Takes down the shields of those who have gone, before their slots are others': whoever is in a
    /// slot that `is_occupied` is still the one who has put it up.
    #[inline]
    pub(in crate::scope) fn forget_shields(&self, is_occupied: impl Fn(usize) -> bool) {
        // Relaxed: see `shield`.
        if self.has_shields.load(Ordering::Relaxed) {
            let left = self.state.with(|state| {
                state.shields.up.retain(|shield| is_occupied(shield.slot));
                !state.shields.up.is_empty()
            });
            self.has_shields.store(left, Ordering::Relaxed);
        }
    }
}
