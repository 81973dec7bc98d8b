//! Children of one type, as many as come.

use super::{
    keep::{All, Judge, Keep, Outputs, Results},
    limit::{Limit, Share},
    policy::{Panics, Verdict},
    ready::Ready,
    segments::Segments,
    slots::Slots,
    source::{Shape, Source},
    store::{InOrder, Missing, Store, TryInOrder, Uniform, kept},
};
use crate::outcome::{Outcome, Panic, catch};
use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt,
    future::Future,
    marker::PhantomData,
    num::NonZeroUsize,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// The children that a source makes, with what they have returned.
///
/// Without a limit all are made in the first poll, and live in the buffer that they came in. With
/// a limit they are made one by one, and slots are used again.
//
// `K` is `J`'s `Kept`, and a parameter for the reason for which a `Link` names its output.
pub struct List<F, S, Sh, J, K> {
    slots: Slots<F>,
    inflow: Inflow<S>,
    outputs: K,
    kind: PhantomData<fn() -> (Sh, J)>,
}

/// How children come in.
#[derive(Debug)]
struct Inflow<S> {
    /// Where they come from; none once all have come.
    source: Option<S>,
    limit: Option<NonZeroUsize>,
    /// What limits others, too.
    share: Option<Box<Share>>,
    /// How many have come.
    admitted: usize,
    /// How many members will never begin, since the verb was cancelled before.
    refused: usize,
    /// The places of the children, by the numbers of their slots; empty if these are the same.
    indices: Vec<usize>,
}

impl<S> Inflow<S> {
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
        let Some(limit) = self.limit else {
            let children = self.source.take().map_or_else(Vec::new, Source::all);
            self.admitted = children.len();
            outputs.reserve(children.len());
            slots.adopt(children);
            return;
        };
        while slots.len() < limit.get()
            && self.admit(&mut slots.ready, &mut slots.children, outputs, waker)
        {}
    }

    /// Makes one child more, if there is one, and a place for it. Who waits for places is woken by
    /// `waker`.
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
        let Some(source) = &mut self.source else { return false };
        if let Some(share) = &mut self.share {
            if share.poll_more(waker).is_pending() {
                return false;
            }
        }
        let Some(child) = source.next() else {
            self.source = None;
            self.vacate(children.len());
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

    /// Gives up the places of those who have ended: so many run.
    #[inline]
    fn vacate(&mut self, running: usize) {
        if let Some(share) = &mut self.share {
            share.keep(running);
        }
    }
}

impl<F: Future, S, Sh, J: Judge<F::Output, Kept = K>, K: Keep<F::Output>> List<F, S, Sh, J, K> {
    pub(super) fn new(source: S) -> Self {
        Self {
            slots: Slots::new(),
            inflow: Inflow {
                source: Some(source),
                limit: None,
                share: None,
                admitted: 0,
                refused: 0,
                indices: Vec::new(),
            },
            outputs: K::new(),
            kind: PhantomData,
        }
    }
}

/// Children are pinned in their slots, and a source is never pinned.
impl<F, S, Sh, J, K> Unpin for List<F, S, Sh, J, K> {}

impl<F, S, Sh, J, K> Store for List<F, S, Sh, J, K>
where
    F: Future,
    S: Source<F>,
    J: Judge<F::Output, Kept = K>,
    K: Keep<F::Output>,
{
    #[inline]
    fn turn<B>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        _: Panics,
        mut ended: impl FnMut(usize, Result<Verdict, Panic>) -> ControlFlow<B>,
    ) -> Poll<Option<B>> {
        let Self { slots, inflow, outputs, .. } = &mut *self;
        inflow.fill(slots, outputs, cx.waker());
        if slots.len() == 0 && inflow.source.is_none() {
            return Poll::Ready(None);
        }
        // Of the turn, which has `cx`: for places of a limiter.
        let waker = inflow.share.as_ref().map(|_| cx.waker().clone());
        let waker = waker.as_ref().unwrap_or(Waker::noop());
        slots.turn(cx, |ready, children, slot, end| {
            let index = inflow.index(slot.index());
            inflow.vacate(children.len());
            let end = end.map(|output| {
                let verdict = J::judge(&output);
                outputs.put(index, output);
                verdict
            });
            if let ControlFlow::Break(decision) = ended(index, end) {
                return ControlFlow::Break(Some(decision));
            }
            // Only now: of a verb that is decided no more children are made.
            if inflow.source.is_some() {
                inflow.admit(ready, children, outputs, waker);
            }
            if children.len() == 0 && inflow.source.is_none() {
                return ControlFlow::Break(None);
            }
            ControlFlow::Continue(())
        })
    }

    fn cancel(mut self: Pin<&mut Self>) -> Option<Panic> {
        let first = self.slots.children.clear();
        let source = self.inflow.source.take();
        self.inflow.refused = source.as_ref().map_or(0, Source::known);
        // Members may panic when they are dropped, as children do.
        let second = catch(|| drop(source)).err();
        first.or(second)
    }

    fn vacate(mut self: Pin<&mut Self>) {
        self.inflow.share = None;
    }

    fn running(self: Pin<&mut Self>) -> usize {
        self.slots.len()
    }

    fn unfinished(self: Pin<&mut Self>) -> Vec<usize> {
        let Self { slots, inflow, .. } = &*self;
        let mut running: Vec<_> =
            slots.children.occupied().map(|slot| inflow.index(slot.index())).collect();
        running.sort_unstable();
        let known = inflow.source.as_ref().map_or(0, Source::known);
        running.extend(inflow.admitted..inflow.admitted + known);
        running
    }

    fn to_come(self: Pin<&mut Self>) -> Option<usize> {
        let to_come = self.inflow.source.as_ref().map_or(Some(0), Source::at_most)?;
        Some(self.slots.len() + to_come)
    }

    fn begun(self: Pin<&mut Self>) -> usize {
        self.inflow.admitted
    }

    fn widen(mut self: Pin<&mut Self>) {
        let limit = &mut self.inflow.limit;
        *limit = limit.map(|limit| limit.saturating_add(1));
    }

    fn limit(&mut self, limit: Limit) {
        let inflow = &mut self.inflow;
        match limit {
            Limit::Number(limit) => inflow.limit = Some(limit),
            Limit::Limiter(limiter) => {
                inflow.limit.get_or_insert(NonZeroUsize::MAX);
                inflow.share = Some(Box::new(Share::new(limiter)));
            }
        }
    }
}

impl<F, S, Sh, T> InOrder for List<F, S, Sh, Outputs, All<T>>
where
    F: Future<Output = T>,
    S: Source<F>,
    Sh: Shape,
{
    type Values = Sh::Of<T>;
    type Outcomes = Sh::Of<Outcome<T>>;

    fn values(self: Pin<&mut Self>) -> Self::Values {
        self.each(|output| output)
    }

    fn outcomes(mut self: Pin<&mut Self>, mut missing: impl Missing) -> Self::Outcomes {
        let refused = self.inflow.refused;
        self.outputs.reserve(refused);
        let ends = self.outputs.take_all().into_iter().enumerate();
        Sh::shape(
            ends.map(|(index, output)| match output {
                Some(output) => Outcome::Completed(output),
                None => missing.outcome(index),
            })
            .collect(),
        )
    }
}

impl<F, S, Sh, T, E> TryInOrder for List<F, S, Sh, Results, All<Result<T, E>>>
where
    F: Future<Output = Result<T, E>>,
    S: Source<F>,
    Sh: Shape,
{
    type Error = E;
    type Values = Sh::Of<T>;

    fn values(self: Pin<&mut Self>) -> Self::Values {
        self.each(|result| match result {
            Ok(value) => value,
            Err(_) => unreachable!("the first error has decided"),
        })
    }

    fn error(self: Pin<&mut Self>, index: usize) -> E {
        match self.output(index) {
            Err(error) => error,
            Ok(_) => unreachable!("the child failed"),
        }
    }
}

impl<F, S, Sh, J, K> Uniform for List<F, S, Sh, J, K>
where
    F: Future,
    S: Source<F>,
    Sh: Shape,
    J: Judge<F::Output, Kept = K>,
    K: Keep<F::Output>,
{
    type Output = F::Output;
    type Each<U> = Sh::Of<U>;

    fn output(mut self: Pin<&mut Self>, index: usize) -> F::Output {
        let output = kept(self.outputs.take(index));
        // Here, and not with the verb: whoever has the output has no need of the others.
        if let Some(panic) = self.outputs.clear() {
            panic.resume();
        }
        output
    }

    fn each<U>(mut self: Pin<&mut Self>, mut f: impl FnMut(F::Output) -> U) -> Sh::Of<U> {
        let outputs = self.outputs.take_all();
        Sh::shape(outputs.into_iter().map(|output| f(kept(output))).collect())
    }

    fn by_place<U>(self: Pin<&mut Self>, f: impl FnMut(usize) -> U) -> Sh::Of<U> {
        Sh::shape((0..self.inflow.admitted + self.inflow.refused).map(f).collect())
    }
}

impl<F: Future, S, Sh, J, K> fmt::Debug for List<F, S, Sh, J, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("running", &self.slots.len())
            .field("admitted", &self.inflow.admitted)
            .finish_non_exhaustive()
    }
}
