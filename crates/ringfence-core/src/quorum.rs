//! The first so many successes.

use crate::{
    engine::{
        drive::{Decided, Drive},
        keep::OneByOne,
        members::Members,
        policy::{Panics, Policy, Rest, Stop},
        store::Uniform,
        verb::{Rule, Verb},
    },
    outcome::drop_each,
};
use alloc::vec::Vec;
use core::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Returns the first `wanted` successes, and cancels the other children.
///
/// Resolves once so many children have returned `Ok`, or once so many have failed that they cannot
/// be had any more, and the others have been dropped.
///
/// # Order
///
/// Children are first polled in the order given. Values come in the order in which the children
/// have ended, each with the place of its child.
///
/// # Errors
///
/// If `wanted` successes are out of reach: for each child its error, at its place, or `None` if it
/// had succeeded or was cancelled. That is an array for a tuple and for an array, a `Vec` for
/// others. Values that were there are dropped. More than there are children are out of reach from
/// the start, and no child is polled; of an iterator that is known when it has ended.
///
/// # Panics
///
/// If a child panics, the others are cancelled, and the panic is resumed once they are dropped.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it; values and errors that were there
/// are lost.
///
/// # Cost
///
/// As [`gather`](crate::gather()).
///
/// # Semantics
///
/// As Swift's loop over a task group that stops after *m* results, but errors do not count, and the
/// others have been dropped when it resolves. Of 1 it is [`race_ok`](crate::race_ok), of all
/// [`try_gather`](crate::try_gather). With `wanted` 0 it resolves at once, and no child is polled.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, quorum};
/// use std::future::{Future, pending, ready};
/// use std::pin::Pin;
///
/// type Replica = Pin<Box<dyn Future<Output = Result<u32, &'static str>>>>;
/// let up = |version| -> Replica { Box::pin(ready(Ok(version))) };
/// let down = || -> Replica { Box::pin(ready(Err("down"))) };
/// let slow = || -> Replica { Box::pin(pending()) };
///
/// let read = block_on(quorum([slow(), up(7), down(), up(8)], 2));
/// assert_eq!(read, Ok(vec![(1, 7), (3, 8)]));
///
/// let read = block_on(quorum([slow(), down(), up(8), down()], 3));
/// assert_eq!(read, Err([None, Some("down"), None, Some("down")]));
/// ```
pub fn quorum<M, Kind, T, E>(members: M, wanted: usize) -> Quorum<M::Store, T, E>
where
    M: Members<Kind, OneByOne>,
    M::Store: Uniform<Output = Result<T, E>>,
{
    let rule = QuorumRule { wanted, values: Vec::new(), errors: Vec::new(), decided: false };
    Verb::by(rule, members.into_store())
}

/// The future of [`quorum`].
pub type Quorum<S, T, E> = Verb<S, QuorumRule<T, E>>;

/// The rule of [`quorum`].
pub struct QuorumRule<T, E> {
    wanted: usize,
    /// With the places of their children, in the order in which they came.
    values: Vec<(usize, T)>,
    errors: Vec<(usize, E)>,
    /// Whether it was decided, and the others were cancelled.
    decided: bool,
}

/// The values with the places of their children, or the errors at the places of theirs.
type Read<S, T, E> = Result<Vec<(usize, T)>, <S as Uniform>::Each<Option<E>>>;

const POLICY: Policy =
    Policy { verb: "quorum", stop: Stop::FirstEnd, rest: Rest::Leave, panics: Panics::Resume };

impl<T, E> QuorumRule<T, E> {
    /// Whether as many successes as are wanted cannot be had any more.
    fn is_out_of_reach<S: Uniform>(&self, drive: Pin<&mut Drive<S>>) -> bool {
        let to_come = drive.store().to_come();
        to_come.is_some_and(|to_come| self.values.len() + to_come < self.wanted)
    }

    /// What it returns, now that nobody is left.
    fn finish<S: Uniform>(&mut self, drive: Pin<&mut Drive<S>>) -> Read<S, T, E> {
        let values = mem::take(&mut self.values);
        if values.len() == self.wanted {
            return Ok(values);
        }
        if let Some(panic) = drop_each(values.into_iter()) {
            panic.resume();
        }
        self.errors.sort_unstable_by_key(|(place, _)| *place);
        let mut errors = mem::take(&mut self.errors).into_iter().peekable();
        Err(drive.store().by_place(|place| {
            errors.next_if(|(failed, _)| *failed == place).map(|(_, error)| error)
        }))
    }
}

impl<S: Uniform<Output = Result<T, E>>, T, E> Rule<S> for QuorumRule<T, E> {
    type Output = Read<S, T, E>;

    const POLICY: Policy = POLICY;

    fn poll(&mut self, mut drive: Pin<&mut Drive<S>>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        while !self.decided {
            // Until it is known to go on: a panic that goes through leaves nothing to go on with.
            self.decided = true;
            if self.values.len() == self.wanted || self.is_out_of_reach(drive.as_mut()) {
                let _ = ready!(drive.as_mut().cancel(cx));
                return Poll::Ready(self.finish(drive));
            }
            let polled = drive.as_mut().poll(&POLICY, cx);
            if drive.as_mut().is_draining() {
                return Poll::Pending;
            }
            self.decided = false;
            match polled {
                Poll::Ready(Decided::By(place)) => match drive.as_mut().store().output(place) {
                    Ok(value) => self.values.push((place, value)),
                    Err(error) => self.errors.push((place, error)),
                },
                // Too few have succeeded, or none are wanted.
                Poll::Ready(Decided::AllEnded) => {}
                // An iterator may have ended meanwhile.
                Poll::Pending if self.is_out_of_reach(drive.as_mut()) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
        // Those who were cancelled have not gone, or it has ended.
        let _ = ready!(drive.as_mut().poll(&POLICY, cx));
        Poll::Ready(self.finish(drive))
    }
}

/// A destructor that panics does not keep the other outputs from being dropped.
impl<T, E> Drop for QuorumRule<T, E> {
    fn drop(&mut self) {
        let values = drop_each(self.values.drain(..));
        let errors = drop_each(self.errors.drain(..));
        if let Some(panic) = values.or(errors) {
            panic.resume_unless_panicking();
        }
    }
}

impl<T, E> fmt::Debug for QuorumRule<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuorumRule").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}
