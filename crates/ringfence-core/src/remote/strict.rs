//! Waiting, in a destructor, for the end of a poll on another thread.

#[cfg(not(ringfence_loom))]
use crate::rt::block_on;
use crate::{
    cancel::drain::{Drain, Leaving},
    sync::{
        Lock,
        here::{Here, here},
    },
};
// Not loom's, which cannot forget the type of what it holds.
use alloc::{collections::BTreeMap, sync::Arc};
use core::future::poll_fn;
#[cfg(ringfence_loom)]
use loom::future::block_on;

/// Which thread waits for which: touched only by who is about to block.
///
/// A thread waits for the end of a poll that another one is inside of. If that one waits in its
/// turn, and so on until here, then nobody would ever go on: so the thread that would close the
/// circle does not wait.
#[cfg(not(ringfence_loom))]
static WAITS: Lock<BTreeMap<Here, Wait>> = Lock::new(BTreeMap::new());

#[cfg(ringfence_loom)]
loom::lazy_static! {
    static ref WAITS: Lock<BTreeMap<Here, Wait>> = Lock::new(BTreeMap::new());
}

/// What a thread waits for.
struct Wait {
    /// Who is inside of the poll.
    by: Here,
    child: Arc<dyn Leaving>,
}

/// Blocks until a child has gone, of which the thread `by` is inside a poll; not at all, and none,
/// if that would be for ever.
pub(super) fn wait_for(by: Here, child: Arc<dyn Leaving>) -> Option<Drain> {
    let _waiting = Waiting::begin(here(), by, child.clone())?;
    Some(block_on(poll_fn(|cx| child.poll_gone(cx))))
}

/// Takes a thread out again when it does not wait any more.
struct Waiting(Here);

impl Waiting {
    /// None if `who` would wait for itself.
    fn begin(who: Here, by: Here, child: Arc<dyn Leaving>) -> Option<Self> {
        let mut wait = Some(Wait { by, child });
        WAITS.with(|waits| {
            let mut next = Some(by);
            while let Some(thread) = next {
                if thread == who {
                    return None;
                }
                // Who waits for a child that has gone is about to go on.
                let waits_on = waits.get(&thread).filter(|wait| !wait.child.has_gone());
                next = waits_on.map(|wait| wait.by);
            }
            let before = wait.take().and_then(|wait| waits.insert(who, wait));
            debug_assert!(before.is_none(), "a thread waits for one at a time");
            Some(Self(who))
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // The child is let go of without the lock.
        let _waited = WAITS.with(|waits| waits.remove(&self.0));
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests {
    use super::{Drain, Leaving, Waiting};
    use crate::cancel::drain::Address;
    use crate::sync::atomic::{AtomicBool, Ordering};
    use alloc::sync::Arc;
    use core::task::{Context, Poll};

    /// A child that goes when the test says so.
    #[derive(Default)]
    struct Child(AtomicBool);

    impl Leaving for Child {
        fn poll_gone(&self, _: &mut Context<'_>) -> Poll<Drain> {
            unreachable!("nobody waits")
        }

        fn has_gone(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }

        fn address(&self) -> Address {
            core::ptr::from_ref(self).cast()
        }
    }

    fn child() -> Arc<Child> {
        Arc::default()
    }

    // No thread has such an address.

    #[test]
    fn a_thread_that_waits_no_more_is_in_no_circle() {
        let (one, other, third) = (1, 2, 3);
        let waits = Waiting::begin(one, other, child());
        let waits_too = Waiting::begin(other, third, child());
        assert!(waits.is_some() && waits_too.is_some());
        assert!(Waiting::begin(third, one, child()).is_none(), "a circle");
        drop(waits);
        assert!(Waiting::begin(third, one, child()).is_some());
    }

    #[test]
    fn a_thread_that_is_about_to_go_on_is_in_no_circle() {
        let (one, other) = (4, 5);
        let child_of_other = child();
        let waits = Waiting::begin(one, other, child_of_other.clone());
        assert!(waits.is_some());
        assert!(Waiting::begin(other, one, child()).is_none(), "a circle");
        // `other` has ended that poll, of which `one` has not heard yet.
        child_of_other.0.store(true, Ordering::Relaxed);
        assert!(Waiting::begin(other, one, child()).is_some());
    }
}
