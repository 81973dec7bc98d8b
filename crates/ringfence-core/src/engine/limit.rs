//! How many children may run at a time.

use super::source::Source;
use crate::limiter::{Acquire, Limiter, Permit};
use alloc::boxed::Box;
use core::{
    fmt,
    future::Future,
    num::NonZeroUsize,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// What a verb's `.limit` takes: how many children may run at a time.
///
/// A number is for the verb alone. A [`Limiter`] is shared with others: each child has a place of
/// it for as long as it runs. Of a number and a limiter both count.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Limiter, block_on, gather};
/// use std::{future::ready, num::NonZeroUsize};
///
/// let squares = || gather((1..=3).map(|n| ready(n * n)));
/// assert_eq!(block_on(squares().limit(2)), [1, 4, 9]);
/// assert_eq!(block_on(squares().limit(NonZeroUsize::MIN)), [1, 4, 9]);
/// assert_eq!(block_on(squares().limit(&Limiter::new(2))), [1, 4, 9]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a limit",
    label = "not a `usize`, a `NonZeroUsize` or a `&Limiter`"
)]
pub trait IntoLimit: sealed::Sealed {
    /// Returns the limit.
    ///
    /// # Panics
    ///
    /// If it is 0, with which no child would ever begin.
    fn into_limit(self) -> Limit;
}

/// How many children may run at a time, as [`IntoLimit`] makes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Limit {
    /// So many.
    Number(NonZeroUsize),
    /// As many as have a place of a limiter.
    Limiter(Limiter),
}

impl IntoLimit for Limit {
    fn into_limit(self) -> Limit {
        self
    }
}

impl IntoLimit for NonZeroUsize {
    fn into_limit(self) -> Limit {
        Limit::Number(self)
    }
}

impl IntoLimit for usize {
    #[track_caller]
    fn into_limit(self) -> Limit {
        match NonZeroUsize::new(self) {
            Some(limit) => Limit::Number(limit),
            None => panic!("a limit of 0 children: no child would ever begin"),
        }
    }
}

impl IntoLimit for &Limiter {
    fn into_limit(self) -> Limit {
        Limit::Limiter(self.clone())
    }
}

impl IntoLimit for Limiter {
    fn into_limit(self) -> Limit {
        Limit::Limiter(self)
    }
}

/// The places that a verb has of a limiter: one for each child that runs.
pub(crate) struct Share {
    limiter: Limiter,
    places: Option<Permit>,
    /// The next child's place, while it is waited for.
    next: Option<Acquire>,
}

impl Share {
    pub(crate) fn new(limiter: Limiter) -> Self {
        Self { limiter, places: None, next: None }
    }

    /// Waits for a place more.
    pub(crate) fn poll_more(&mut self, waker: &Waker) -> Poll<()> {
        let next = self.next.get_or_insert_with(|| self.limiter.acquire(1));
        let Poll::Ready(place) = Pin::new(next).poll(&mut Context::from_waker(waker)) else {
            return Poll::Pending;
        };
        self.next = None;
        match &mut self.places {
            None => self.places = Some(place),
            Some(places) => places.merge(place),
        }
        Poll::Ready(())
    }

    /// Whether a place is waited for.
    pub(crate) fn is_waiting(&self) -> bool {
        self.next.is_some()
    }

    /// Gives back what is more than a place for each of `children`.
    pub(crate) fn keep(&mut self, children: usize) {
        if let Some(places) = &mut self.places {
            places.keep(children);
        }
    }

    /// Waits for no more places.
    pub(crate) fn leave_line(&mut self) {
        self.next = None;
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").field("places", &self.places).finish_non_exhaustive()
    }
}

/// What limits the children of a list: a number, a limiter, both or neither.
#[derive(Debug, Default)]
pub struct Limits {
    number: Option<NonZeroUsize>,
    /// What limits others, too.
    share: Option<Box<Share>>,
}

impl Limits {
    /// Sets a limit, beside that of the other kind.
    pub(crate) fn add(&mut self, limit: Limit) {
        match limit {
            Limit::Number(limit) => self.number = Some(limit),
            Limit::Limiter(limiter) => self.share = Some(Box::new(Share::new(limiter))),
        }
    }

    /// Whether all children may begin at once.
    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        self.number.is_none() && self.share.is_none()
    }

    /// Lets one child more run at a time, if there is a number.
    pub(crate) fn widen(&mut self) {
        self.number = self.number.map(|number| number.saturating_add(1));
    }

    /// Waits for a place for one child more beside those that run; nobody is woken by the end of
    /// one of these.
    #[inline]
    fn poll_more(&mut self, running: usize, waker: &Waker) -> Poll<()> {
        if self.number.is_some_and(|number| running >= number.get()) {
            return Poll::Pending;
        }
        self.share.as_mut().map_or(Poll::Ready(()), |share| share.poll_more(waker))
    }

    /// Makes the next child of `source`, if there is one, and a place for it beside those that run;
    /// lets go of a source that has none. Who waits for a place is woken by `waker`.
    pub(crate) fn next<F, S: Source<F>>(
        &mut self,
        source: &mut Option<S>,
        running: usize,
        waker: &Waker,
    ) -> Option<F> {
        let more = source.as_mut()?;
        // Who does not come needs no place.
        if more.at_most() != Some(0) && self.poll_more(running, waker).is_pending() {
            return None;
        }
        let child = more.next();
        if child.is_none() {
            *source = None;
            self.keep(running);
        }
        child
    }

    /// Gives up the places of those who have ended: so many run.
    #[inline]
    pub(crate) fn keep(&mut self, running: usize) {
        if let Some(share) = &mut self.share {
            share.keep(running);
        }
    }

    /// Gives up all places of a limiter.
    pub(crate) fn give_up(&mut self) {
        self.share = None;
    }

    /// Who is to be woken when there is a place: `parent`, if any place is shared.
    #[inline]
    pub(crate) fn waker(&self, parent: &Waker) -> Option<Waker> {
        self.share.as_ref().map(|_| parent.clone())
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for core::num::NonZeroUsize {}
    impl Sealed for usize {}
    impl Sealed for super::Limit {}
    impl Sealed for super::Limiter {}
    impl Sealed for &super::Limiter {}
}
