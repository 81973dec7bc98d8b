//! Cancelling on the way out.

use super::CancelToken;
use crate::outcome::Reason;

/// Cancels its token when it is dropped, with [`Reason::Dropped`].
///
/// [`CancelToken::drop_guard`] returns it. It covers every way out of a block: an early return,
/// a panic, and a future that is dropped.
///
/// # Examples
///
/// ```
/// use ringfence_core::CancelToken;
///
/// let token = CancelToken::new();
/// let work = |token: CancelToken| -> Result<(), std::num::ParseIntError> {
///     let guard = token.drop_guard();
///     let _: u32 = "three".parse()?; // leaves early, and so cancels
///     guard.disarm();
///     Ok(())
/// };
/// assert!(work(token.clone()).is_err());
/// assert!(token.is_cancelled());
/// ```
#[derive(Debug)]
#[must_use = "a guard that is dropped at once cancels its token at once"]
pub struct DropGuard {
    /// None once disarmed.
    token: Option<CancelToken>,
}

impl DropGuard {
    pub(super) fn new(token: CancelToken) -> Self {
        Self { token: Some(token) }
    }

    /// Gives the token back, uncancelled.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::CancelToken;
    ///
    /// let guard = CancelToken::new().drop_guard();
    /// assert!(!guard.disarm().is_cancelled());
    /// ```
    pub fn disarm(mut self) -> CancelToken {
        self.token.take().expect("a guard is disarmed once")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            token.cancel(Reason::Dropped);
        }
    }
}
