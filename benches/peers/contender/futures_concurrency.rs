//! futures-concurrency: `FutureGroup`, and `join` on vectors and tuples.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::Stream;
use futures_concurrency::future::{FutureGroup, Join, TryJoin};

use super::{Gather, Set, SetFamily, TryGather, Tuple};
use crate::child::{Child, Failed};
use crate::drive::Spin;

/// Children in a slab, one waker each, and a scan of them all at every wake.
pub(crate) struct FuturesConcurrency;

impl SetFamily for FuturesConcurrency {
    const NAME: &'static str = "futures-concurrency";
    const SCANS: bool = true;
    type Drive = Spin;
    type Set<F: Child> = FutureGroup<F>;
}

impl<F: Child> Set<F> for FutureGroup<F> {
    fn with_capacity(n: usize) -> Self {
        Self::with_capacity(n)
    }

    fn insert(&mut self, child: F) {
        Self::insert(self, child);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        Stream::poll_next(Pin::new(self), cx)
    }
}

impl Gather for FuturesConcurrency {
    const NAME: &'static str = <Self as SetFamily>::NAME;
    type Drive = Spin;

    fn gather<F: Child>(children: Vec<F>) -> impl Future<Output = Vec<F::Output>> {
        children.join()
    }
}

impl TryGather for FuturesConcurrency {
    const NAME: &'static str = <Self as SetFamily>::NAME;
    type Drive = Spin;

    fn try_gather<F>(children: Vec<F>) -> impl Future<Output = Result<Vec<u64>, Failed>>
    where
        F: Child + Future<Output = Result<u64, Failed>>,
    {
        children.try_join()
    }
}

/// `join` of the children that `make` makes, for one arity.
macro_rules! join {
    ($n:literal: $($at:literal),+) => {
        impl Tuple<$n> for FuturesConcurrency {
            const NAME: &'static str = <Self as SetFamily>::NAME;

            async fn join<F: Future>(make: impl Fn(usize) -> F) {
                black_box(($(make($at),)+).join().await);
            }
        }
    };
}

join!(2: 0, 1);
join!(3: 0, 1, 2);
join!(4: 0, 1, 2, 3);
join!(8: 0, 1, 2, 3, 4, 5, 6, 7);
