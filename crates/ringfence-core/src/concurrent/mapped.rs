//! A stream of what the children return.

use super::{
    consume::Consume,
    effect::{Feed, is_failure},
    flow::{Event, Flow, Nobody},
    numbered::Numbered,
    queue::{AsTheyCome, InOrder, Queue},
};
use crate::engine::{
    keep::{Judge, Outputs},
    limit::Limit,
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
    /// The outputs of the children, as [`Concurrent::map`] and [`Concurrent::try_map`] return them.
    ///
    /// It is a stream. As such it makes progress only while it is polled: what its consumer awaits
    /// between two outputs is not part of that. To have the children go on meanwhile, make the
    /// consumer a part of it, by [`for_each`](Mapped::for_each) or [`try_for_each`](Mapped::try_for_each).
    ///
    /// After its end it yields `None`, as often as it is asked.
    ///
    /// [`Concurrent::map`]: super::Concurrent::map
    /// [`Concurrent::try_map`]: super::Concurrent::try_map
    ///
    /// # Cancel safety
    ///
    /// Waiting for the next output may be given up at any time: nothing is lost. If the stream is
    /// dropped, its children are dropped with it, at once and in place, and then the source.
    #[must_use = "streams do nothing unless polled"]
    pub struct Mapped<S, F, C, T, Q, J> {
        #[pin]
        flow: Flow<S, Numbered<C>, Nobody>,
        make: F,
        // How many children were made.
        made: usize,
        queue: Q,
        // What has ended it, until all have gone.
        failure: Option<T>,
        judge: PhantomData<fn() -> J>,
    }
}

impl<S, F, C, T, J> Mapped<S, F, C, T, AsTheyCome<T>, J> {
    pub(super) fn new(source: S, limit: Limit, make: F) -> Self {
        let (flow, queue) = (Flow::new(source, limit), AsTheyCome::new());
        Self { flow, make, made: 0, queue, failure: None, judge: PhantomData }
    }

    /// Makes outputs come in the order of the items.
    ///
    /// An output that comes early keeps its place until those before it have come, so that no more
    /// of them wait than the limit says. An error of [`try_map`](super::Concurrent::try_map) does
    /// not wait.
    ///
    /// # Panics
    ///
    /// If it has begun.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{StreamExt as _, stream};
    /// use ringfence_core::{StreamExt as _, block_on, sleep};
    /// use std::time::Duration;
    ///
    /// let doubled = stream::iter([3, 1, 2]).concurrent(2).map(async |n| {
    ///     sleep(Duration::from_nanos(n)).await;
    ///     2 * n
    /// });
    /// assert_eq!(block_on(doubled.ordered().collect::<Vec<_>>()), [6, 2, 4]);
    /// ```
    pub fn ordered(self) -> Mapped<S, F, C, T, InOrder<T>, J> {
        let Self { flow, make, made, .. } = self;
        assert_eq!(made, 0, "`ordered` is asked for before the first poll");
        Mapped { flow, make, made, queue: InOrder::new(), failure: None, judge: PhantomData }
    }
}

impl<S, F, C, T, Q> Mapped<S, F, C, T, Q, Outputs>
where
    C: Future<Output = T>,
    Q: Queue<T>,
{
    /// Consumes the outputs, one at a time, while the children go on.
    ///
    /// Resolves once the source has ended, and all children, and what `consume` has returned for
    /// the last output.
    ///
    /// # Panics
    ///
    /// If a child or the consumer panics, the others are cancelled, and the panic is resumed once
    /// they are dropped.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the consumer is dropped with it, then the children and the source;
    /// outputs that nobody has consumed are lost.
    ///
    /// # Cost
    ///
    /// As of the stream; the consumer takes no allocation, and is polled only when it was woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use ringfence_core::{StreamExt as _, block_on};
    /// use std::cell::Cell;
    ///
    /// let total = Cell::new(0);
    /// let pages = stream::iter(["a", "bc"]).concurrent(8).map(async |page| page.len());
    /// block_on(pages.for_each(async |len| total.set(total.get() + len)));
    /// assert_eq!(total.get(), 3);
    /// ```
    pub fn for_each<G, U>(self, consume: G) -> Consume<S, F, C, Q, Outputs, G, U, ()>
    where
        G: FnMut(T) -> U,
        U: Future<Output = ()>,
    {
        self.consume(consume, None)
    }
}

impl<S, F, C, T, Q, J> Mapped<S, F, C, T, Q, J>
where
    C: Future<Output = T>,
    Q: Queue<T>,
{
    /// Consumes the outputs, one at a time, while the children go on, up to the first error.
    ///
    /// As [`for_each`](Mapped::for_each), which tells more. After
    /// [`try_map`](super::Concurrent::try_map), `consume` gets the values.
    ///
    /// # Errors
    ///
    /// The first error of a child, after [`try_map`](super::Concurrent::try_map), or of the
    /// consumer. The others are cancelled, and dropped before it is returned.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the consumer is dropped with it, then the children and the source;
    /// outputs that nobody has consumed are lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use ringfence_core::{StreamExt as _, block_on};
    ///
    /// let numbers = stream::iter(["1", "2", "x"]).concurrent(8);
    /// let numbers = numbers.try_map(async |text| text.parse::<u32>());
    /// let ended = block_on(numbers.try_for_each(async |n| {
    ///     assert!(n > 0);
    ///     Ok(())
    /// }));
    /// assert!(ended.is_err());
    /// ```
    pub fn try_for_each<G, U, E>(
        mut self,
        consume: G,
    ) -> Consume<S, F, C, Q, J, G, U, Result<(), E>>
    where
        J: Feed<T, Result<(), E>>,
        G: FnMut(J::Value) -> U,
        U: Future<Output = Result<(), E>>,
    {
        let failure = self.failure.take().and_then(|output| J::feed(output).err());
        self.consume(consume, failure)
    }
}

impl<S, F, C, T, Q, J> Mapped<S, F, C, T, Q, J> {
    fn consume<G, U, V>(self, consume: G, failure: Option<V>) -> Consume<S, F, C, Q, J, G, U, V> {
        let Self { flow, make, made, queue, .. } = self;
        let flow = flow.with_consumer();
        Consume { flow, make, made, queue, consume, failure, judge: PhantomData }
    }
}

impl<S, F, C, T, Q, J> Stream for Mapped<S, F, C, T, Q, J>
where
    S: Stream,
    F: FnMut(S::Item) -> C,
    C: Future<Output = T>,
    Q: Queue<T>,
    J: Judge<T>,
{
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        let (mut flow, queue) = (this.flow, this.queue);
        // Nothing is given before they have gone whom a failure or a panic waits for.
        if let Some(output) = ready!(flow.as_mut().poll_gone_with(this.failure, cx)) {
            return Poll::Ready(Some(output));
        }
        if let Some(output) = queue.take() {
            flow.take_in(|intake| intake.vacate());
            return Poll::Ready(Some(output));
        }
        if flow.as_mut().is_done() {
            return Poll::Ready(None);
        }
        let decided = flow.as_mut().turn("map", cx, |intake, event| match event {
            Event::Item(item) => {
                intake.insert(Numbered::new(*this.made, (this.make)(item)));
                *this.made += 1;
                ControlFlow::Continue(())
            }
            Event::Ended((_, output)) if is_failure::<J, _>(&output) => {
                ControlFlow::Break(Err(output))
            }
            Event::Ended((number, output)) => {
                queue.put(number, output);
                let Some(output) = queue.take() else { return ControlFlow::Continue(()) };
                intake.vacate();
                ControlFlow::Break(Ok(output))
            }
            Event::Consumed(never) => match never {},
        });
        Poll::Ready(match ready!(decided) {
            None => None,
            Some(Ok(output)) => Some(output),
            Some(Err(output)) => {
                *this.failure = Some(output);
                flow.as_mut().stop(None, || queue.clear());
                ready!(flow.poll_gone_with(this.failure, cx))
            }
        })
    }
}

impl<S, F, C, T, Q, J> fmt::Debug for Mapped<S, F, C, T, Q, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapped").field("made", &self.made).finish_non_exhaustive()
    }
}
