//! How what is in a scope is dropped before its end.

use super::{BODY, Nest};
use crate::{
    engine::ready::Slot,
    outcome::{Cause, ChildId, Failure, Panic, catch},
    scope::{
        child::{ChildEnd, Ended, Rank},
        door::Child,
        gate::Gate,
        heed::Heed,
        mode::Mode,
        watch::Watch,
    },
};
use alloc::vec::Vec;
use core::pin::Pin;

impl<'env, B, E, M: Mode> Nest<'env, B, E, M> {
    /// Drops the child of a number, if it has not ended; returns its end if that panics.
    pub(super) fn cancel(mut self: Pin<&mut Self>, number: u64) -> Option<ChildEnd<E>> {
        let child = self.as_mut().take_out(number)?;
        let this = self.project();
        let_go::<E, M>(child, this.watch, &this.door.gate)
    }

    /// Takes out the child of a number, if it has not ended.
    fn take_out(self: Pin<&mut Self>, number: u64) -> Option<Child<'env, E, M>> {
        let this = self.project();
        let is_meant = |child: &Child<'env, E, M>| child.id().number() == number;
        if let Some(place) = this.queue.iter().position(is_meant) {
            return this.queue.remove(place);
        }
        if let Some(child) = this.arrivals.take_out(is_meant) {
            return Some(child);
        }
        let is_it = |slot: &Slot| this.children.child(*slot).is_some_and(is_meant);
        let slot = this.children.occupied().find(is_it)?;
        let child = this.children.take(slot)?;
        if child.id().rank() == Rank::Regular {
            *this.regular -= 1;
        }
        Some(child)
    }

    /// Drops all that is left, the body first, daemons last and in reverse order. Tells the ends of
    /// those whose destructors panic.
    ///
    /// The door is closed. A destructor may still try to spawn, and is refused.
    pub(in crate::scope) fn clear(self: Pin<&mut Self>, ended: &mut dyn FnMut(ChildEnd<E>)) {
        self.clear_but(&[], ended);
    }

    /// As [`clear`](Self::clear), but for what is in these slots. Who has not begun never will.
    //
    // Not generic over who is told: it is large, and rare.
    pub(in crate::scope) fn clear_but(
        self: Pin<&mut Self>,
        spared: &[usize],
        ended: &mut dyn FnMut(ChildEnd<E>),
    ) {
        let mut this = self.project();
        // Who wakes the scope now would wake it in vain.
        *this.heed = Heed::Idle;
        let children = this.children.len() + this.queue.len() + this.arrivals.len();
        if !*this.has_body && children == 0 && this.door.is_empty() {
            return;
        }
        let mut left = this.arrivals.take();
        this.door.take(this.arrivals);
        this.watch.arrived(this.arrivals.iter().map(Child::<'_, E, M>::id));
        left.append(&mut this.arrivals.take());
        left.reserve(this.children.len() + this.queue.len());
        let slots: Vec<_> = this.children.occupied().collect();
        let before = left.len();
        for slot in slots.into_iter().filter(|slot| !spared.contains(&slot.index())) {
            left.extend(this.children.take(slot));
        }
        // Those who have not begun are not counted.
        let taken = left[before..].iter();
        *this.regular -= taken.filter(|child| child.id().rank() == Rank::Regular).count();
        left.extend(this.queue.drain(..));
        if !spared.contains(&BODY) {
            *this.has_body = false;
            let panicked = catch(|| this.body.set(None)).err().map(body_end);
            if this.watch.is_on() {
                this.watch.dropped(ChildId::BODY, panicked.as_ref(), &this.door.gate);
            }
            panicked.into_iter().for_each(&mut *ended);
        }
        drop_in_order::<E, M>(left, this.watch, &this.door.gate, ended);
    }

    /// Tells whose panic it was, and that it was its.
    pub(in crate::scope) fn panicked(self: Pin<&mut Self>, panic: Panic) -> ChildEnd<E> {
        let this = self.project();
        match this.fallen.take() {
            Some(child) => {
                let id = ChildId::new(child.id().number());
                let end = child.panicked(panic);
                this.watch.child_ended(id, &end);
                end
            }
            None => {
                let end = body_end(panic);
                this.watch.child_ended(ChildId::BODY, &end);
                end
            }
        }
    }
}

/// Drops a child. If that panics, it is the end of the child, which is returned.
#[inline]
fn let_go<'env, E, M: Mode>(
    child: Child<'env, E, M>,
    watch: &Watch,
    gate: &Gate,
) -> Option<ChildEnd<E>> {
    if !watch.is_on() {
        return child.let_go();
    }
    let id = ChildId::new(child.id().number());
    let panicked = child.let_go();
    watch.dropped(id, panicked.as_ref(), gate);
    panicked
}

/// Drops regular children as they came, and behind them the daemons as they did not.
fn drop_in_order<'env, E, M: Mode>(
    mut left: Vec<Child<'env, E, M>>,
    watch: &Watch,
    gate: &Gate,
    ended: &mut dyn FnMut(ChildEnd<E>),
) {
    // Not the stable sort, which is larger: no two are the same.
    left.sort_unstable_by_key(|child| {
        let daemon = child.id().rank() == Rank::Daemon;
        let number = child.id().number();
        (daemon, if daemon { u64::MAX - number } else { number })
    });
    // A loop, and not a chain, of whose calls each level would have the frames on the stack.
    for child in left {
        if let Some(end) = let_go::<E, M>(child, watch, gate) {
            ended(end);
        }
    }
}

/// The end of a body that has panicked.
fn body_end<E>(panic: Panic) -> ChildEnd<E> {
    if panic.is_loss() {
        return ChildEnd::new(Rank::Regular, Ended::Lost);
    }
    let failure = Failure::new(ChildId::BODY, Cause::Panic(panic));
    ChildEnd::new(Rank::Regular, Ended::Failed(failure))
}
