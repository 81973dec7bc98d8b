//! Children who are there for their effects.

use super::{
    effect::Effect,
    flow::{Event, Flow, Nobody},
};
use crate::engine::limit::Limit;
use core::{
    fmt,
    future::Future,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
};
use futures_core::Stream;
use pin_project_lite::pin_project;

pin_project! {
    /// The future of [`Concurrent::for_each`](super::Concurrent::for_each) and
    /// [`Concurrent::try_for_each`](super::Concurrent::try_for_each).
    ///
    /// # Panics
    ///
    /// If it is polled again after it has ended, and with the panic of a child or of the source.
    /// Then all of them have been dropped.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, its children are dropped with it, at once and in place, and then the
    /// source.
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct ForEach<S, F, C, V> {
        #[pin]
        flow: Flow<S, C, Nobody>,
        make: F,
        // What has ended it, until all have gone.
        failure: Option<V>,
    }
}

impl<S, F, C, V> ForEach<S, F, C, V> {
    pub(super) fn new(source: S, limit: Limit, make: F) -> Self {
        Self { flow: Flow::new(source, limit), make, failure: None }
    }
}

impl<S, F, C, V> Future for ForEach<S, F, C, V>
where
    S: Stream,
    F: FnMut(S::Item) -> C,
    C: Future<Output = V>,
    V: Effect,
{
    type Output = V;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<V> {
        let this = self.project();
        let mut flow = this.flow;
        if this.failure.is_none() {
            let decided = flow.as_mut().turn("for_each", cx, |intake, event| {
                match event {
                    Event::Item(item) => intake.insert((this.make)(item)),
                    Event::Ended(effect) if effect.is_failure() => {
                        return ControlFlow::Break(effect);
                    }
                    Event::Ended(_) => intake.vacate(),
                    Event::Consumed(never) => match never {},
                }
                ControlFlow::Continue(())
            });
            *this.failure = ready!(decided);
            if this.failure.is_some() {
                flow.as_mut().stop(None, || None);
            }
        }
        let failure = ready!(flow.poll_gone_with(this.failure, cx));
        Poll::Ready(failure.unwrap_or_else(Effect::done))
    }
}

impl<S, F, C, V> fmt::Debug for ForEach<S, F, C, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForEach").field("flow", &self.flow).finish_non_exhaustive()
    }
}
