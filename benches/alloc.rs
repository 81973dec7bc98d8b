//! A global allocator that counts what one thread asks for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// The tally being kept on this thread; `None` outside [`count`].
    static TALLY: Cell<Option<Tally>> = const { Cell::new(None) };
}

/// What a thread has asked of the allocator while it was [counted](count).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Allocations, each growth of an existing one among them.
    pub allocations: usize,
    /// Bytes asked for and not given back. Negative if older memory was freed.
    pub bytes: isize,
}

/// The system's allocator, with a [`Tally`] for the thread that is counted.
///
/// Outside [`count`] it costs one load of a thread-local and a branch, which
/// every contender pays alike.
///
/// # Examples
///
/// ```text
/// #[global_allocator]
/// static ALLOCATOR: Counting = Counting;
///
/// let (kept, tally) = count(|| Box::new(7_u64));
/// assert_eq!((tally.allocations, tally.bytes), (1, 8));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Counting;

/// Runs `work` and tells what it allocated on this thread.
///
/// What `work` returns is still alive in the tally: return the thing whose
/// memory is asked for, or drop it inside.
///
/// # Panics
///
/// If called within itself, or if [`Counting`] is not the global allocator.
pub fn count<T>(work: impl FnOnce() -> T) -> (T, Tally) {
    assert!(TALLY.get().is_none(), "a count is under way on this thread");
    TALLY.set(Some(Tally::default()));
    drop(std::hint::black_box(Box::new(0_u8)));
    let probed = TALLY.replace(Some(Tally::default()));
    assert_eq!(probed.map(|tally| tally.allocations), Some(1), "`Counting` is not installed");
    let value = work();
    let tally = TALLY.take().unwrap_or_default();
    (value, tally)
}

/// Notes `allocations` more and `bytes` more (or fewer) on the counted thread.
fn note(allocations: usize, bytes: isize) {
    if let Some(tally) = TALLY.get() {
        TALLY.set(Some(Tally {
            allocations: tally.allocations + allocations,
            bytes: tally.bytes + bytes,
        }));
    }
}

#[expect(unsafe_code, reason = "a global allocator is an unsafe trait; it only forwards")]
// SAFETY: every call is handed to `System` as it came, and `note` allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as isize);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as isize);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, -(layout.size() as isize));
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(1, new_size as isize - layout.size() as isize);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counting, Tally, count};

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    #[test]
    fn what_is_kept_is_counted_in_bytes() {
        let (kept, tally) = count(|| Box::new([1_u64; 4]));
        assert_eq!(tally, Tally { allocations: 1, bytes: 32 });
        drop(kept);
    }

    #[test]
    fn what_is_dropped_inside_leaves_no_bytes() {
        let ((), tally) = count(|| drop(Box::new([1_u64; 4])));
        assert_eq!(tally, Tally { allocations: 1, bytes: 0 });
    }

    #[test]
    fn another_thread_is_not_counted() {
        let ((), tally) = count(|| {
            let elsewhere = std::thread::spawn(|| drop(vec![0_u8; 1 << 20]));
            elsewhere.join().expect("the thread only allocates");
        });
        assert!(tally.bytes < 1 << 20);
    }
}
