//! Children of different types, a fixed few, inside the verb's own future.

mod places;

#[cfg(feature = "std")]
use super::crew::has_begun;
use super::{
    keep,
    limit::Limit,
    links::{Arity, First, FirstError, Flat, Links, Outputs, SameOutputs, TryOutputs},
    policy::{Panics, Verdict},
    ready::{Each, Readiness, Ready, Slot},
    store::{InOrder, Missing, Store, TryInOrder, Uniform},
    turn::{Children, turn, turns},
};
use crate::{
    cancel::drain,
    outcome::{Panic, Unseen, catch, keep_first},
};
use alloc::vec::Vec;
use core::{
    fmt,
    marker::PhantomData,
    mem,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use pin_project_lite::pin_project;
use places::{Admit, Places};

/// How many children are polled without asking who of them was woken.
const FEW: usize = 3;

pin_project! {
    /// The children of a tuple, with what they have returned.
    pub struct Tuple<L: Links<J>, J> {
        #[pin]
        children: Fixed<L, J>,
        // None if all are polled whenever the parent is.
        woken: Option<Ready>,
        places: Places,
    }
}

pin_project! {
    /// The children, by number.
    struct Fixed<L: Links<J>, J> {
        #[pin]
        links: L,
        // A bit for each child that has not ended.
        running: usize,
        // A bit for each child whose output is still here.
        ended: usize,
        judge: PhantomData<fn() -> J>,
    }

    impl<L: Links<J>, J> PinnedDrop for Fixed<L, J> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(panic) = this.discard_all(usize::MAX) {
                panic.resume_unless_panicking();
            }
        }
    }
}

impl<L: Links<J>, J> Tuple<L, J> {
    pub(super) fn new(links: L) -> Self {
        let running = usize::MAX.checked_shr((usize::BITS as usize - L::LEN) as u32).unwrap_or(0);
        let children = Fixed { links, running, ended: 0, judge: PhantomData };
        Self { children, woken: woken(L::LEN, L::LEN), places: Places::new(L::LEN) }
    }

    /// Puts others in the places of the children, of which none has ended.
    ///
    /// # Panics
    ///
    /// If one has.
    #[cfg(feature = "std")]
    pub(crate) fn rebuild<M: Links<J>>(mut self, links: impl FnOnce(&mut L) -> M) -> Tuple<M, J> {
        let Fixed { links: old, running, .. } = &mut self.children;
        if running.count_ones() as usize != L::LEN {
            has_begun();
        }
        // What is not taken away is dropped with the links.
        *running = 0;
        let mut new = Tuple::new(links(old));
        new.woken = woken(self.places.begun(), L::LEN);
        new.places = self.places;
        new
    }
}

impl<L: Links<J>, J> Fixed<L, J> {
    /// Drops the children in `places`, and what they have returned; returns the first panic.
    fn discard_all(self: Pin<&mut Self>, places: usize) -> Option<Panic> {
        let mut this = self.project();
        let mut rest = (*this.running | *this.ended) & places;
        *this.running &= !rest;
        *this.ended &= !rest;
        let mut first = None;
        while rest != 0 {
            let swept = catch(|| {
                while rest != 0 {
                    let place = rest.trailing_zeros();
                    rest &= rest - 1;
                    this.links.as_mut().discard(place);
                }
            });
            keep_first(&mut first, swept.err());
        }
        first
    }
}

impl<L: Links<J>, J> Children for Fixed<L, J> {
    type End = Verdict;

    #[inline]
    fn poll(self: Pin<&mut Self>, slot: Slot, cx: &mut Context<'_>) -> Poll<Verdict> {
        let this = self.project();
        if *this.running & slot.bit() == 0 {
            return Poll::Pending;
        }
        let Poll::Ready(verdict) = this.links.poll(slot.place, cx) else { return Poll::Pending };
        *this.running &= !slot.bit();
        *this.ended |= slot.bit();
        Poll::Ready(verdict)
    }

    fn discard(self: Pin<&mut Self>, slot: Slot) {
        let this = self.project();
        *this.running &= !slot.bit();
        this.links.discard(slot.place);
    }
}

impl<L: Links<J>, J> Store for Tuple<L, J> {
    #[inline]
    fn turn<B>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        panics: Panics,
        mut ended: impl FnMut(usize, Result<Verdict, Panic>) -> ControlFlow<B>,
    ) -> Poll<Option<B>> {
        let mut this = self.project();
        if *this.children.as_mut().project().running == 0 {
            return Poll::Ready(None);
        }
        let (mut children, places) = (this.children, this.places);
        let sweeps = panics == Panics::Resume && !drain::is_needed();
        match this.woken {
            None if sweeps => sweep(&mut Each::new(L::LEN as u32), children, cx, ended),
            None => drive_each(children, places, cx, ended),
            Some(ready) => {
                // In the first turn all are polled, which needs no asking who is next.
                if sweeps && ready.has_all(L::LEN) {
                    let swept = sweep(ready, children.as_mut(), cx, &mut ended);
                    if swept.is_ready() {
                        return swept;
                    }
                }
                drive(ready, children, places, cx, ended)
            }
        }
    }

    fn cancel(self: Pin<&mut Self>) -> Option<Panic> {
        let mut children = self.project().children;
        let running = *children.as_mut().project().running;
        children.discard_all(running)
    }

    fn vacate(self: Pin<&mut Self>) {
        self.project().places.give_up();
    }

    fn turns(self: Pin<&mut Self>) -> usize {
        turns(L::LEN)
    }

    fn unfinished(self: Pin<&mut Self>) -> Vec<usize> {
        let running = *self.project().children.project().running;
        (0..L::LEN).filter(|place| running & 1 << place != 0).collect()
    }

    fn to_come(self: Pin<&mut Self>) -> Option<usize> {
        Some(self.project().children.project().running.count_ones() as usize)
    }

    fn begun(self: Pin<&mut Self>) -> usize {
        self.project().places.begun()
    }

    fn widen(self: Pin<&mut Self>) {
        self.project().places.widen();
    }

    fn limit(&mut self, limit: Limit) {
        let first = self.places.limit(limit, L::LEN);
        self.woken = woken(first, L::LEN);
    }
}

/// A turn of all children, in which a panic goes through.
///
/// Nothing is caught, since there is nothing to tell of the panic: the children that are left are
/// dropped on its way out. That will not do where a child may then be inside a poll on another
/// thread, and must have gone before the panic goes on.
#[inline]
fn sweep<R: Readiness, L: Links<J>, J, B>(
    ready: &mut R,
    children: Pin<&mut Fixed<L, J>>,
    cx: &mut Context<'_>,
    mut ended: impl FnMut(usize, Result<Verdict, Panic>) -> ControlFlow<B>,
) -> Poll<Option<B>> {
    /// Cancels the children, unless it is forgotten.
    struct Cancel<'a, L: Links<J>, J>(Pin<&'a mut Fixed<L, J>>);
    impl<L: Links<J>, J> Drop for Cancel<'_, L, J> {
        fn drop(&mut self) {
            if let Some(panic) = self.0.as_mut().discard_all(usize::MAX) {
                // The first one is on its way.
                panic.discard();
            }
        }
    }
    let _polled = ready.begin(cx.waker());
    let mut cancel = Cancel(children);
    let mut decision = Poll::Pending;
    for place in 0..L::LEN {
        let slot = Slot { chunk: 0, place: place as u32 };
        ready.pass();
        let polled = ready.with_context(slot, cx, |cx| cancel.0.as_mut().poll(slot, cx));
        if let Poll::Ready(verdict) = polled {
            if let ControlFlow::Break(decided) = ended(place, Ok(verdict)) {
                decision = Poll::Ready(Some(decided));
                break;
            }
        } else if drain::is_needed() {
            // The first remote child of the process has begun: the next turn is no sweep.
            cx.waker().wake_by_ref();
            break;
        }
    }
    if decision.is_pending() && *cancel.0.as_mut().project().running == 0 {
        decision = Poll::Ready(None);
    }
    mem::forget(cancel);
    decision
}

/// A turn of all children, in which a panic is caught.
///
/// Apart from the code of a sweep, which is most tuples' only one.
#[inline(never)]
fn drive_each<L: Links<J>, J, B>(
    children: Pin<&mut Fixed<L, J>>,
    places: &mut Places,
    cx: &mut Context<'_>,
    ended: impl FnMut(usize, Result<Verdict, Panic>) -> ControlFlow<B>,
) -> Poll<Option<B>> {
    drive(&mut Each::new(L::LEN as u32), children, places, cx, ended)
}

/// A turn, in which every end is a place for the next child to begin.
#[inline]
fn drive<R: Admit, L: Links<J>, J, B>(
    ready: &mut R,
    mut children: Pin<&mut Fixed<L, J>>,
    places: &mut Places,
    cx: &mut Context<'_>,
    mut ended: impl FnMut(usize, Result<Verdict, Panic>) -> ControlFlow<B>,
) -> Poll<Option<B>> {
    // An end that has decided something left its place free.
    places.fill(ready, *children.as_mut().project().running, L::LEN, cx.waker());
    // Of the turn, which has `cx`: for places of a limiter.
    let waker = places.waker(cx.waker());
    let waker = waker.as_ref().unwrap_or(Waker::noop());
    turn(ready, children, cx, |ready, children, slot, end| {
        let running = *children.project().running;
        places.vacate(running);
        if let ControlFlow::Break(decision) = ended(slot.place as usize, end) {
            return ControlFlow::Break(Some(decision));
        }
        places.fill(ready, running, L::LEN, waker);
        if running == 0 { ControlFlow::Break(None) } else { ControlFlow::Continue(()) }
    })
}

/// Who is woken first: `first` of `len` children.
#[inline]
fn woken(first: usize, len: usize) -> Option<Ready> {
    (first < len || len > FEW).then(|| Ready::of_few(first))
}

impl<L, V, O> InOrder for Tuple<L, keep::Outputs>
where
    L: Links<keep::Outputs> + Outputs<Values: Flat<Flat = V>, Outcomes: Flat<Flat = O>>,
{
    type Values = V;
    type Outcomes = O;

    #[inline]
    fn values(self: Pin<&mut Self>) -> V {
        self.take().values().flat()
    }

    fn outcomes(self: Pin<&mut Self>, mut missing: impl Missing) -> O {
        self.take().outcomes(0, &mut missing).flat()
    }
}

impl<L, V> TryInOrder for Tuple<L, keep::Results>
where
    L: Links<keep::Results> + FirstError + TryOutputs<L::Error, Values: Flat<Flat = V>>,
{
    type Error = L::Error;
    type Values = V;

    #[inline]
    fn values(self: Pin<&mut Self>) -> V {
        self.take().values().flat()
    }

    fn error(self: Pin<&mut Self>, index: usize) -> L::Error {
        self.take_one(index, |links| links.error(index))
    }
}

impl<L, J> Uniform for Tuple<L, J>
where
    L: Links<J> + First + SameOutputs<L::Output> + Outputs<Values: Arity>,
{
    type Output = L::Output;
    type Each<U> = <L::Values as Arity>::Array<U>;

    fn output(self: Pin<&mut Self>, index: usize) -> L::Output {
        self.take_one(index, |links| links.output(index))
    }

    fn each<U>(self: Pin<&mut Self>, f: impl FnMut(L::Output) -> U) -> Self::Each<U> {
        let mut outputs = Vec::with_capacity(L::LEN);
        self.take().outputs(&mut outputs);
        L::Values::array(outputs.into_iter().map(f).collect())
    }

    fn by_place<U>(self: Pin<&mut Self>, f: impl FnMut(usize) -> U) -> Self::Each<U> {
        L::Values::array((0..L::LEN).map(f).collect())
    }
}

impl<L: Links<J>, J> Tuple<L, J> {
    /// The children, whose outputs are all taken now.
    #[inline]
    fn take(self: Pin<&mut Self>) -> Pin<&mut L> {
        let children = self.project().children.project();
        *children.ended = 0;
        children.links
    }

    /// Takes the output of one child, and drops those of the others.
    fn take_one<T>(self: Pin<&mut Self>, index: usize, take: impl FnOnce(Pin<&mut L>) -> T) -> T {
        let mut children = self.project().children;
        let fields = children.as_mut().project();
        *fields.ended &= !(1 << index);
        let output = Unseen::new(take(fields.links));
        let ended = *children.as_mut().project().ended;
        if let Some(panic) = children.discard_all(ended) {
            panic.resume();
        }
        output.show()
    }
}

impl<L: Links<J>, J> fmt::Debug for Tuple<L, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tuple").field("children", &L::LEN).finish_non_exhaustive()
    }
}
