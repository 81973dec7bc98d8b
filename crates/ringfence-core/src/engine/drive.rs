//! A verb's future, but for the shape of its result: a store and a policy.

use super::{
    limit::Limit,
    policy::{Panics, Policy, Rest},
    store::{Missing, Store},
    turn::PENDING,
};
use crate::outcome::{Cancelled, Name, Outcome, Panic, Reason};
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
    ///             │                              ▲
    ///             └──────────────────────────────┘
    ///                 3 a panic goes through
    /// ```
    ///
    /// All edges are walked by [`poll`](Drive::poll). With [`Rest::Leave`] a decision leads back
    /// to running, until no child is left.
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
}

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

    /// Panics if the verb is done, as [`poll`](Self::poll) does.
    pub(crate) fn assert_running(self: Pin<&mut Self>, policy: &Policy) {
        if *self.project().done {
            done(policy.verb);
        }
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
            done(policy.verb);
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
            Poll::Ready(Some(Ok(decided))) => {
                match policy.rest {
                    Rest::Leave => *this.done = false,
                    Rest::Cancel => cancel(this.store),
                }
                Poll::Ready(decided)
            }
            Poll::Ready(Some(Err(panic))) => {
                // The others' panics come second.
                if let Some(second) = this.store.cancel() {
                    second.discard();
                }
                panic.resume()
            }
        }
    }

    /// Cancels the children that have not ended.
    ///
    /// # Panics
    ///
    /// If a destructor does, once all have been dropped.
    pub(crate) fn cancel(self: Pin<&mut Self>) {
        let this = self.project();
        *this.done = true;
        cancel(this.store);
    }

    /// How many turns it takes to poll every child that was woken, since time is up.
    ///
    /// What is ready by then is not lost to the deadline.
    pub(crate) fn last_turns(self: Pin<&mut Self>) -> usize {
        self.project().store.running() / PENDING as usize + 1
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
                return Outcome::Panicked(panic);
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

/// Drops all children that have not ended, and goes on with a destructor's panic, if any.
fn cancel<S: Store>(store: Pin<&mut S>) {
    if let Some(panic) = store.cancel() {
        panic.resume();
    }
}

/// Says that a verb was polled once too often.
#[cold]
#[inline(never)]
fn done(verb: &str) -> ! {
    panic!("`{verb}` was polled after it had ended")
}
