//! Where a remote child is, and then its outcome.

use crate::outcome::Outcome;
use core::pin::Pin;
use pin_project_lite::pin_project;

pin_project! {
    /// A child `F`, or what has come of it: never both, so that they take the room of one.
    #[project = Projected]
    #[project_replace = Replaced]
    pub(in crate::remote) enum Place<F, T> {
        Future {
            #[pin]
            future: F,
        },
        Outcome {
            outcome: Outcome<T>,
        },
        Empty,
    }
}

impl<F, T> Place<F, T> {
    /// The child, unless it has been dropped.
    #[inline]
    pub(in crate::remote) fn future(self: Pin<&mut Self>) -> Option<Pin<&mut F>> {
        match self.project() {
            Projected::Future { future } => Some(future),
            Projected::Outcome { .. } | Projected::Empty => None,
        }
    }

    /// Drops what is there, in place.
    #[inline]
    pub(in crate::remote) fn clear(mut self: Pin<&mut Self>) {
        self.set(Self::Empty);
    }

    /// Puts an outcome where the child has been dropped.
    #[inline]
    pub(in crate::remote) fn put(mut self: Pin<&mut Self>, outcome: Outcome<T>) {
        debug_assert!(matches!(*self, Self::Empty), "a child ends once, and is dropped before");
        self.set(Self::Outcome { outcome });
    }

    /// Takes the outcome, if there is one. The child has been dropped.
    #[inline]
    pub(in crate::remote) fn take(self: Pin<&mut Self>) -> Option<Outcome<T>> {
        debug_assert!(!matches!(*self, Self::Future { .. }), "a child is dropped before");
        match self.project_replace(Self::Empty) {
            Replaced::Outcome { outcome } => Some(outcome),
            Replaced::Future { .. } | Replaced::Empty => None,
        }
    }
}
