//! futures-buffered: the bounded set, and `join_all` made of it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::Stream;
use futures_buffered::FuturesUnorderedBounded;

use super::{Gather, Set, SetFamily, TryGather};
use crate::child::{Child, Failed};
use crate::drive::Spin;

/// One allocation for all slots; the capacity is fixed.
pub(crate) struct FuturesBuffered;

impl SetFamily for FuturesBuffered {
    const NAME: &'static str = "futures-buffered";
    type Drive = Spin;
    type Set<F: Child> = FuturesUnorderedBounded<F>;
}

impl<F: Child> Set<F> for FuturesUnorderedBounded<F> {
    fn with_capacity(n: usize) -> Self {
        Self::new(n)
    }

    fn insert(&mut self, child: F) {
        self.push(child);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        Stream::poll_next(Pin::new(self), cx)
    }
}

impl Gather for FuturesBuffered {
    const NAME: &'static str = <Self as SetFamily>::NAME;
    type Drive = Spin;

    fn gather<F: Child>(children: Vec<F>) -> impl Future<Output = Vec<F::Output>> {
        futures_buffered::join_all(children)
    }
}

impl TryGather for FuturesBuffered {
    const NAME: &'static str = <Self as SetFamily>::NAME;
    type Drive = Spin;

    fn try_gather<F>(children: Vec<F>) -> impl Future<Output = Result<Vec<u64>, Failed>>
    where
        F: Child + Future<Output = Result<u64, Failed>>,
    {
        futures_buffered::try_join_all(children)
    }
}
