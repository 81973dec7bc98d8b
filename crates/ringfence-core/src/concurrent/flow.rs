//! A source, the children that are made of its items, and who consumes what they return.

mod leave;

use crate::{
    cancel::drain::Drain,
    engine::{
        limit::{Limit, Share},
        ready::{Ready, Slot},
        segments::Segments,
        turn::{Children, turn},
    },
    outcome::{Panic, Unseen},
};
use alloc::boxed::Box;
use core::{
    convert::Infallible,
    fmt,
    future::Future,
    mem,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
};
use futures_core::Stream;
use pin_project_lite::pin_project;

/// The place of the source.
const SOURCE: Slot = Slot { chunk: 0, place: 0 };

/// The place of the consumer.
const CONSUMER: Slot = Slot { chunk: 0, place: 1 };

/// How many places are not for children.
const RESERVED: usize = 2;

pin_project! {
    /// A stream whose items become children `C`, so many at a time, beside one consumer `G`.
    ///
    /// An item has a place from when the source yields it until somebody [vacates](Intake::vacate)
    /// it. The source is not asked for another before there is a place for it.
    ///
    /// # States
    ///
    /// ```text
    ///           1 a turn that decides nothing
    ///            ┌────────┐
    ///            ▼        │   2 all have ended
    ///         running ────┴───────────────────▶ done
    ///            └────────▶ stopped ─────────────▲
    ///        3 a failure or a panic   4 all have gone
    /// ```
    ///
    /// 1 and 2 are walked by [`turn`](Flow::turn), 3 by it or by [`stop`](Flow::stop), 4 by that or
    /// by [`poll_gone`](Flow::poll_gone): a child may be inside a poll on another thread.
    pub(super) struct Flow<S, C, G> {
        #[pin]
        inside: Inside<S, C, G>,
        ready: Ready,
        done: bool,
        // The panic that goes on, if there is one, once these have gone.
        leaving: Option<Box<(Option<Panic>, Drain)>>,
    }

    impl<S, C, G> PinnedDrop for Flow<S, C, G> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(panic) = this.end() {
                panic.resume_unless_panicking();
            }
        }
    }
}

pin_project! {
    /// Those who run, by number.
    struct Inside<S, C, G> {
        #[pin]
        source: Option<S>,
        // Whether it has nothing more.
        drained: bool,
        children: Segments<C, RESERVED>,
        #[pin]
        consumer: Option<G>,
        consuming: bool,
        // How many items have a place.
        taken: usize,
        limit: usize,
        // What limits others, too.
        share: Option<Share>,
    }
}

/// What has happened in a flow.
pub(super) enum Event<I, T, U> {
    /// The source has yielded an item, which has a place.
    Item(I),
    /// A child has ended.
    Ended(T),
    /// The consumer has ended.
    Consumed(U),
}

/// The consumer of a flow that has none.
pub(super) enum Nobody {}

impl Future for Nobody {
    type Output = Infallible;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Infallible> {
        match *self {}
    }
}

/// Where children come in, while something is happening.
pub(super) struct Intake<'a, C, G> {
    ready: &'a mut Ready,
    children: &'a mut Segments<C, RESERVED>,
    consumer: Pin<&'a mut Option<G>>,
    consuming: &'a mut bool,
    taken: &'a mut usize,
    share: &'a mut Option<Share>,
}

impl<C, G> Intake<'_, C, G> {
    /// Takes in a child.
    pub(super) fn insert(&mut self, child: C) {
        self.children.insert(child, self.ready);
    }

    /// Gives up the place of an item.
    pub(super) fn vacate(&mut self) {
        *self.taken -= 1;
        if let Some(share) = self.share {
            share.keep(*self.taken);
        }
        self.ready.mark(SOURCE.chunk, SOURCE.bit());
    }

    /// Whether there is a consumer.
    pub(super) fn is_consuming(&self) -> bool {
        *self.consuming
    }

    /// Takes in the consumer. There must be none.
    pub(super) fn consume(&mut self, consumer: G) {
        debug_assert!(!*self.consuming, "one consumes at a time");
        *self.consuming = true;
        self.consumer.set(Some(consumer));
        self.ready.mark(CONSUMER.chunk, CONSUMER.bit());
    }
}

impl<S, C, G> Flow<S, C, G> {
    pub(super) fn new(source: S, limit: Limit) -> Self {
        let (limit, share) = match limit {
            Limit::Number(limit) => (limit.get(), None),
            Limit::Limiter(limiter) => (usize::MAX, Some(Share::new(limiter))),
        };
        Self {
            inside: Inside {
                source: Some(source),
                drained: false,
                children: Segments::new(),
                consumer: None,
                consuming: false,
                taken: 0,
                limit,
                share,
            },
            ready: Ready::of_few(RESERVED),
            done: false,
            leaving: None,
        }
    }

    /// The same flow, with a consumer of another type; there is none yet.
    ///
    /// It may have begun, if its type can be moved then: children are pinned by their slots.
    pub(super) fn with_consumer<H>(mut self) -> Flow<S, C, H> {
        let Inside { source, children, drained, taken, limit, share, .. } = &mut self.inside;
        let inside = Inside {
            source: source.take(),
            drained: *drained,
            children: mem::replace(children, Segments::new()),
            consumer: None,
            consuming: false,
            taken: *taken,
            limit: *limit,
            share: share.take(),
        };
        let ready = mem::replace(&mut self.ready, Ready::new());
        Flow { inside, ready, done: false, leaving: self.leaving.take() }
    }

    /// Whether it has ended.
    pub(super) fn is_done(self: Pin<&mut Self>) -> bool {
        *self.project().done
    }

    /// Calls `f` with where children come in, while nothing is happening. It must be polled
    /// afterwards; and it has ended, if `f` panics.
    pub(super) fn take_in(self: Pin<&mut Self>, f: impl FnOnce(&mut Intake<'_, C, G>)) {
        let this = self.project();
        let done = mem::replace(this.done, true);
        f(&mut this.inside.intake(this.ready));
        *this.done = done;
    }
}

impl<S: Stream, C: Future, G: Future> Flow<S, C, G> {
    /// Polls who was woken, of the source and the children, until `seen` breaks, or the source and
    /// all children have ended: then `None`.
    ///
    /// # Panics
    ///
    /// If the flow is done, for which it is `name`d, and with the panic of a child or of the
    /// source, once the others are dropped.
    pub(super) fn turn<B>(
        mut self: Pin<&mut Self>,
        name: &str,
        cx: &mut Context<'_>,
        mut seen: impl FnMut(
            &mut Intake<'_, C, G>,
            Event<S::Item, C::Output, G::Output>,
        ) -> ControlFlow<B>,
    ) -> Poll<Option<B>> {
        ready!(self.as_mut().poll_gone(cx));
        let mut this = self.as_mut().project();
        assert!(!*this.done, "`{name}` was polled after it had ended");
        // Until this call returns: a panic that goes through leaves nothing to go on with.
        *this.done = true;
        if this.inside.as_mut().has_ended() {
            return Poll::Ready(None);
        }
        let polled = turn(this.ready, this.inside, cx, |ready, mut inside, _, end| {
            let decision = match end {
                Ok(None) => None,
                Ok(Some(event)) => {
                    if let Event::Item(_) = event {
                        // There may be more where that came from.
                        ready.mark(SOURCE.chunk, SOURCE.bit());
                    }
                    seen(&mut inside.as_mut().intake(ready), event).break_value()
                }
                Err(panic) => return ControlFlow::Break(Err(panic)),
            };
            match decision {
                Some(decision) => ControlFlow::Break(Ok(Some(decision))),
                None if inside.has_ended() => ControlFlow::Break(Ok(None)),
                None => ControlFlow::Continue(()),
            }
        });
        match polled {
            Poll::Ready(Ok(None)) => Poll::Ready(None),
            Poll::Ready(Ok(decided)) => {
                *self.project().done = false;
                Poll::Ready(decided)
            }
            Poll::Ready(Err(panic)) => {
                self.as_mut().stop(Some(panic), || None);
                ready!(self.poll_gone(cx));
                unreachable!("it goes on with the panic")
            }
            Poll::Pending => {
                *self.project().done = false;
                Poll::Pending
            }
        }
    }
}

impl<S, C, G> Inside<S, C, G> {
    fn intake<'a>(self: Pin<&'a mut Self>, ready: &'a mut Ready) -> Intake<'a, C, G> {
        let this = self.project();
        let (children, consumer) = (this.children, this.consumer);
        Intake {
            ready,
            children,
            consumer,
            consuming: this.consuming,
            taken: this.taken,
            share: this.share,
        }
    }

    /// Whether nothing is left to wait for.
    fn has_ended(self: Pin<&mut Self>) -> bool {
        let this = self.project();
        *this.drained && this.children.len() == 0 && !*this.consuming
    }
}

impl<S: Stream, C: Future, G: Future> Children for Inside<S, C, G> {
    /// None if it is the source that has ended.
    type End = Option<Event<S::Item, C::Output, G::Output>>;

    fn poll(self: Pin<&mut Self>, slot: Slot, cx: &mut Context<'_>) -> Poll<Self::End> {
        let mut this = self.project();
        match slot {
            SOURCE => {
                // Without a place it is asked again when there is one.
                let source = this.source.as_mut().as_pin_mut();
                let Some(source) = source.filter(|_| *this.taken < *this.limit) else {
                    return Poll::Pending;
                };
                if let Some(share) = this.share {
                    ready!(share.poll_more(cx.waker()));
                }
                let item = source.poll_next(cx);
                if let Poll::Ready(Some(_)) = item {
                    *this.taken += 1;
                } else if let Some(share) = this.share {
                    // Nobody needs it now.
                    share.keep(*this.taken);
                }
                if let Poll::Ready(None) = item {
                    *this.drained = true;
                    this.source.set(None);
                }
                item.map(|item| item.map(Event::Item))
            }
            CONSUMER => {
                let Some(consumer) = this.consumer.as_mut().as_pin_mut() else {
                    return Poll::Pending;
                };
                let returned = Unseen::new(ready!(consumer.poll(cx)));
                *this.consuming = false;
                this.consumer.set(None);
                Poll::Ready(Some(Event::Consumed(returned.show())))
            }
            _ => {
                let returned = ready!(Pin::new(this.children).poll(slot, cx));
                Poll::Ready(Some(Event::Ended(returned)))
            }
        }
    }

    fn discard(self: Pin<&mut Self>, slot: Slot) {
        let mut this = self.project();
        match slot {
            SOURCE => this.source.set(None),
            CONSUMER => this.consumer.set(None),
            _ => this.children.drop_child(slot),
        }
    }
}

impl<S, C, G> fmt::Debug for Flow<S, C, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow").field("done", &self.done).finish_non_exhaustive()
    }
}
