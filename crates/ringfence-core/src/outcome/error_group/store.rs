//! Where a group keeps its failures, and how it lets go of them.

use super::Failure;
use core::{fmt, mem};
use smallvec::SmallVec;

/// The failures of a group: the first in place, more of them on the heap.
pub(super) type List<E> = SmallVec<[Failure<E>; 1]>;

/// A list of failures that may be nested without end.
///
/// An error may hold a group of errors, which hold groups, and so on: behind a `Box<dyn Error>`
/// there is no end in sight. Dropped naively, each level would take its share of the stack. So a
/// list that is dropped inside the drop of [`DEEP`](depth::DEEP) others is put aside, to be
/// dropped by the outermost of them. This does not depend on what the errors are; it only needs
/// them to live long enough to be put aside.
pub(super) struct Store<E> {
    /// The failures; empty only in a store that has been emptied.
    list: List<E>,
    /// Drops a list without deep recursion; `None` if the errors may borrow.
    #[cfg(feature = "std")]
    dismantle: Option<fn(List<E>)>,
}

impl<E> Store<E> {
    /// Keeps errors that may borrow, and so cannot be put aside.
    pub(super) fn shallow(list: List<E>) -> Self {
        Self {
            list,
            #[cfg(feature = "std")]
            dismantle: None,
        }
    }

    /// Keeps errors that may be nested without end.
    pub(super) fn deep(list: List<E>) -> Self
    where
        E: 'static,
    {
        Self {
            list,
            #[cfg(feature = "std")]
            dismantle: mem::needs_drop::<E>().then_some(depth::dismantle::<E>),
        }
    }

    pub(super) fn list(&self) -> &List<E> {
        &self.list
    }

    pub(super) fn list_mut(&mut self) -> &mut List<E> {
        &mut self.list
    }

    /// Takes the failures out, and leaves none.
    pub(super) fn take(&mut self) -> List<E> {
        mem::take(&mut self.list)
    }
}

#[cfg(feature = "std")]
impl<E> Drop for Store<E> {
    fn drop(&mut self) {
        if let Some(dismantle) = self.dismantle {
            if !self.list.is_empty() {
                dismantle(self.take());
            }
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Store<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.fmt(f)
    }
}

/// Dropping what is nested deeply.
#[cfg(feature = "std")]
mod depth {
    use super::List;
    use crate::outcome::catch;
    use alloc::{boxed::Box, vec::Vec};
    use core::{
        any::Any,
        cell::{Cell, RefCell},
    };

    /// How many lists are dropped inside each other before one is put aside.
    pub(super) const DEEP: u32 = 32;

    std::thread_local! {
        /// How many lists this thread is dropping.
        static DROPPING: Cell<u32> = const { Cell::new(0) };
        /// The lists that the outermost drop of this thread has still to drop.
        static ASIDE: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
    }

    /// Drops `list`, or puts it aside for the outermost drop of this thread.
    pub(super) fn dismantle<E: 'static>(list: List<E>) {
        match DROPPING.get() {
            0 => dismantle_all(list),
            DEEP.. => put_aside(list),
            depth => {
                DROPPING.set(depth + 1);
                drop(list);
                // Not reached by a panic: the outermost drop starts from 0 again.
                DROPPING.set(depth);
            }
        }
    }

    /// Drops `list` and whatever is put aside meanwhile, each at the depth of this call.
    fn dismantle_all<E: 'static>(list: List<E>) {
        DROPPING.set(1);
        let mut thrown = catch(|| drop(list)).err();
        while let Some(next) = ASIDE.try_with(|aside| aside.borrow_mut().pop()).ok().flatten() {
            DROPPING.set(1);
            // The first panic of a destructor is resumed, once all have been dropped.
            if let Err(panic) = catch(|| drop(next)) {
                thrown.get_or_insert(panic);
            }
        }
        DROPPING.set(0);
        if let Some(panic) = thrown.filter(|_| !std::thread::panicking()) {
            panic.resume();
        }
    }

    fn put_aside<E: 'static>(list: List<E>) {
        let mut list = Some(list);
        // If the thread is ending, there may be no place to put it, and it is dropped here.
        let _ = ASIDE.try_with(|aside| {
            aside.borrow_mut().extend(list.take().map(|list| Box::new(list) as Box<dyn Any>));
        });
    }
}
