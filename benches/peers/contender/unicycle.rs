//! unicycle: a slab of children and a bit set of the woken.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::Stream;

use super::{Set, SetFamily};
use crate::child::Child;
use crate::drive::Spin;

/// One allocation per child for its waker, kept for the next child of the slot.
pub(crate) struct Unicycle;

impl SetFamily for Unicycle {
    const NAME: &'static str = "unicycle";
    type Drive = Spin;
    type Set<F: Child> = unicycle::FuturesUnordered<F>;
}

impl<F: Child> Set<F> for unicycle::FuturesUnordered<F> {
    fn with_capacity(_: usize) -> Self {
        Self::new()
    }

    fn insert(&mut self, child: F) {
        self.push(child);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        Stream::poll_next(Pin::new(self), cx)
    }
}
