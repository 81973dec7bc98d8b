//! Another attempt when one is slow or has failed.

use crate::{
    engine::{
        drive::Drive,
        keep::Results,
        limit::Limit,
        members::Members,
        policy::{Panics, Policy, Rest, Stop},
        store::{Store, Uniform},
        verb::{Rule, Verb, first_success},
    },
    time::{Sleep, sleep},
};
use core::{
    future::Future,
    num::NonZeroUsize,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// Returns the first success of several attempts, of which each begins when those before are slow
/// or have failed.
///
/// The first attempt begins at once. Another begins whenever `delay` has passed since the last one
/// began, and at once for each that fails. Resolves once an attempt has returned `Ok` and the others
/// have been dropped; or once all have returned `Err`.
///
/// Attempts are members as of every verb. From an iterator they are made when they begin, so that it
/// is the factory of them; an endless one goes on until an attempt succeeds.
///
/// # Order
///
/// Attempts begin in the order given. The errors are in that order too.
///
/// # Errors
///
/// All errors, if no attempt succeeds: an array for a tuple and for an array, a `Vec` for others. Of
/// no attempts there are none.
///
/// # Panics
///
/// If an attempt panics, the others are cancelled, and the panic is resumed once they are dropped.
///
/// # Cancel safety
///
/// If the future is dropped, its attempts are dropped with it, and errors that were there are lost.
///
/// # Cost
///
/// As [`race_ok`](crate::race_ok) with a limit, and a timer.
///
/// # Semantics
///
/// As `staggered_race` of asyncio's happy eyeballs, but the failure of any attempt begins another,
/// not only that of the last; and the losers have been dropped when it resolves. `.limit(n)` lets at
/// most `n` attempts run at a time.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, hedge, sleep};
/// use std::time::Duration;
///
/// async fn fetch(attempt: u32) -> Result<u32, &'static str> {
///     match attempt {
///         0 => std::future::pending().await, // stuck
///         1 => Err("connection reset"),
///         _ => Ok(attempt),
///     }
/// }
///
/// let delay = Duration::from_millis(1);
/// assert_eq!(block_on(hedge((0..4).map(fetch), delay)), Ok(2));
/// assert_eq!(block_on(hedge([fetch(1), fetch(1)], delay)), Err(["connection reset"; 2]));
/// ```
pub fn hedge<M, Kind, T, E>(members: M, delay: Duration) -> Hedge<M::Store>
where
    M: Members<Kind, Results>,
    M::Store: Uniform<Output = Result<T, E>>,
{
    let mut store = members.into_store();
    store.limit(Limit::Number(NonZeroUsize::MIN));
    let most = NonZeroUsize::MAX;
    let rule = HedgeRule { delay, sleep: sleep(delay), begun: 0, width: NonZeroUsize::MIN, most };
    Verb::by(rule, store)
}

/// The future of [`hedge`].
pub type Hedge<S> = Verb<S, HedgeRule>;

/// The rule of [`hedge`]: that of a race for the first success, with a limit that grows.
#[derive(Debug)]
pub struct HedgeRule {
    delay: Duration,
    /// Since the last attempt began.
    sleep: Sleep,
    /// How many attempts had begun when it was set.
    begun: usize,
    /// How many may run at a time now.
    width: NonZeroUsize,
    /// How many may at the most.
    most: NonZeroUsize,
}

const POLICY: Policy =
    Policy { verb: "hedge", stop: Stop::FIRST_SUCCESS, rest: Rest::Cancel, panics: Panics::Resume };

impl HedgeRule {
    /// Waits until another attempt is to begin beside those that run.
    fn wait(&mut self, begun: usize, cx: &mut Context<'_>) -> Poll<()> {
        if self.begun != begun {
            self.begun = begun;
            self.sleep.reset(self.delay);
        }
        if begun == 0 || self.width == self.most {
            // There is no place; another begins when one has failed.
            return Poll::Pending;
        }
        if self.sleep.is_elapsed() {
            // Nobody has begun since: none is left, or there is no place.
            return Poll::Pending;
        }
        ready!(Pin::new(&mut self.sleep).poll(cx));
        self.width = self.width.saturating_add(1);
        Poll::Ready(())
    }
}

impl<S: Uniform<Output = Result<T, E>>, T, E> Rule<S> for HedgeRule {
    type Output = Result<T, S::Each<E>>;

    const POLICY: Policy = POLICY;

    fn poll(&mut self, mut drive: Pin<&mut Drive<S>>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Poll::Ready(decided) = drive.as_mut().poll(&POLICY, cx) {
                return Poll::Ready(first_success(drive.store(), decided));
            }
            let begun = drive.as_mut().store().begun();
            ready!(self.wait(begun, cx));
            drive.as_mut().store().widen();
            if self.delay.is_zero() {
                // Of attempts without end, each begins in a turn of its own.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }

    fn limit(&mut self, drive: &mut Drive<S>, limit: Limit) {
        match limit {
            Limit::Number(most) => self.most = most,
            limiter @ Limit::Limiter(_) => drive.limit(limiter),
        }
    }
}
