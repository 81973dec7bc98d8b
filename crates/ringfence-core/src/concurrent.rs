//! Streams whose items become children, so many at a time.
//!
//! [`StreamExt::concurrent`] says how many. What is said next says what becomes of the items:
//!
//! | | each item becomes | resolves to | children go on while … |
//! |---|---|---|---|
//! | `.for_each(f)` | a child | `()` | – the children are all there is |
//! | `.try_for_each(f)` | a child that may fail | `Ok(())`, or the first error | – |
//! | `.map(f)` | a child that returns something | a stream of outputs | … the stream is polled, no longer |
//! | `.try_map(f)` | the same, which may fail | a stream of `Result`s up to the first error | … the stream is polled |
//! | `.map(f).for_each(g)` | the same, and `g` consumes the outputs, one at a time | `()` | … the consumer awaits whatever it likes |
//! | `.map(f).try_for_each(g)`, `.try_map(f).try_for_each(g)` | the same | `Ok(())`, or the first error | … the consumer awaits |
//!
//! What has no consumer of its own is a stream, and no stream makes progress while nobody polls
//! it: in `while let Some(page) = pages.next().await { store(page).await }` all downloads stand
//! still while a page is stored, and their timeouts do not. In
//! `pages.for_each(async |page| store(page).await)` they go on, since consumer and children are
//! driven by one future.
//!
//! Outputs come as the children end; after `.ordered()` in the order of the items.
//!
//! # Examples
//!
//! ```
//! use futures::stream;
//! use ringfence_core::{StreamExt as _, block_on, sleep};
//! use std::{cell::RefCell, time::Duration};
//!
//! async fn fetch(page: u64) -> Result<String, &'static str> {
//!     sleep(Duration::from_nanos(10 - page)).await;
//!     if page == 9 { Err("404") } else { Ok(format!("page {page}")) }
//! }
//!
//! let stored = RefCell::new(Vec::new());
//! let store = async |page: String| {
//!     sleep(Duration::from_nanos(1)).await; // the downloads go on
//!     stored.borrow_mut().push(page);
//!     Ok(())
//! };
//! block_on(stream::iter(1..4).concurrent(2).try_map(fetch).ordered().try_for_each(&store)).unwrap();
//! assert_eq!(*stored.borrow(), ["page 1", "page 2", "page 3"]);
//!
//! let failed = stream::iter(7..).concurrent(2).try_map(fetch).try_for_each(&store);
//! assert_eq!(block_on(failed), Err("404"));
//! ```

mod consume;
mod effect;
mod flow;
mod for_each;
mod mapped;
mod numbered;
mod queue;

pub use consume::Consume;
pub use effect::{Effect, Feed};
pub use for_each::ForEach;
pub use mapped::Mapped;
pub use queue::{AsTheyCome, InOrder, Queue};

use crate::engine::{
    keep::{Outputs, Results},
    limit::{IntoLimit, Limit},
};
use core::future::Future;
use futures_core::Stream;

/// What every stream has: children that are made of its items.
pub trait StreamExt: Stream {
    /// Makes children of the items, at most `limit` at a time.
    ///
    /// It is the first half: [`Concurrent`] has what may be said next, and the
    /// [module](crate::concurrent) tells which does what.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use ringfence_core::{StreamExt as _, block_on};
    /// use std::cell::Cell;
    ///
    /// let total = Cell::new(0);
    /// let added = stream::iter(1..=4).concurrent(2).for_each(async |n| total.set(total.get() + n));
    /// block_on(added);
    /// assert_eq!(total.get(), 10);
    /// ```
    #[track_caller]
    fn concurrent<L: IntoLimit>(self, limit: L) -> Concurrent<Self>
    where
        Self: Sized,
    {
        Concurrent { source: self, limit: limit.into_limit() }
    }
}

impl<S: Stream + ?Sized> StreamExt for S {}

/// A stream whose items are about to become children.
///
/// # Order
///
/// The source is polled when it wakes its waker and there is a place for an item; it is not asked
/// for an item before. Children are first polled in the order of the items.
///
/// A place is free again when a child has ended, or, where outputs are taken one by one, when its
/// output was taken.
///
/// # Panics
///
/// If a child panics, the others are cancelled, and the panic is resumed once they are dropped. A
/// panic of the source is one of a child.
///
/// # Cost
///
/// As of a [`JoinSet`](crate::JoinSet): no allocation per child; memory is that of as many as run
/// at a time. A child, the source and a consumer are polled only when they were woken.
///
/// # Semantics
///
/// As `futures::StreamExt::{for_each_concurrent, buffer_unordered, buffered}`; but a limit of 0 is
/// a panic rather than a hang, children that wait for the consumer keep their places, and a
/// consumer that is part of the future keeps nobody from going on.
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use ringfence_core::{StreamExt as _, block_on};
///
/// let sources = stream::iter(["1", "2", "three"]).concurrent(2);
/// let checked = sources.try_for_each(async |text| text.parse::<u8>().map(drop));
/// assert!(block_on(checked).is_err());
/// ```
#[derive(Debug)]
#[must_use = "a stream's items become children by what is said next"]
pub struct Concurrent<S> {
    source: S,
    limit: Limit,
}

impl<S: Stream> Concurrent<S> {
    /// Makes a child of each item, and waits for all of them.
    ///
    /// Resolves once the source and all children have ended.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, its children are dropped with it, and then the source.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use ringfence_core::{StreamExt as _, block_on};
    /// use std::cell::RefCell;
    ///
    /// let greeted = RefCell::new(Vec::new());
    /// let names = stream::iter(["Ada", "Grace"]).concurrent(2);
    /// block_on(names.for_each(async |name| greeted.borrow_mut().push(name)));
    /// assert_eq!(greeted.into_inner(), ["Ada", "Grace"]);
    /// ```
    pub fn for_each<F, C>(self, make: F) -> ForEach<S, F, C, ()>
    where
        F: FnMut(S::Item) -> C,
        C: Future<Output = ()>,
    {
        ForEach::new(self.source, self.limit, make)
    }

    /// Makes a child of each item, and waits for all of them or for the first error.
    ///
    /// Resolves once the source and all children have ended; or once a child has failed and the
    /// others, with the source, have been dropped.
    ///
    /// # Errors
    ///
    /// The first error, as it is.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, its children are dropped with it, and then the source.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use ringfence_core::{StreamExt as _, block_on};
    ///
    /// let endless = stream::iter(0..).concurrent(3);
    /// let found = block_on(endless.try_for_each(async |n| if n * n > 50 { Err(n) } else { Ok(()) }));
    /// assert_eq!(found, Err(8));
    /// ```
    pub fn try_for_each<F, C, E>(self, make: F) -> ForEach<S, F, C, Result<(), E>>
    where
        F: FnMut(S::Item) -> C,
        C: Future<Output = Result<(), E>>,
    {
        ForEach::new(self.source, self.limit, make)
    }

    /// Makes a child of each item, and a stream of what they return.
    ///
    /// Between two outputs the children stand still, unless the consumer is made a part of it, by
    /// [`Mapped::for_each`]. Outputs come as the children end, or by [`Mapped::ordered`] in the order of
    /// the items; those that were not taken yet keep their places.
    ///
    /// # Cancel safety
    ///
    /// Waiting for the next output may be given up at any time: nothing is lost. If the stream is
    /// dropped, its children are dropped with it, and then the source.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{StreamExt as _, stream};
    /// use ringfence_core::{StreamExt as _, block_on};
    ///
    /// let squares = stream::iter(1..=3).concurrent(2).map(async |n| n * n);
    /// assert_eq!(block_on(squares.collect::<Vec<_>>()), [1, 4, 9]);
    /// ```
    pub fn map<F, C>(self, make: F) -> Mapped<S, F, C, C::Output, AsTheyCome<C::Output>, Outputs>
    where
        F: FnMut(S::Item) -> C,
        C: Future,
    {
        Mapped::new(self.source, self.limit, make)
    }

    /// Makes a child of each item, and a stream of what they return, up to the first error.
    ///
    /// After an error the stream has ended: the other children, the source and outputs that were
    /// not taken have been dropped when it is yielded. Otherwise as [`map`](Concurrent::map).
    ///
    /// # Cancel safety
    ///
    /// As of [`map`](Concurrent::map).
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{TryStreamExt as _, stream};
    /// use ringfence_core::{StreamExt as _, block_on};
    ///
    /// let numbers = stream::iter(["1", "2"]).concurrent(2).try_map(async |text| text.parse::<u8>());
    /// assert_eq!(block_on(numbers.try_collect::<Vec<_>>()), Ok(vec![1, 2]));
    /// ```
    pub fn try_map<F, C, T, E>(
        self,
        make: F,
    ) -> Mapped<S, F, C, C::Output, AsTheyCome<C::Output>, Results>
    where
        F: FnMut(S::Item) -> C,
        C: Future<Output = Result<T, E>>,
    {
        Mapped::new(self.source, self.limit, make)
    }
}
