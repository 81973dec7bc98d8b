//! futures-rs: `FuturesUnordered`, `join_all`, `try_join_all` and `join!`.

use std::hint::black_box;
use std::task::{Context, Poll};

use futures::stream::StreamExt;

use super::{Gather, Set, SetFamily, TryGather, Tuple};
use crate::child::{Child, Failed};
use crate::drive::Spin;

/// The classic set: one allocation per child.
pub(crate) struct FuturesUnordered;

impl SetFamily for FuturesUnordered {
    const NAME: &'static str = "FuturesUnordered";
    type Drive = Spin;
    type Set<F: Child> = futures::stream::FuturesUnordered<F>;
}

impl<F: Child> Set<F> for futures::stream::FuturesUnordered<F> {
    fn with_capacity(_: usize) -> Self {
        Self::new()
    }

    fn insert(&mut self, child: F) {
        self.push(child);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        self.poll_next_unpin(cx)
    }
}

/// `join_all` and `try_join_all`.
pub(crate) struct JoinAll;

impl Gather for JoinAll {
    const NAME: &'static str = "join_all";
    type Drive = Spin;

    fn gather<F: Child>(children: Vec<F>) -> impl Future<Output = Vec<F::Output>> {
        futures::future::join_all(children)
    }
}

impl TryGather for JoinAll {
    const NAME: &'static str = "join_all";
    type Drive = Spin;

    fn try_gather<F>(children: Vec<F>) -> impl Future<Output = Result<Vec<u64>, Failed>>
    where
        F: Child + Future<Output = Result<u64, Failed>>,
    {
        futures::future::try_join_all(children)
    }
}

/// The macro `join!`: every child is polled at every wake.
pub(crate) struct JoinMacro;

/// `join!` of the children that `make` makes, for one arity.
macro_rules! join {
    ($n:literal: $($child:ident $at:literal),+) => {
        impl Tuple<$n> for JoinMacro {
            const NAME: &'static str = "futures::join!";

            async fn join<F: Future>(make: impl Fn(usize) -> F) {
                $(let $child = make($at);)+
                black_box(futures::join!($($child),+));
            }
        }
    };
}

join!(2: a 0, b 1);
join!(3: a 0, b 1, c 2);
join!(4: a 0, b 1, c 2, d 3);
join!(8: a 0, b 1, c 2, d 3, e 4, f 5, g 6, h 7);
