//! tokio's `JoinSet`, on the current-thread runtime: each child is a task.

use std::task::{Context, Poll};

use tokio::task::JoinSet;

use super::{Set, SetFamily};
use crate::child::Child;
use crate::drive::OnTokio;

/// Two allocations per child: the task, and its entry in the set.
pub(crate) struct Tokio;

impl SetFamily for Tokio {
    const NAME: &'static str = "tokio JoinSet";
    type Drive = OnTokio;
    type Set<F: Child> = JoinSet<F::Output>;
}

impl<F: Child> Set<F> for JoinSet<F::Output> {
    fn with_capacity(_: usize) -> Self {
        Self::new()
    }

    fn insert(&mut self, child: F) {
        self.spawn(child);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        self.poll_join_next(cx)
            .map(|end| end.map(|end| end.expect("no child panics or is aborted")))
    }
}
