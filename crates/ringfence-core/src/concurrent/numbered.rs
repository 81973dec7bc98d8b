//! Children that know their number.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;

pin_project! {
    /// A child that says which one it is when it ends.
    #[derive(Debug)]
    pub(super) struct Numbered<C> {
        number: usize,
        #[pin]
        child: C,
    }
}

impl<C> Numbered<C> {
    pub(super) fn new(number: usize, child: C) -> Self {
        Self { number, child }
    }
}

impl<C: Future> Future for Numbered<C> {
    type Output = (usize, C::Output);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.child.poll(cx).map(|output| (*this.number, output))
    }
}
