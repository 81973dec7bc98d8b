//! Children that are polled once, come what may.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use pin_project_lite::pin_project;

pin_project! {
    /// A future that is polled at least once: if by nobody else, by its destructor.
    pub(super) struct Anyway<F: Future> {
        #[pin]
        future: F,
        begun: bool,
    }

    impl<F: Future> PinnedDrop for Anyway<F> {
        fn drop(this: Pin<&mut Self>) {
            if !this.begun {
                // Its output, if it has one at once, is nobody's.
                let _ = this.poll(&mut Context::from_waker(Waker::noop()));
            }
        }
    }
}

impl<F: Future> Anyway<F> {
    pub(super) fn new(future: F) -> Self {
        Self { future, begun: false }
    }
}

impl<F: Future> Future for Anyway<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        *this.begun = true;
        this.future.poll(cx)
    }
}
