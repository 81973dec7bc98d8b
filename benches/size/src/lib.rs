//! The children of the programs in `bin/`.

use std::{
    hint::black_box,
    pin::Pin,
    task::{Context, Poll},
};

/// Yields once, and returns its number.
#[derive(Debug)]
pub struct Child {
    number: u32,
    yielded: bool,
}

impl Child {
    /// A child that has not yet yielded.
    pub fn new(number: u32) -> Self {
        Self { number: black_box(number), yielded: false }
    }
}

impl Future for Child {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        if self.yielded {
            return Poll::Ready(self.number);
        }
        self.yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
