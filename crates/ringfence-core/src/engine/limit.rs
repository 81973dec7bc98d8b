//! How many children may run at a time.

use core::num::NonZeroUsize;

/// What a verb's `.limit` takes: how many children may run at a time.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, gather};
/// use std::{future::ready, num::NonZeroUsize};
///
/// let squares = |limit| gather((1..=3).map(|n| ready(n * n))).limit::<NonZeroUsize>(limit);
/// assert_eq!(block_on(squares(NonZeroUsize::MIN)), [1, 4, 9]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a limit",
    label = "not a `usize` or `NonZeroUsize`"
)]
pub trait IntoLimit: sealed::Sealed {
    /// Returns the number of children.
    ///
    /// # Panics
    ///
    /// If it is 0, with which no child would ever begin.
    fn into_limit(self) -> NonZeroUsize;
}

impl IntoLimit for NonZeroUsize {
    fn into_limit(self) -> NonZeroUsize {
        self
    }
}

impl IntoLimit for usize {
    #[track_caller]
    fn into_limit(self) -> NonZeroUsize {
        match NonZeroUsize::new(self) {
            Some(limit) => limit,
            None => panic!("a limit of 0 children: no child would ever begin"),
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for core::num::NonZeroUsize {}
    impl Sealed for usize {}
}
