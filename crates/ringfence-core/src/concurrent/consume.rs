//! Children and the one who consumes what they return, in one future.

use super::{
    effect::{Effect, Feed, is_failure},
    flow::{Event, Flow, Intake},
    numbered::Numbered,
    queue::Queue,
};
use core::{
    fmt,
    future::Future,
    marker::PhantomData,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
};
use futures_core::Stream;
use pin_project_lite::pin_project;

pin_project! {
    /// The future of [`Mapped::for_each`](super::Mapped::for_each) and
    /// [`Mapped::try_for_each`](super::Mapped::try_for_each).
    ///
    /// # Panics
    ///
    /// If it is polled again after it has ended, and with the panic of a child, of the consumer or of
    /// the source. Then all of them have been dropped.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the consumer is dropped with it, at once and in place, then the children
    /// and the source; outputs that nobody has consumed are lost.
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct Consume<S, F, C, Q, J, G, U, V> {
        #[pin]
        pub(super) flow: Flow<S, Numbered<C>, U>,
        pub(super) make: F,
        // How many children were made.
        pub(super) made: usize,
        pub(super) queue: Q,
        pub(super) consume: G,
        // What has ended it, until all have gone.
        pub(super) failure: Option<V>,
        pub(super) judge: PhantomData<fn() -> J>,
    }
}

/// Hands the next output over to a consumer, if there is one and nobody consumes.
fn hand_over<C, T, Q, J, G, U>(intake: &mut Intake<'_, C, U>, queue: &mut Q, consume: &mut G)
where
    Q: Queue<T>,
    J: Feed<T, U::Output>,
    G: FnMut(J::Value) -> U,
    U: Future,
{
    if intake.is_consuming() {
        return;
    }
    let Some(output) = queue.take() else { return };
    intake.vacate();
    match J::feed(output) {
        Ok(value) => intake.consume(consume(value)),
        Err(_) => unreachable!("a failure has ended it"),
    }
}

impl<S, F, C, Q, J, G, U, V> Future for Consume<S, F, C, Q, J, G, U, V>
where
    S: Stream,
    F: FnMut(S::Item) -> C,
    C: Future,
    Q: Queue<C::Output>,
    J: Feed<C::Output, V>,
    G: FnMut(J::Value) -> U,
    U: Future<Output = V>,
    V: Effect,
{
    type Output = V;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<V> {
        let this = self.project();
        let (mut flow, queue, consume) = (this.flow, this.queue, this.consume);
        if this.failure.is_none() {
            if !flow.as_mut().is_done() {
                // What the stream had already when it was given a consumer.
                let given = |intake: &mut Intake<'_, _, _>| {
                    hand_over::<_, _, _, J, _, _>(intake, queue, consume);
                };
                flow.as_mut().take_in(given);
            }
            let decided = flow.as_mut().turn("for_each", cx, |intake, event| {
                match event {
                    Event::Item(item) => {
                        intake.insert(Numbered::new(*this.made, (this.make)(item)));
                        *this.made += 1;
                    }
                    Event::Ended((number, output)) => {
                        if is_failure::<J, _>(&output) {
                            if let Err(failure) = J::feed(output) {
                                return ControlFlow::Break(failure);
                            }
                            unreachable!("it was judged to be a failure")
                        }
                        queue.put(number, output);
                        hand_over::<_, _, _, J, _, _>(intake, queue, consume);
                    }
                    Event::Consumed(effect) if effect.is_failure() => {
                        return ControlFlow::Break(effect);
                    }
                    Event::Consumed(_) => hand_over::<_, _, _, J, _, _>(intake, queue, consume),
                }
                ControlFlow::Continue(())
            });
            *this.failure = ready!(decided);
            if this.failure.is_some() {
                flow.as_mut().stop(None, || queue.clear());
            }
        }
        let failure = ready!(flow.poll_gone_with(this.failure, cx));
        Poll::Ready(failure.unwrap_or_else(Effect::done))
    }
}

impl<S, F, C, Q, J, G, U, V> fmt::Debug for Consume<S, F, C, Q, J, G, U, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consume").field("made", &self.made).finish_non_exhaustive()
    }
}
