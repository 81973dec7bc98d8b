//! How the children of a list come in, and where they run.

use super::{
    keep::Keep, limit::Limits, ready::Ready, segments::Segments, slots::Slots, source::Source,
};
use crate::outcome::{Panic, catch};
use alloc::vec::Vec;
use core::{
    fmt,
    future::Future,
    ops::ControlFlow,
    task::{Context, Poll, Waker},
};

/// The children of a list, without what they have returned.
///
/// Each has a place, which counts up from 0 as they are made.
pub trait Crew {
    /// What a child returns.
    type Output;

    /// Polls the children that were woken, until `ended` breaks or no child is left.
    ///
    /// `outputs` is told of each child that is made, before it begins, and handed to `ended`, which
    /// is called once for each child that ends.
    fn turn<K: Keep<Self::Output>, B>(
        &mut self,
        cx: &mut Context<'_>,
        outputs: &mut K,
        ended: impl FnMut(&mut K, usize, Result<Self::Output, Panic>) -> ControlFlow<B>,
    ) -> Poll<Option<B>>;

    /// Drops all children that have not ended; returns the first panic of their destructors.
    fn cancel(&mut self) -> Option<Panic>;

    /// How many turns it takes to poll every child that was woken.
    fn turns(&self) -> usize;

    /// The places of the children that have not ended, so far as they are known.
    fn unfinished(&self) -> Vec<usize>;

    /// How many children have not ended, made or not; none if it is not known.
    fn to_come(&self) -> Option<usize>;

    /// How many children were made.
    fn admitted(&self) -> usize;

    /// How many members will never begin, since the verb was cancelled before.
    fn refused(&self) -> usize;

    /// How many children may run at a time.
    fn limits(&mut self) -> &mut Limits;
}

/// Children inside the parent's task.
///
/// Without a limit all are made in the first turn, and live in the buffer that they came in. With
/// a limit they are made one by one, and slots are used again.
pub struct Here<F, S> {
    slots: Slots<F>,
    inflow: Inflow<S>,
}

/// How children come in.
#[derive(Debug)]
struct Inflow<S> {
    /// Where they come from; none once all have come.
    source: Option<S>,
    limits: Limits,
    /// How many have come.
    admitted: usize,
    /// How many members will never begin.
    refused: usize,
    /// The places of the children, by the numbers of their slots; empty if these are the same.
    indices: Vec<usize>,
}

impl<S> Inflow<S> {
    fn new(source: S, limits: Limits) -> Self {
        Self { source: Some(source), limits, admitted: 0, refused: 0, indices: Vec::new() }
    }

    /// The place of the child in a slot.
    #[inline]
    fn index(&self, slot: usize) -> usize {
        self.indices.get(slot).copied().unwrap_or(slot)
    }

    /// Makes as many children as there are places free.
    fn fill<F, K: Keep<F::Output>>(&mut self, slots: &mut Slots<F>, outputs: &mut K, waker: &Waker)
    where
        F: Future,
        S: Source<F>,
    {
        if self.source.is_none() {
            return;
        }
        if self.limits.is_none() {
            let children = self.source.take().map_or_else(Vec::new, Source::all);
            self.admitted = children.len();
            outputs.reserve(children.len());
            slots.adopt(children);
            return;
        }
        while self.admit(&mut slots.ready, &mut slots.children, outputs, waker) {}
    }

    /// Makes one child more, if there is one, and a place for it. Who waits for places is woken by
    /// `waker`.
    #[inline(never)]
    fn admit<F, K: Keep<F::Output>>(
        &mut self,
        ready: &mut Ready,
        children: &mut Segments<F>,
        outputs: &mut K,
        waker: &Waker,
    ) -> bool
    where
        F: Future,
        S: Source<F>,
    {
        let Some(child) = self.limits.next(&mut self.source, children.len(), waker) else {
            return false;
        };
        let slot = children.insert(child, ready).index();
        if slot >= self.indices.len() {
            self.indices.resize(slot + 1, 0);
        }
        self.indices[slot] = self.admitted;
        self.admitted += 1;
        outputs.reserve(1);
        true
    }
}

impl<F, S> Here<F, S> {
    #[inline]
    pub(super) fn new(source: S) -> Self {
        Self::with_limits(source, Limits::default())
    }

    /// Children of which no more run at a time than `limits` let.
    #[inline]
    pub(crate) fn with_limits(source: S, limits: Limits) -> Self {
        Self { slots: Slots::new(), inflow: Inflow::new(source, limits) }
    }

    /// Gives back the source and the limits.
    ///
    /// # Panics
    ///
    /// If children have been made of it.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn into_parts(self) -> (S, Limits) {
        let Inflow { source, limits, admitted: 0, .. } = self.inflow else { has_begun() };
        (source.unwrap_or_else(|| has_begun()), limits)
    }
}

/// Says that the children of a verb cannot be put elsewhere any more.
#[cfg(feature = "std")]
#[cold]
pub(crate) fn has_begun() -> ! {
    panic!("`on` and `sharded` come before the first poll: children have begun already")
}

impl<F: Future, S: Source<F>> Crew for Here<F, S> {
    type Output = F::Output;

    #[inline]
    fn turn<K: Keep<F::Output>, B>(
        &mut self,
        cx: &mut Context<'_>,
        outputs: &mut K,
        mut ended: impl FnMut(&mut K, usize, Result<F::Output, Panic>) -> ControlFlow<B>,
    ) -> Poll<Option<B>> {
        let Self { slots, inflow } = self;
        inflow.fill(slots, outputs, cx.waker());
        if slots.len() == 0 && inflow.source.is_none() {
            return Poll::Ready(None);
        }
        // Of the turn, which has `cx`: for places of a limiter.
        let waker = inflow.limits.waker(cx.waker());
        let waker = waker.as_ref().unwrap_or(Waker::noop());
        slots.turn(cx, |ready, children, slot, end| {
            let index = inflow.index(slot.index());
            inflow.limits.keep(children.len());
            if let ControlFlow::Break(decision) = ended(outputs, index, end) {
                return ControlFlow::Break(Some(decision));
            }
            // Only now: of a verb that is decided no more children are made.
            while inflow.source.is_some() && inflow.admit(ready, children, outputs, waker) {}
            if children.len() == 0 && inflow.source.is_none() {
                return ControlFlow::Break(None);
            }
            ControlFlow::Continue(())
        })
    }

    fn cancel(&mut self) -> Option<Panic> {
        let first = self.slots.children.clear();
        let source = self.inflow.source.take();
        self.inflow.refused = source.as_ref().map_or(0, Source::known);
        // Members may panic when they are dropped, as children do.
        let second = catch(|| drop(source)).err();
        first.or(second)
    }

    fn turns(&self) -> usize {
        self.slots.turns()
    }

    fn unfinished(&self) -> Vec<usize> {
        let Self { slots, inflow } = self;
        let mut running: Vec<_> =
            slots.children.occupied().map(|slot| inflow.index(slot.index())).collect();
        running.sort_unstable();
        let known = inflow.source.as_ref().map_or(0, Source::known);
        running.extend(inflow.admitted..inflow.admitted + known);
        running
    }

    fn to_come(&self) -> Option<usize> {
        let to_come = self.inflow.source.as_ref().map_or(Some(0), Source::at_most)?;
        Some(self.slots.len() + to_come)
    }

    fn admitted(&self) -> usize {
        self.inflow.admitted
    }

    fn refused(&self) -> usize {
        self.inflow.refused
    }

    fn limits(&mut self) -> &mut Limits {
        &mut self.inflow.limits
    }
}

impl<F, S> fmt::Debug for Here<F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Here")
            .field("running", &self.slots.len())
            .field("admitted", &self.inflow.admitted)
            .finish_non_exhaustive()
    }
}
