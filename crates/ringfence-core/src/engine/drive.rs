//! A verb's future, but for the shape of its result: a store and a policy.

use super::{
    limit::Limit,
    policy::{Panics, Policy, Rest},
    store::{Missing, Store},
};
use crate::{
    cancel::drain::{self, Drain},
    outcome::{Cancelled, Name, Outcome, Panic, Reason},
};
#[cfg(feature = "std")]
use crate::{
    outcome::{ChildId, Label},
    time::Expired,
};
use alloc::{boxed::Box, vec::Vec};
use core::{
    cmp::Reverse,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;

pin_project! {
    /// Drives the children of a store until a policy is satisfied.
    ///
    /// # States
    ///
    /// ```text
    ///            1 a turn that decides nothing
    ///             ┌────────┐
    ///             ▼        │   2 decided
    ///          running ────┴──────────────────▶ done
    ///             │ └───────▶ draining ──────────▲▲
    ///             │         4          5         ││
    ///             └──────────────────────────────┘
    ///                 3 a panic goes through
    /// ```
    ///
    /// 4 is 2 where children that were cancelled have not gone yet, being inside a poll on another
    /// thread, and 5 that they have. All edges are walked by [`poll`](Drive::poll), 4 by
    /// [`cancel`](Drive::cancel) too. With [`Rest::Leave`] a decision leads back to running, until
    /// no child is left.
    #[derive(Debug)]
    pub struct Drive<S> {
        #[pin]
        store: S,
        rare: Option<Box<Rare>>,
        // How many children have succeeded, if the policy asks for a number.
        successes: usize,
        done: bool,
    }
}

/// What few verbs have. It is apart, so that the others are small and quick to make.
#[derive(Debug, Default)]
struct Rare {
    /// The panics that are kept, with the places of their children.
    panics: Vec<(usize, Panic)>,
    name: Option<Name>,
    /// What has ended the verb, and those who have not gone yet.
    draining: Option<(End, Drain)>,
}

/// What has ended a verb, or the panic that goes on.
type End = Result<Decided, Panic>;

/// What ended a verb.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decided {
    /// No child is left, and nothing else has decided.
    AllEnded,
    /// The end of the child at this place.
    By(usize),
}

impl<S: Store> Drive<S> {
    #[inline]
    pub(crate) fn new(store: S) -> Self {
        Self { store, rare: None, successes: 0, done: false }
    }

    /// Changes the store, before the verb begins.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn map_store<T>(self, f: impl FnOnce(S) -> T) -> Drive<T> {
        let Self { store, rare, successes, done } = self;
        Drive { store: f(store), rare, successes, done }
    }

    /// Names the verb.
    pub(crate) fn set_name(&mut self, name: Name) {
        self.rare.get_or_insert_default().name = Some(name);
    }

    /// Lets no more than `limit` children run at a time.
    pub(crate) fn limit(&mut self, limit: Limit) {
        self.store.limit(limit);
    }

    /// Returns the store.
    #[inline]
    pub(crate) fn store(self: Pin<&mut Self>) -> Pin<&mut S> {
        self.project().store
    }

    /// Polls the children that were woken, until `policy` is satisfied.
    ///
    /// # Panics
    ///
    /// If the verb is done, or with the panic of a child.
    #[inline]
    pub(crate) fn poll(
        self: Pin<&mut Self>,
        policy: &Policy,
        cx: &mut Context<'_>,
    ) -> Poll<Decided> {
        let mut this = self.project();
        if *this.done {
            return drained(this.store, this.rare, policy.verb, cx);
        }
        // Until this call returns: a panic that goes through leaves nothing to go on with.
        *this.done = true;
        let rare = this.rare;
        let successes = this.successes;
        let turn = this.store.as_mut().turn(cx, policy.panics, |index, end| match end {
            Ok(verdict) if policy.stop.is_met(verdict, successes) => {
                ControlFlow::Break(Ok(Decided::By(index)))
            }
            Ok(_) => ControlFlow::Continue(()),
            Err(panic) => match policy.panics {
                Panics::Resume => ControlFlow::Break(Err(panic)),
                Panics::Keep => {
                    keep(rare, index, panic);
                    ControlFlow::Continue(())
                }
            },
        });
        match turn {
            Poll::Pending => {
                *this.done = false;
                Poll::Pending
            }
            Poll::Ready(None) => Poll::Ready(Decided::AllEnded),
            Poll::Ready(Some(Ok(decided))) => match policy.rest {
                Rest::Leave => {
                    *this.done = false;
                    Poll::Ready(decided)
                }
                Rest::Cancel => cancel(this.store, rare, Ok(decided), cx),
            },
            Poll::Ready(Some(Err(panic))) => cancel(this.store, rare, Err(panic), cx),
        }
    }

    /// Cancels the children that have not ended; ready, once they have gone.
    ///
    /// # Panics
    ///
    /// If a destructor does, once all have been dropped.
    pub(crate) fn cancel(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Decided> {
        let this = self.project();
        *this.done = true;
        cancel(this.store, this.rare, Ok(Decided::AllEnded), cx)
    }

    /// Whether it is decided, and waits for those who have not gone yet.
    pub(crate) fn is_draining(self: Pin<&mut Self>) -> bool {
        self.project().rare.as_ref().is_some_and(|rare| rare.draining.is_some())
    }

    /// How many turns it takes to poll every child that was woken, since time is up.
    ///
    /// What is ready by then is not lost to the deadline.
    pub(crate) fn last_turns(self: Pin<&mut Self>) -> usize {
        self.project().store.turns()
    }

    /// What there is to tell when the time is up: who has not ended.
    #[cfg(feature = "std")]
    pub(crate) fn expired(self: Pin<&mut Self>) -> Expired {
        let this = self.project();
        let label = |place| Label { child: ChildId::new(place as u64), name: None };
        let unfinished = this.store.unfinished().into_iter().map(label).collect();
        let name = this.rare.as_ref().and_then(|rare| rare.name.clone());
        Expired { name, unfinished }
    }

    /// Tells how the children without an output have ended. It is asked in their order.
    pub(crate) fn missing(self: Pin<&mut Self>) -> impl Missing + use<S> {
        let rare = self.project().rare.take();
        let mut panics = rare.map_or_else(Vec::new, |rare| rare.panics);
        panics.sort_unstable_by_key(|(index, _)| Reverse(*index));
        Ends(panics)
    }
}

/// How children without an output have ended: these by a panic, the last first, and the others by
/// a deadline.
struct Ends(Vec<(usize, Panic)>);

impl Missing for Ends {
    fn outcome<T>(&mut self, index: usize) -> Outcome<T> {
        if self.0.last().is_some_and(|(panicked, _)| *panicked == index) {
            if let Some((_, panic)) = self.0.pop() {
                return Outcome::of_panic(panic);
            }
        }
        Outcome::Cancelled(Cancelled::new(Reason::Deadline))
    }
}

/// Keeps the panic of the child at `index`.
#[cold]
#[inline(never)]
fn keep(rare: &mut Option<Box<Rare>>, index: usize, panic: Panic) {
    rare.get_or_insert_default().panics.push((index, panic));
}

/// Drops all children that have not ended, and goes on with `end` once they have gone.
#[inline]
fn cancel<S: Store>(
    mut store: Pin<&mut S>,
    rare: &mut Option<Box<Rare>>,
    end: End,
    cx: &mut Context<'_>,
) -> Poll<Decided> {
    if drain::is_needed() {
        return cancel_and_drain(store, rare, end, cx);
    }
    match store.as_mut().cancel() {
        None => go_on(store, end),
        panic => go_on(store, first(end, panic)),
    }
}

/// As `cancel`, where there may be children that have not gone when they have been dropped.
#[inline(never)]
fn cancel_and_drain<S: Store>(
    mut store: Pin<&mut S>,
    rare: &mut Option<Box<Rare>>,
    end: End,
    cx: &mut Context<'_>,
) -> Poll<Decided> {
    let mut drain = Drain::new();
    match drain.collect(|| store.as_mut().cancel()) {
        panic if drain.is_empty() => go_on(store, first(end, panic)),
        panic => drain_out(store, rare, first(end, panic), drain, cx),
    }
}

/// What goes on where something has panicked on the way to an end, or nothing.
#[cold]
fn first(end: End, panic: Option<Panic>) -> End {
    match (end, panic) {
        (end, None) => end,
        (Ok(_), Some(panic)) => Err(panic),
        (end @ Err(_), Some(second)) => {
            // The others' panics come second.
            second.discard();
            end
        }
    }
}

/// Goes on with the end of a verb, of which nobody is left.
#[inline]
fn go_on<S: Store>(store: Pin<&mut S>, end: End) -> Poll<Decided> {
    store.vacate();
    match end {
        Ok(decided) => Poll::Ready(decided),
        Err(panic) => panic.resume(),
    }
}

/// Waits for those who have not gone yet, and then goes on with `end`.
#[cold]
#[inline(never)]
fn drain_out<S: Store>(
    store: Pin<&mut S>,
    rare: &mut Option<Box<Rare>>,
    end: End,
    mut drain: Drain,
    cx: &mut Context<'_>,
) -> Poll<Decided> {
    if let Poll::Ready(panic) = drain.poll(cx) {
        return go_on(store, first(end, panic));
    }
    rare.get_or_insert_default().draining = Some((end, drain));
    Poll::Pending
}

/// As `drain_out`, if that is what a verb waits for.
#[cold]
#[inline(never)]
fn drained<S: Store>(
    store: Pin<&mut S>,
    rare: &mut Option<Box<Rare>>,
    verb: &str,
    cx: &mut Context<'_>,
) -> Poll<Decided> {
    match rare.as_mut().and_then(|rare| rare.draining.take()) {
        Some((end, drain)) => drain_out(store, rare, end, drain, cx),
        None => done(verb),
    }
}

/// Says that a verb was polled once too often.
#[cold]
#[inline(never)]
fn done(verb: &str) -> ! {
    panic!("`{verb}` was polled after it had ended")
}
