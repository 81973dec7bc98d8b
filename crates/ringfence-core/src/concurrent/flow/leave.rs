//! The end of a flow before its time: everything is dropped, and waited for.

use super::Flow;
use crate::{
    cancel::drain::Drain,
    outcome::{Panic, Unseen, catch},
};
use alloc::boxed::Box;
use core::{
    pin::Pin,
    task::{Context, Poll, ready},
};

impl<S, C, G> Flow<S, C, G> {
    /// Drops all that there is; returns the first panic of a destructor.
    pub(super) fn end(self: Pin<&mut Self>) -> Option<Panic> {
        let this = self.project();
        *this.done = true;
        let mut inside = this.inside.project();
        *inside.drained = true;
        *inside.consuming = false;
        let consumer = catch(|| inside.consumer.set(None)).err();
        let children = inside.children.clear();
        let source = catch(|| inside.source.set(None)).err();
        consumer.or(children).or(source)
    }

    /// Drops all that there is, and then calls `others` for what is not here. Whoever has not gone
    /// then is to be waited for, and so is the panic that goes on: `panic`, or the first one of a
    /// destructor.
    pub(in crate::concurrent) fn stop(
        mut self: Pin<&mut Self>,
        panic: Option<Panic>,
        others: impl FnOnce() -> Option<Panic>,
    ) {
        let mut drain = Drain::new();
        let dropped = drain.collect(|| self.as_mut().end().or(others()));
        *self.project().leaving = Some(Box::new((panic.or(dropped), drain)));
    }

    /// As [`poll_gone`](Flow::poll_gone), and then gives up what was `kept` for that; a panic takes it
    /// along.
    pub(in crate::concurrent) fn poll_gone_with<V>(
        self: Pin<&mut Self>,
        kept: &mut Option<V>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<V>> {
        let value = Unseen::new(kept.take());
        if self.poll_gone(cx).is_pending() {
            *kept = value.show();
            return Poll::Pending;
        }
        Poll::Ready(value.show())
    }

    /// Waits until all have gone who were dropped.
    ///
    /// # Panics
    ///
    /// As [`stop`](Flow::stop) says, once all have gone.
    pub(in crate::concurrent) fn poll_gone(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let Some(leaving) = this.leaving else { return Poll::Ready(()) };
        let (panic, drain) = &mut **leaving;
        let last = ready!(drain.poll(cx));
        let panic = panic.take().or(last);
        *this.leaving = None;
        *this.inside.project().share = None;
        match panic {
            Some(panic) => panic.resume(),
            None => Poll::Ready(()),
        }
    }
}
