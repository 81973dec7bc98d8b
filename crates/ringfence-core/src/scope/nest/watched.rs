//! The polls of children while somebody looks on.

use super::Nest;
use crate::{
    engine::ready::Slot,
    outcome::{ChildId, Unseen},
    scope::{
        child::{ChildEnd, Rank},
        mode::Mode,
    },
};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

impl<B, E, M: Mode> Nest<'_, B, E, M> {
    /// The body was polled: tells of it, and drops the body if it has ended.
    #[cold]
    #[inline(never)]
    pub(super) fn body_polled<T>(
        self: Pin<&mut Self>,
        polled: Poll<Result<T, E>>,
    ) -> Poll<Result<T, E>> {
        let mut this = self.project();
        this.watch.poll_ends();
        let output = Unseen::new(ready!(polled));
        *this.has_body = false;
        this.body.set(None);
        let output = output.show();
        this.watch.body_returned(&output);
        Poll::Ready(output)
    }

    /// Polls a child, and tells of it.
    //
    // Not by what polls children else: were that called from two places, it would be inlined in
    // neither, and those would pay for it whom nobody observes.
    #[cold]
    #[inline(never)]
    pub(super) fn poll_watched(
        self: Pin<&mut Self>,
        slot: Slot,
        cx: &mut Context<'_>,
    ) -> Poll<ChildEnd<E>> {
        let this = self.project();
        // If it has gone, the wake was for nobody.
        let Some(child) = this.children.child_mut(slot) else { return Poll::Pending };
        let id = ChildId::new(child.id().number());
        let waker = this.watch.poll_begins(id, cx.waker());
        let polled = Pin::new(child).poll(&mut Context::from_waker(&waker));
        this.watch.poll_ends();
        let end = Unseen::new(ready!(polled));
        this.children.drop_child(slot);
        let end = end.show();
        if end.rank() == Rank::Regular {
            *this.regular -= 1;
        }
        this.watch.child_ended(id, &end);
        Poll::Ready(end)
    }
}
