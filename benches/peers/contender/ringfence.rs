//! ringfence: `JoinSet`, `gather` and `try_gather`, as their users call them.

use std::hint::black_box;
use std::task::{Context, Poll};

use ringfence_core::{JoinSet, Outcome, gather, try_gather};

use super::{Gather, OURS, Set, SetFamily, TryGather, Tuple};
use crate::child::{Child, Failed};
use crate::drive::Spin;

/// Ours. It is not told how many children come, since most users would not.
pub(crate) struct Ringfence;

impl SetFamily for Ringfence {
    const NAME: &'static str = OURS;
    type Drive = Spin;
    type Set<F: Child> = JoinSet<F>;
}

impl<F: Child> Set<F> for JoinSet<F> {
    fn with_capacity(_: usize) -> Self {
        Self::new()
    }

    fn insert(&mut self, child: F) {
        Self::insert(self, child);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        Self::poll_next(self, cx).map(|end| {
            end.map(|(_, outcome)| match outcome {
                Outcome::Completed(output) => output,
                Outcome::Panicked(_) | Outcome::Cancelled(_) => {
                    unreachable!("no child panics or is cancelled")
                }
            })
        })
    }
}

impl Gather for Ringfence {
    const NAME: &'static str = OURS;
    type Drive = Spin;

    fn gather<F: Child>(children: Vec<F>) -> impl Future<Output = Vec<F::Output>> {
        gather(children)
    }
}

impl TryGather for Ringfence {
    const NAME: &'static str = OURS;
    type Drive = Spin;

    fn try_gather<F>(children: Vec<F>) -> impl Future<Output = Result<Vec<u64>, Failed>>
    where
        F: Child + Future<Output = Result<u64, Failed>>,
    {
        try_gather(children)
    }
}

/// `gather` of the tuple of children that `make` makes, for one arity.
macro_rules! gather {
    ($n:literal: $($at:literal),+) => {
        impl Tuple<$n> for Ringfence {
            const NAME: &'static str = OURS;

            async fn join<F: Future>(make: impl Fn(usize) -> F) {
                black_box(gather(($(make($at),)+)).await);
            }
        }
    };
}

gather!(2: 0, 1);
gather!(3: 0, 1, 2);
gather!(4: 0, 1, 2, 3);
gather!(8: 0, 1, 2, 3, 4, 5, 6, 7);
