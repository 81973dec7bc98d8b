//! All children, to their ends: `gather`, `try_gather`, `settle`.

mod settle;

pub use settle::{Settle, settle};

use crate::engine::{
    drive::{Decided, Drive},
    keep::{Outputs, Results},
    members::Members,
    policy::{Panics, Policy, Rest, Stop},
    store::{InOrder, TryInOrder},
    verb::{Rule, Verb},
};
use core::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Runs all children at once, and returns every output.
///
/// Resolves once all have ended. If there are none, that is at the first poll.
///
/// # Order
///
/// Output `i` is that of child `i`, in whatever order they end: a tuple for a tuple, an array for
/// an array, a `Vec` for a `Vec` and for any iterator. Children are first polled in the order
/// given.
///
/// # Panics
///
/// If a child panics, the others are cancelled, and the panic is resumed once they are dropped.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it, and outputs that were there are
/// lost.
///
/// # Cost
///
/// No allocation for up to three children in a tuple, nor for up to twelve that end without
/// keeping a waker. A `Vec`'s children stay in its own buffer; there is one allocation for the
/// outputs, one for the first 62 wakers, and one for each 496 beyond. A child is polled only when
/// it was woken, except that up to three in a tuple are all polled.
///
/// # Semantics
///
/// As `asyncio.gather` of Python 3.13, but a panic does not leave the others running. Its
/// `return_exceptions=True` is `gather` of futures that return `Result`s.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, gather};
///
/// let (n, text) = block_on(gather((async { 1 }, async { "one" })));
/// assert_eq!((n, text), (1, "one"));
///
/// let words = ["to", "be"];
/// let lengths = block_on(gather(words.iter().map(|word| async move { word.len() })));
/// assert_eq!(lengths, [2, 2]);
/// ```
pub fn gather<M, Kind>(members: M) -> Gather<M::Store>
where
    M: Members<Kind, Outputs>,
    M::Store: InOrder,
{
    Verb::new(members.into_store())
}

/// The future of [`gather`].
pub type Gather<S> = Verb<S, GatherRule>;

/// The rule of [`gather`].
#[derive(Debug, Default)]
pub struct GatherRule;

impl<S: InOrder> Rule<S> for GatherRule {
    type Output = S::Values;

    const POLICY: Policy =
        Policy { verb: "gather", stop: Stop::AllEnded, rest: Rest::Cancel, panics: Panics::Resume };

    #[inline]
    fn poll(&mut self, mut drive: Pin<&mut Drive<S>>, cx: &mut Context<'_>) -> Poll<S::Values> {
        let _ = ready!(drive.as_mut().poll(&<Self as Rule<S>>::POLICY, cx));
        Poll::Ready(drive.store().values())
    }
}

/// Runs all children at once, and returns every value, or the first error.
///
/// Resolves once all have returned `Ok`; or once one has returned `Err` and the others have been
/// dropped. If there are none, that is at the first poll.
///
/// # Order
///
/// Value `i` is that of child `i`, as for [`gather`]. Children are first polled in the order
/// given.
///
/// # Errors
///
/// The first error, as it is, whichever child returned it. The others are cancelled, and the
/// values that were there are dropped.
///
/// # Panics
///
/// If a child panics, the others are cancelled, and the panic is resumed once they are dropped.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it, and values that were there are
/// lost.
///
/// # Cost
///
/// As [`gather`].
///
/// # Semantics
///
/// As `asyncio.gather` of Python 3.13, but the others are cancelled rather than left to run. With
/// `.timeout(limit)` it is the pattern known as `safe_gather`. Unlike `futures::try_join_all` it
/// sees the first error at once for any number of children.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, try_gather};
/// use std::num::ParseIntError;
///
/// async fn parse(text: &str) -> Result<u8, ParseIntError> {
///     text.parse()
/// }
///
/// assert_eq!(block_on(try_gather([parse("1"), parse("2")])), Ok([1, 2]));
/// let error = block_on(try_gather((parse("1"), parse("many")))).unwrap_err();
/// assert_eq!(error.to_string(), "invalid digit found in string");
/// ```
pub fn try_gather<M, Kind>(members: M) -> TryGather<M::Store>
where
    M: Members<Kind, Results>,
    M::Store: TryInOrder,
{
    Verb::new(members.into_store())
}

/// The future of [`try_gather`].
pub type TryGather<S> = Verb<S, TryGatherRule>;

/// The rule of [`try_gather`].
#[derive(Debug, Default)]
pub struct TryGatherRule;

impl<S: TryInOrder> Rule<S> for TryGatherRule {
    type Output = Result<S::Values, S::Error>;

    const POLICY: Policy = Policy {
        verb: "try_gather",
        stop: Stop::FirstFailure,
        rest: Rest::Cancel,
        panics: Panics::Resume,
    };

    #[inline]
    fn poll(&mut self, mut drive: Pin<&mut Drive<S>>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(drive.as_mut().poll(&<Self as Rule<S>>::POLICY, cx)) {
            Decided::AllEnded => Ok(drive.store().values()),
            Decided::By(index) => Err(drive.store().error(index)),
        })
    }
}
