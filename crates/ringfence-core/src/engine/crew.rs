//! How the children of a list come in, and where they run.

use super::{keep::Keep, ready::Ready, segments::Segments, slots::Slots, source::Source};
use crate::outcome::{Panic, catch};
use alloc::vec::Vec;
use core::{
    fmt,
    future::Future,
    num::NonZeroUsize,
    ops::ControlFlow,
    task::{Context, Poll},
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

    /// How many children run at this moment.
    fn running(&self) -> usize;

    /// The places of the children that have not ended, so far as they are known.
    fn unfinished(&self) -> Vec<usize>;

    /// How many members will never begin, since the verb was cancelled before.
    fn refused(&self) -> usize;

    /// Lets no more than `limit` children run at a time.
    fn limit(&mut self, limit: NonZeroUsize);
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
    limit: Option<NonZeroUsize>,
    /// How many have come.
    admitted: usize,
    /// How many members will never begin.
    refused: usize,
    /// The places of the children, by the numbers of their slots; empty if these are the same.
    indices: Vec<usize>,
}

impl<S> Inflow<S> {
    fn new(source: S, limit: Option<NonZeroUsize>) -> Self {
        Self { source: Some(source), limit, admitted: 0, refused: 0, indices: Vec::new() }
    }

    /// The place of the child in a slot.
    #[inline]
    fn index(&self, slot: usize) -> usize {
        self.indices.get(slot).copied().unwrap_or(slot)
    }

    /// Makes as many children as there are places free.
    fn fill<F, K: Keep<F::Output>>(&mut self, slots: &mut Slots<F>, outputs: &mut K)
    where
        F: Future,
        S: Source<F>,
    {
        if self.source.is_none() {
            return;
        }
        let Some(limit) = self.limit else {
            let children = self.source.take().map_or_else(Vec::new, Source::all);
            self.admitted = children.len();
            outputs.reserve(children.len());
            slots.adopt(children);
            return;
        };
        while slots.len() < limit.get()
            && self.admit(&mut slots.ready, &mut slots.children, outputs)
        {}
    }

    /// Makes one child more, if there is one.
    fn admit<F, K: Keep<F::Output>>(
        &mut self,
        ready: &mut Ready,
        children: &mut Segments<F>,
        outputs: &mut K,
    ) -> bool
    where
        F: Future,
        S: Source<F>,
    {
        let Some(source) = &mut self.source else { return false };
        let Some(child) = source.next() else {
            self.source = None;
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
    pub(super) fn new(source: S) -> Self {
        Self::with_limit(source, None)
    }

    /// Children of which at most `limit` run at a time.
    pub(crate) fn with_limit(source: S, limit: Option<NonZeroUsize>) -> Self {
        Self { slots: Slots::new(), inflow: Inflow::new(source, limit) }
    }

    /// Gives back the source and the limit.
    ///
    /// # Panics
    ///
    /// If children have been made of it.
    #[cfg(feature = "std")]
    pub(crate) fn into_parts(self) -> (S, Option<NonZeroUsize>) {
        let Inflow { source, limit, admitted: 0, .. } = self.inflow else { has_begun() };
        (source.unwrap_or_else(|| has_begun()), limit)
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
        inflow.fill(slots, outputs);
        if slots.len() == 0 {
            return Poll::Ready(None);
        }
        slots.turn(cx, |ready, children, slot, end| {
            let index = inflow.index(slot.index());
            if let ControlFlow::Break(decision) = ended(outputs, index, end) {
                return ControlFlow::Break(Some(decision));
            }
            // Only now: of a verb that is decided no more children are made.
            if inflow.source.is_some() {
                inflow.admit(ready, children, outputs);
            }
            if children.len() == 0 { ControlFlow::Break(None) } else { ControlFlow::Continue(()) }
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

    fn running(&self) -> usize {
        self.slots.len()
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

    fn refused(&self) -> usize {
        self.inflow.refused
    }

    fn limit(&mut self, limit: NonZeroUsize) {
        self.inflow.limit = Some(limit);
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
