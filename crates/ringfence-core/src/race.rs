//! The first child: `race`, `race_ok`.

use crate::engine::{
    drive::{Decided, Drive},
    keep::{OneByOne, Results},
    members::Members,
    policy::{Panics, Policy, Rest, Stop},
    store::Uniform,
    verb::{Rule, Verb, first_success},
};
use core::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Returns the output of the first child to end, and cancels the others.
///
/// Resolves once a child has ended and the others have been dropped.
///
/// # Order
///
/// Children are first polled in the order given, and the race is over with the first that ends. Of
/// several that were woken since the last poll, the one with the lowest place wins, among each
/// 62 places.
///
/// # Panics
///
/// If there are no children, since then none can win. A tuple of none does not compile.
///
/// If a child panics, the others are cancelled, and the panic is resumed once they are dropped.
/// Nobody wins a race against a panic that came before.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it.
///
/// # Cost
///
/// As [`gather`](crate::gather()), without the outputs.
///
/// # Semantics
///
/// As JavaScript's `Promise.race`, but the losers are cancelled, and dropped before it resolves;
/// and a race of none, which never ends there, is a panic.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, race};
/// use std::future::{pending, ready};
///
/// assert_eq!(block_on(race((pending(), ready(2), ready(3)))), 2);
/// ```
pub fn race<M, Kind>(members: M) -> Race<M::Store>
where
    M: Members<Kind, OneByOne>,
    M::Store: Uniform,
{
    Verb::new(members.into_store())
}

/// The future of [`race`].
pub type Race<S> = Verb<S, RaceRule>;

/// The rule of [`race`].
#[derive(Debug, Default)]
pub struct RaceRule;

impl<S: Uniform> Rule<S> for RaceRule {
    type Output = S::Output;

    const POLICY: Policy =
        Policy { verb: "race", stop: Stop::FirstEnd, rest: Rest::Cancel, panics: Panics::Resume };

    #[inline]
    fn poll(&mut self, mut drive: Pin<&mut Drive<S>>, cx: &mut Context<'_>) -> Poll<S::Output> {
        Poll::Ready(match ready!(drive.as_mut().poll(&<Self as Rule<S>>::POLICY, cx)) {
            Decided::By(winner) => drive.store().output(winner),
            Decided::AllEnded => panic!("a race of no children, which none can win"),
        })
    }
}

/// Returns the first success, and cancels the other children.
///
/// Resolves once a child has returned `Ok` and the others have been dropped; or once all have
/// returned `Err`.
///
/// # Order
///
/// Children are first polled in the order given. The errors are in that order too: error `i` is
/// that of child `i`.
///
/// # Errors
///
/// All errors, if no child succeeds: an array for a tuple and for an array, a `Vec` for others. Of
/// no children there are none.
///
/// # Panics
///
/// If a child panics, the others are cancelled, and the panic is resumed once they are dropped.
/// Nobody wins a race against a panic that came before.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it, and errors that were there are
/// lost.
///
/// # Cost
///
/// As [`gather`](crate::gather()).
///
/// # Semantics
///
/// As JavaScript's `Promise.any`, but the losers are cancelled, and dropped before it resolves.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, race_ok};
/// use std::future::ready;
///
/// let mirrors = [ready(Err("down")), ready(Ok("page")), ready(Err("slow"))];
/// assert_eq!(block_on(race_ok(mirrors)), Ok("page"));
///
/// let errors = block_on(race_ok(vec![ready(Err::<(), _>("down")), ready(Err("slow"))]));
/// assert_eq!(errors, Err(vec!["down", "slow"]));
/// ```
pub fn race_ok<M, Kind, T, E>(members: M) -> RaceOk<M::Store>
where
    M: Members<Kind, Results>,
    M::Store: Uniform<Output = Result<T, E>>,
{
    Verb::new(members.into_store())
}

/// The future of [`race_ok`].
pub type RaceOk<S> = Verb<S, RaceOkRule>;

/// The rule of [`race_ok`].
#[derive(Debug, Default)]
pub struct RaceOkRule;

impl<S: Uniform<Output = Result<T, E>>, T, E> Rule<S> for RaceOkRule {
    type Output = Result<T, S::Each<E>>;

    const POLICY: Policy = Policy {
        verb: "race_ok",
        stop: Stop::FIRST_SUCCESS,
        rest: Rest::Cancel,
        panics: Panics::Resume,
    };

    #[inline]
    fn poll(&mut self, mut drive: Pin<&mut Drive<S>>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let decided = ready!(drive.as_mut().poll(&<Self as Rule<S>>::POLICY, cx));
        Poll::Ready(first_success(drive.store(), decided))
    }
}
