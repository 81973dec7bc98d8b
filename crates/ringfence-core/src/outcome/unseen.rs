//! Outputs that nobody has seen yet.

use super::swallow;

/// An output while its child is dropped. If that panics, so that the output is dropped as well, a
/// second panic does not abort.
pub(crate) struct Unseen<T>(Option<T>);

impl<T> Unseen<T> {
    #[inline]
    pub(crate) fn new(output: T) -> Self {
        Self(Some(output))
    }

    /// Returns the output, now that the child has been dropped.
    #[inline]
    pub(crate) fn show(mut self) -> T {
        self.0.take().expect("an output is kept until it is shown")
    }
}

impl<T> Drop for Unseen<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(lost) = self.0.take() {
            lose(lost);
        }
    }
}

/// Drops an output that nobody will see.
#[cold]
#[inline(never)]
fn lose<T>(lost: T) {
    // The child has one end, and that was the panic of its destructor.
    swallow(|| drop(lost));
}
