//! The runtime in force, and time by its clock.
#![cfg(feature = "std")]

mod block_on;
mod clock;
mod in_force;
mod interval;
mod sleep;

/// Polls once, with a waker that does nothing.
fn poll<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::Pin::new(future).poll(&mut cx)
}
