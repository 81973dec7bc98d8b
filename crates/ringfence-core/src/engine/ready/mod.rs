//! Who was woken: the owner's side of the wakers.
//!
//! [`Ready`] knows children by number only. It makes their wakers, collects what they report, and
//! hands out the numbers of those to poll. It neither knows nor keeps the children themselves.

mod alone;
mod bell;
mod each;
mod few;
mod header;
mod home;
mod lazy;
mod look;
mod parent;
mod readiness;
mod slabs;
mod slot;
mod waker;

pub(crate) use bell::Parked;
pub(crate) use each::Each;
pub(crate) use header::WIDTH;
pub(crate) use readiness::Readiness;
pub(crate) use slot::Slot;
pub(crate) use waker::{BorrowedWaker, Polled};

use crate::sync::atomic::Ordering;
use core::{fmt, mem, ptr, ptr::NonNull, task::Waker};
use header::{ALONE_PARKED, CLOSED, Header};
use home::{Root, SLAB, Slab};
use lazy::Lazy;
use slabs::Slabs;

/// The readiness of a set's children, of any number.
///
/// # States
///
/// ```text
///  empty ──1──▶ lazy ──2──▶ rooted        1 the first header is added
///                                         2 a child keeps its waker, or there is a second header
/// ```
///
/// Edge 2 is walked by [`adopt`](Ready::adopt).
///
/// # Invariants
///
/// I1. A header is alive while its home is counted: once by the set, once by each waker.
/// I2. A root is alive while any header of its set is.
/// I3. What the lane and the queue point at are headers of the same set, which counts
///     their homes until it is dropped.
pub(crate) struct Ready {
    state: State,
    /// The headers but for the first.
    slabs: Slabs,
    /// How many headers are in use.
    headers: u32,
    /// The number of the header whose children are handed out now.
    chunk: u32,
    /// That header, once there is a root.
    serving: NonNull<Header>,
    /// Which of its children are still to be handed out.
    bits: usize,
    /// The last header of this round, if it has not been served; an address only.
    last: *const Header,
    /// Children that were marked, but are not in the lane yet, and the number of their header.
    marked: usize,
    marked_chunk: u32,
}

/// Whether the first header exists, or only its places.
#[derive(Debug)]
enum State {
    /// There is no child.
    Empty,
    /// No child has kept its waker.
    Lazy(Lazy),
    /// The bell and the first header.
    Rooted(NonNull<Root>),
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
// SAFETY: what is reached by pointers is either the owner's, and moves with it, or shared by the
// protocol of the bell. A parent's waker is `Send` and `Sync`.
unsafe impl Send for Ready {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
// SAFETY: every method that touches what the owner has for itself needs `&mut self`.
unsafe impl Sync for Ready {}

impl Ready {
    pub(crate) const fn new() -> Self {
        Self {
            state: State::Empty,
            slabs: Slabs::new(),
            headers: 0,
            chunk: 0,
            serving: NonNull::dangling(),
            bits: 0,
            last: ptr::null(),
            marked: 0,
            marked_chunk: 0,
        }
    }

    /// Adds a header, for [`WIDTH`] children more.
    ///
    /// # Panics
    ///
    /// If there are `u32::MAX` headers.
    #[inline]
    pub(crate) fn add_header(&mut self) {
        if self.headers > 0 {
            return self.add_another();
        }
        self.state = State::Lazy(Lazy::new());
        self.headers = 1;
    }

    #[cold]
    #[inline(never)]
    fn add_another(&mut self) {
        let index = self.headers;
        let headers = index.checked_add(1).expect("a set has at most u32::MAX headers");
        let root = self.root_or_adopt();
        if (index as usize - 1) % SLAB == 0 {
            self.slabs.push(Slab::new(root, index));
        }
        if index == 1 {
            self.root().leave_alone();
        }
        self.headers = headers;
    }

    /// Marks children of a header as to be polled.
    ///
    /// Children come in header by header, so their marks are gathered before they are lined up.
    #[inline]
    pub(crate) fn mark(&mut self, chunk: u32, bits: usize) {
        if self.marked_chunk != chunk {
            self.line_up();
            self.marked_chunk = chunk;
        }
        self.marked |= bits;
    }

    /// Puts what was marked into the lane.
    #[inline]
    fn line_up(&mut self) {
        if self.marked == 0 {
            return;
        }
        let bits = mem::take(&mut self.marked);
        match &mut self.state {
            State::Rooted(_) => self.root().lane.mark(self.header(self.marked_chunk), bits),
            State::Lazy(lazy) => lazy.mark(bits),
            State::Empty => unreachable!("a child is marked after its header"),
        }
    }

    /// Walks edge 2, if that was not done, and returns the root.
    fn root_or_adopt(&mut self) -> NonNull<Root> {
        match &mut self.state {
            State::Rooted(root) => *root,
            State::Lazy(lazy) => {
                let root = lazy.take_root().unwrap_or_else(Root::new);
                self.adopt(root);
                root
            }
            State::Empty => unreachable!("the first header comes before the root"),
        }
    }

    /// Walks edge 2, if a child has kept its waker.
    #[inline]
    fn adopt_kept(&mut self) {
        if let State::Lazy(lazy) = &mut self.state {
            if let Some(root) = lazy.take_root() {
                self.adopt(root);
            }
        }
    }

    /// Walks edge 2, to a root that is counted for the set.
    fn adopt(&mut self, root: NonNull<Root>) {
        let State::Lazy(lazy) = mem::replace(&mut self.state, State::Rooted(root)) else {
            unreachable!("a set adopts once")
        };
        let root = self.root();
        self.serving = NonNull::from(&root.first);
        let woken = lazy.take_woken();
        if woken != 0 {
            root.lane.mark(&root.first, woken);
        }
    }

    /// Finds a header with children to hand out.
    ///
    /// It goes by rounds: what was woken when a round begins is served before anything that is
    /// woken during the round.
    #[inline]
    fn take_word(&mut self) -> bool {
        self.line_up();
        match &self.state {
            State::Rooted(_) => {}
            State::Lazy(lazy) => {
                self.bits = lazy.take_woken();
                return self.bits != 0;
            }
            State::Empty => return false,
        }
        let root = self.root();
        let (header, bits) = if self.headers == 1 {
            let bits = root.lane.pop().map_or(0, |(_, bits)| bits) | root.take_alone();
            (&root.first, bits)
        } else {
            if self.last.is_null() {
                root.bell.take(&root.lane);
                self.last = root.lane.last();
            }
            let Some((header, bits)) = root.lane.pop() else { return false };
            if ptr::eq(header, self.last) {
                self.last = ptr::null();
            }
            (header, bits)
        };
        self.serving = NonNull::from(header);
        self.chunk = header.index();
        self.bits = bits;
        bits != 0
    }

    /// Replaces the parent's waker.
    #[cold]
    #[inline(never)]
    fn register(&mut self, parent: &Waker) {
        let root = self.root();
        if self.headers > 1 {
            root.bell.call_back();
        } else {
            root.call_back_alone();
        }
        while !root.bell.parent.is_home() {
            // The last wake still rings the old waker. The new one is next.
            if root.bell.parent.ask(parent) {
                return;
            }
        }
        // Foreign code: the clone, and the drop of the old one. It may wake our children, but it
        // cannot make anyone ring, since the set is not parked.
        let new = parent.clone();
        drop(root.bell.parent.replace(Some(new)));
    }

    /// Closes the set for good, so that no wake reaches the parent any more.
    #[inline(never)]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
    fn close(&mut self) {
        let root = self.root();
        // Close before anything is freed: from here on no wake reaches the queue or the parent.
        for index in 0..self.headers {
            let old = self.header(index).ready.swap(CLOSED, Ordering::AcqRel);
            if old == ALONE_PARKED {
                root.bell.parent.return_home();
            }
        }
        root.bell.close();
        // If somebody rings, it drops the wakers when it is done.
        let wakers = root.bell.parent.close();
        for slab in self.slabs.drain() {
            // SAFETY: I1, since the set has a count on each slab, given up here.
            home::release(unsafe { slab.as_ref() }.home());
        }
        home::release(root.first.home());
        // Foreign code last, when there is nothing left that it could find half done.
        drop(wakers);
    }

    /// The root, once there is one.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
    fn root<'a>(&self) -> &'a Root {
        let State::Rooted(root) = self.state else {
            unreachable!("asked in the state rooted only")
        };
        // SAFETY: I2, since the set counts the root's home until it is dropped; the reference is
        // used by methods of the set only, none of which drops it.
        unsafe { root.as_ref() }
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
    fn header(&self, index: u32) -> &Header {
        let Some(behind) = (index as usize).checked_sub(1) else { return &self.root().first };
        let slab = self.slabs.get(behind / SLAB).expect("there are slabs for all headers");
        // SAFETY: I3, since the set counts the slab's home until it is dropped.
        let slab = unsafe { slab.as_ref() };
        &slab.headers[behind % SLAB]
    }
}

impl Readiness for Ready {
    type Turn = Option<Polled>;

    /// Wakes go to `parent` from now on, and those on this thread to the lane.
    #[inline]
    fn begin(&mut self, parent: &Waker) -> Option<Polled> {
        self.adopt_kept();
        let State::Rooted(root) = self.state else { return None };
        if !self.root().bell.parent.is_woken_by(parent) {
            self.register(parent);
        }
        Some(Polled::new(root))
    }

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        if self.bits == 0 && !self.take_word() {
            return None;
        }
        let place = self.bits.trailing_zeros();
        self.bits &= self.bits - 1;
        Some(Slot { chunk: self.chunk, place })
    }

    #[inline]
    fn pass(&mut self) {
        self.bits &= self.bits - 1;
    }

    #[inline]
    fn with_waker<T>(&self, slot: Slot, _: &Waker, f: impl FnOnce(&Waker) -> T) -> T {
        debug_assert_eq!(self.chunk, slot.chunk, "the slot was handed out last");
        let lent;
        let waker = match &self.state {
            State::Lazy(lazy) => {
                lent = lazy.lend(slot.place);
                lent.waker()
            }
            _ => BorrowedWaker::new(self.serving, slot.place),
        };
        f(&waker)
    }

    #[inline]
    fn park(&mut self, parent: &Waker) -> Parked {
        debug_assert_eq!(self.bits, 0, "what was taken is handed out before the set waits");
        self.adopt_kept();
        let State::Rooted(_) = self.state else {
            // Nobody has a waker, so that nobody wakes later; but a child may have woken at once.
            return if self.take_word() { Parked::Woken } else { Parked::Yes };
        };
        let root = self.root();
        if !root.bell.parent.is_woken_by(parent) {
            // The root is new in this turn.
            self.register(parent);
        }
        if !root.lane.is_empty() || self.marked != 0 {
            return Parked::Woken;
        }
        if self.headers > 1 {
            return root.bell.park(parent);
        }
        root.park_alone(parent)
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("headers", &self.headers).finish_non_exhaustive()
    }
}

impl Drop for Ready {
    #[inline]
    fn drop(&mut self) {
        if let State::Rooted(_) = self.state {
            self.close();
        }
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;

#[cfg(all(test, ringfence_loom))]
mod models;
