//! Which drains are open on a thread, and who was left in them.

use super::{Context, Drain, Panic, Poll};
use crate::{outcome::keep_first, sync::Lock};
// Not loom's, which cannot forget the type of what it holds.
use alloc::{sync::Arc, vec::Vec};
use core::{
    cell::{Cell, RefCell},
    mem::{self, ManuallyDrop},
    ptr,
    // Not loom's, which is none for statics: what it says is not part of what is modelled.
    sync::atomic::{AtomicBool, Ordering},
    task::Waker,
};

#[cfg(not(ringfence_loom))]
std::thread_local! {
    static HERE: Here = const { Here::new() };
}

#[cfg(ringfence_loom)]
loom::thread_local! {
    static HERE: Here = Here::new();
}

/// The drains that are open on this thread, one in the other.
//
// What they have is elsewhere: to open one and to close it is a number up and down, since that
// is done for each poll of a scope and of a remote child, and hardly ever is anybody left.
struct Here {
    depth: Cell<usize>,
    /// These never go down, since whoever closes a drain takes its own.
    //
    // Never dropped: whoever closes the outermost drain takes the rest, and the room for it.
    left: RefCell<ManuallyDrop<Dropped>>,
}

/// Those who were dropped, each with the depth of the drain for which that was.
type Dropped = Vec<(usize, Arc<dyn Leaving>)>;

impl Here {
    const fn new() -> Self {
        Self { depth: Cell::new(0), left: RefCell::new(ManuallyDrop::new(Vec::new())) }
    }

    /// Takes those who were dropped for the drain of a depth, which is the innermost.
    fn take(&self, depth: usize) -> Dropped {
        let mut left = self.left.borrow_mut();
        let first = left.partition_point(|(of, _)| *of < depth);
        if first == 0 { mem::take(&mut *left) } else { left.split_off(first) }
    }
}

/// For how many there is room on this thread who were dropped.
#[cfg(all(test, not(ringfence_loom)))]
pub(super) fn room() -> usize {
    HERE.with(|here| here.left.borrow().capacity())
}

/// Whether there was a remote child in this process. A model has some.
static BEGUN: AtomicBool = AtomicBool::new(cfg!(ringfence_loom));

#[inline]
pub(super) fn is_needed() -> bool {
    // Relaxed: whoever has a remote child that was begun has it from who has begun it, and sees
    // what that has stored before.
    BEGUN.load(Ordering::Relaxed)
}

/// A child that was dropped inside a poll.
pub(crate) trait Leaving: Send + Sync {
    /// Waits until the child has gone; returns the panic of its last poll or its destructor, and
    /// those whom it has left behind.
    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Drain>;

    /// Whether the child has gone.
    fn has_gone(&self) -> bool;

    /// Which child it is.
    fn address(&self) -> Address;
}

/// Where a child is, as long as anybody has it.
pub(crate) type Address = *const ();

/// Held by who goes and leaves others behind.
#[cfg(not(ringfence_loom))]
pub(super) static GOING: Lock<()> = Lock::new(());

#[cfg(ringfence_loom)]
loom::lazy_static! {
    pub(super) static ref GOING: Lock<()> = Lock::new(());
}

/// From how many on it is looked who has gone.
const MANY: usize = 32;

/// Those who have not gone yet, and the first panic of those who have.
#[derive(Default)]
pub(super) struct Left {
    leaving: Vec<Arc<dyn Leaving>>,
    panic: Option<Panic>,
}

impl Left {
    #[cfg(all(test, not(ringfence_loom)))]
    pub(super) fn len(&self) -> usize {
        self.leaving.len()
    }

    /// Whether nobody is left, and nobody who has gone has panicked.
    pub(super) fn is_empty(&self) -> bool {
        self.leaving.is_empty() && self.panic.is_none()
    }

    pub(super) fn note(&mut self, panic: Option<Panic>) {
        keep_first(&mut self.panic, panic);
    }

    pub(super) fn take_panic(&mut self) -> Option<Panic> {
        self.panic.take()
    }

    /// Takes in some more. When there are many, and twice as many as there were, those are
    /// forgotten who have gone: whoever lives for months may drop many.
    fn take_in(&mut self, more: impl Iterator<Item = Arc<dyn Leaving>>) {
        let before = self.leaving.len();
        self.leaving.extend(more);
        let now = self.leaving.len();
        if now >= MANY && now.leading_zeros() < before.leading_zeros() {
            // Nobody waits for them yet.
            let _ = self.poll(&mut Context::from_waker(Waker::noop()));
        }
    }

    /// Waits until all have gone, and notes their panics. What those have left behind is taken in.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        drop(self.sift(|child| child.poll_gone(cx)));
        if self.leaving.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Takes out those who have gone, and `who`. What those have left behind is taken in.
    pub(super) fn part_with(&mut self, who: Address) -> Parted {
        self.sift(|child| {
            if child.address() == who {
                Poll::Ready(Drain::new())
            } else if child.has_gone() {
                child.poll_gone(&mut Context::from_waker(Waker::noop()))
            } else {
                Poll::Pending
            }
        })
    }

    /// Takes out those of whom `look` says that they have gone, and takes in whom they have left.
    fn sift(&mut self, mut look: impl FnMut(&dyn Leaving) -> Poll<Drain>) -> Parted {
        let mut parted = Vec::new();
        let mut at = 0;
        while let Some(child) = self.leaving.get(at) {
            let Poll::Ready(its) = look(&**child) else {
                at += 1;
                continue;
            };
            let child = self.leaving.remove(at);
            let mut surplus = None;
            if let Some(mut its) = its.left {
                self.leaving.append(&mut its.leaving);
                surplus = its.take_panic();
                if self.panic.is_none() {
                    self.panic = surplus.take();
                }
            }
            parted.push((child, surplus));
        }
        parted
    }
}

/// Those who have gone, with panics that nobody is told of. To drop them is foreign code.
type Parted = Vec<(Arc<dyn Leaving>, Option<Panic>)>;

/// Leaves them to the next drain outside, and the panic of those who have gone.
impl Drop for Left {
    fn drop(&mut self) {
        mem::take(&mut self.leaving).into_iter().for_each(leave);
        if let Some(panic) = self.panic.take() {
            leave(Arc::new(Fallen(Lock::new(Some(panic)))));
        }
    }
}

/// Somebody who has gone, of whose panic nobody was told.
struct Fallen(Lock<Option<Panic>>);

impl Leaving for Fallen {
    fn poll_gone(&self, _: &mut Context<'_>) -> Poll<Drain> {
        let mut drain = Drain::new();
        drain.note(self.0.with(Option::take));
        Poll::Ready(drain)
    }

    fn has_gone(&self) -> bool {
        true
    }

    fn address(&self) -> Address {
        ptr::from_ref(self).cast()
    }
}

/// A drain that is open until this is dropped, which unwinding does too.
pub(super) struct Open<'a> {
    drain: &'a mut Drain,
}

impl<'a> Open<'a> {
    #[inline]
    pub(super) fn new(drain: &'a mut Drain) -> Self {
        HERE.with(|here| here.depth.set(here.depth.get() + 1));
        Self { drain }
    }

    /// Takes in those who were dropped for the drain, of this depth.
    #[cold]
    #[inline(never)]
    fn take_in(&mut self, here: &Here, depth: usize) {
        let mut left = here.take(depth).into_iter().map(|(_, leaving)| leaving).peekable();
        if left.peek().is_some() {
            self.drain.left.get_or_insert_default().take_in(left);
        }
    }
}

impl Drop for Open<'_> {
    #[inline]
    fn drop(&mut self) {
        HERE.with(|here| {
            let depth = here.depth.get();
            here.depth.set(depth - 1);
            if !here.left.borrow().is_empty() {
                self.take_in(here, depth);
            }
        });
    }
}

/// Has the innermost open drain wait for a child, if there is one.
pub(crate) fn leave(leaving: Arc<dyn Leaving>) {
    let _surplus = HERE.with(|here| match here.depth.get() {
        0 => Some(leaving),
        depth => {
            here.left.borrow_mut().push((depth, leaving));
            None
        }
    });
}

/// Whether a drain is open on this thread.
pub(crate) fn is_open() -> bool {
    HERE.with(|here| here.depth.get() > 0)
}

/// A remote child is about to begin.
#[inline]
pub(crate) fn begin_remote() {
    if !is_needed() {
        BEGUN.store(true, Ordering::Relaxed);
    }
}
