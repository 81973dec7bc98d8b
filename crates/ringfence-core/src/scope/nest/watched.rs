//! How what is in a scope is polled while somebody looks on.

use super::{BODY, DOOR, Event, Nest};
use crate::{engine::ready::Slot, outcome::ChildId, scope::mode::Mode};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

impl<T, E, B, M> Nest<'_, B, E, M>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    /// Polls what is in a slot, and tells those who look on.
    #[cold]
    #[inline(never)]
    pub(super) fn poll_watched(
        mut self: Pin<&mut Self>,
        slot: Slot,
        cx: &mut Context<'_>,
    ) -> Poll<Event<T, E>> {
        let this = self.as_mut().project();
        let watch = this.watch.clone();
        let id = match slot.index() {
            BODY => ChildId::BODY,
            DOOR => return self.poll_slot(slot, cx),
            _ => match this.children.child(slot) {
                Some(child) => ChildId::new(child.id().number()),
                // The wake was for a child that has gone.
                None => return Poll::Pending,
            },
        };
        let polled = watch.poll(id, cx, |cx| self.poll_slot(slot, cx));
        match &polled {
            Poll::Ready(Event::Body(output)) => watch.body_returned(output),
            Poll::Ready(Event::Child(end)) => watch.child_ended(id, end),
            Poll::Ready(Event::Door(_)) | Poll::Pending => {}
        }
        polled
    }
}
