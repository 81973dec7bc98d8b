//! A task that runs its share of the children.

use super::{
    behind::Behind,
    end::{End, Ends, first_panic, lost},
    exchange::{Exchange, Taken},
};
use crate::{
    engine::{
        keep::Judge,
        policy::Stop,
        ready::{Ready, Slot},
        segments::Segments,
        turn::{Children, turn},
    },
    outcome::{Panic, keep_first},
    sync::Arc,
};
use alloc::vec::Vec;
use core::{
    future::Future,
    marker::PhantomData,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll},
};

/// How often a shard takes more children in a poll, at the most: then other tasks have their turn.
const BATCHES: usize = 4;

/// A set of children inside a task of its own, which takes them from an [`Exchange`].
///
/// It ends when it has none, and there will be no more.
pub(super) struct Shard<F, T, J> {
    number: usize,
    crew: Crew<F, T>,
    ready: Ready,
    /// The places of the children, by the numbers of their slots.
    places: Vec<usize>,
    /// Where children are on their way into their slots: empty between two polls.
    batch: Vec<F>,
    /// Ends that the parent was not told of. None are left between two polls, unless it does not
    /// want to hear of any.
    ends: Ends<T>,
    /// When the verb is decided: an end that may do that is told at once.
    stop: Stop,
    judge: PhantomData<fn() -> J>,
}

/// The children, of whom none is polled any more once they are cancelled.
struct Crew<F, T> {
    children: Segments<F>,
    behind: Behind,
    exchange: Arc<Exchange<F, T>>,
}

impl<F: Future<Output = T>, T> Children for Crew<F, T> {
    type End = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, slot: Slot, cx: &mut Context<'_>) -> Poll<T> {
        let Self { children, behind, exchange } = self.get_mut();
        if exchange.is_stopped() {
            return Poll::Pending;
        }
        let polled = behind.collect(|| Pin::new(children).poll(slot, cx));
        if polled.is_pending() {
            behind.go_on(slot.index());
        }
        polled
    }

    fn discard(self: Pin<&mut Self>, slot: Slot) {
        let Self { children, behind, .. } = self.get_mut();
        behind.collect(|| children.drop_child(slot));
    }
}

/// Children are pinned in their slots, and not by the place of the shard.
impl<F, T, J> Unpin for Shard<F, T, J> {}

impl<F, T, J> Shard<F, T, J> {
    pub(super) fn new(number: usize, exchange: Arc<Exchange<F, T>>, stop: Stop) -> Self {
        Self {
            number,
            crew: Crew { children: Segments::new(), behind: Behind::default(), exchange },
            ready: Ready::new(),
            places: Vec::new(),
            batch: Vec::new(),
            ends: Ends::new(),
            stop,
            judge: PhantomData,
        }
    }

    /// Takes in the next children.
    fn take(&mut self) -> Taken {
        let Self { number, crew, ready, places, batch, .. } = self;
        let taken = crew.exchange.take(*number, batch);
        if let Taken::From(first) = taken {
            for (place, child) in (first..).zip(batch.drain(..)) {
                let slot = crew.children.insert(child, ready).index();
                if slot >= places.len() {
                    places.resize(slot + 1, 0);
                }
                places[slot] = place;
            }
        }
        taken
    }

    /// Waits for more children. Ready, if there may be some by now.
    fn wait(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.crew.exchange.wait(self.number, cx)
    }
}

impl<F: Future<Output = T>, T, J: Judge<T>> Shard<F, T, J> {
    /// Polls the children that were woken, and tells of those that have ended.
    fn turn(&mut self, cx: &mut Context<'_>) {
        let Self { crew, ready, places, ends, stop, .. } = self;
        while crew.children.len() > 0 {
            let turned = turn(ready, Pin::new(&mut *crew), cx, |_, mut crew, slot, result| {
                let urgent = is_urgent::<T, J>(*stop, &result);
                let place = places[slot.index()];
                ends.push(End { place, result, left: crew.behind.end(slot.index()) });
                if urgent || crew.children.len() == 0 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            crew.exchange.tell(ends);
            if turned.is_pending() {
                return;
            }
        }
    }
}

/// Whether an end may decide the verb.
#[inline]
fn is_urgent<T, J: Judge<T>>(stop: Stop, end: &Result<T, Panic>) -> bool {
    match (stop, end) {
        (_, Err(_)) => true,
        // Nobody needs to know what it means.
        (Stop::AllEnded, Ok(_)) => false,
        (stop, Ok(output)) => stop.may_be_met(J::judge(output)),
    }
}

impl<F: Future<Output = T>, T, J: Judge<T>> Future for Shard<F, T, J> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        for _ in 0..BATCHES {
            if this.crew.exchange.is_stopped() {
                // Whoever stopped it has it dropped when this returns.
                return Poll::Pending;
            }
            let taken = this.take();
            this.turn(cx);
            match (taken, this.crew.children.len()) {
                (Taken::Over, 0) => return Poll::Ready(()),
                (Taken::Over, _) => return Poll::Pending,
                // Only now, when it is inside of no child's poll: whoever waits is to be idle.
                (Taken::Nothing, _) if this.wait(cx).is_pending() => return Poll::Pending,
                (Taken::Nothing, _) => {}
                (Taken::From(_), 0) => {}
                // Other shards may have less to do.
                (Taken::From(_), _) => break,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Drops its children: because they are cancelled, or because its runtime has dropped it.
impl<F, T, J> Drop for Shard<F, T, J> {
    fn drop(&mut self) {
        let Self { crew: Crew { children, behind, exchange }, ends, places, .. } = self;
        if !exchange.is_stopped() {
            let slots: Vec<_> = children.occupied().collect();
            for slot in slots {
                let result = behind.collect(|| lost(|| children.drop_child(slot)));
                let left = behind.end(slot.index());
                ends.push(End { place: places[slot.index()], result, left });
            }
            exchange.tell(ends);
            exchange.leave(self.number);
        }
        // Also if it was stopped meanwhile, so that the parent did not want to hear of them.
        let mut first = children.clear();
        keep_first(&mut first, first_panic(ends.drain(..), || true));
        if let Some(panic) = first {
            panic.resume_unless_panicking();
        }
    }
}
