//! Waiting, in a destructor, for the end of a poll on another thread.

use super::here::{Here, here};
#[cfg(not(ringfence_loom))]
use crate::rt::block_on;
use crate::sync::Lock;
use alloc::collections::BTreeMap;
use core::{
    future::poll_fn,
    task::{Context, Poll},
};
#[cfg(ringfence_loom)]
use loom::future::block_on;

/// Which thread waits for which: touched only by who is about to block.
///
/// A thread waits for the end of a poll that another one is inside of. If that one waits in its
/// turn, and so on until here, then nobody would ever go on: so the thread that would close the
/// circle does not wait.
#[cfg(not(ringfence_loom))]
static WAITS: Lock<BTreeMap<Here, Here>> = Lock::new(BTreeMap::new());

#[cfg(ringfence_loom)]
loom::lazy_static! {
    static ref WAITS: Lock<BTreeMap<Here, Here>> = Lock::new(BTreeMap::new());
}

/// Blocks until `gone` is ready, which the thread `by` sees to; not at all, and none, if that
/// would be for ever.
pub(super) fn wait_for<X>(by: Here, gone: impl FnMut(&mut Context<'_>) -> Poll<X>) -> Option<X> {
    let _waiting = Waiting::begin(here(), by)?;
    Some(block_on(poll_fn(gone)))
}

/// Takes a thread out again when it does not wait any more.
struct Waiting(Here);

impl Waiting {
    /// None if `who` would wait for itself.
    fn begin(who: Here, whom: Here) -> Option<Self> {
        WAITS.with(|waits| {
            let mut next = Some(whom);
            while let Some(thread) = next {
                if thread == who {
                    return None;
                }
                next = waits.get(&thread).copied();
            }
            waits.insert(who, whom);
            Some(Self(who))
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITS.with(|waits| waits.remove(&self.0));
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests {
    use super::Waiting;

    #[test]
    fn a_thread_that_waits_no_more_is_in_no_circle() {
        // No thread has such an address.
        let (one, other, third) = (1, 2, 3);
        let waits = Waiting::begin(one, other);
        let waits_too = Waiting::begin(other, third);
        assert!(waits.is_some() && waits_too.is_some());
        assert!(Waiting::begin(third, one).is_none(), "a circle");
        drop(waits);
        assert!(Waiting::begin(third, one).is_some());
    }
}
