//! The allocation budget of an error group.
//!
//! A test of its own, since it replaces the allocator.

use ringfence_core::{Cause, ChildId, ErrorGroup, Failure};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on, and `place` came from the system's allocator.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations<R>(f: impl FnOnce() -> R) -> u64 {
    let before = ALLOCATIONS.get();
    drop(f());
    ALLOCATIONS.get() - before
}

fn failure(child: u64) -> Failure<std::io::Error> {
    let error = std::io::ErrorKind::NotFound.into();
    Failure::new(ChildId::new(child), Cause::Error(error)).named("fetch")
}

#[test]
fn one_failure_allocates_nothing() {
    assert_eq!(allocations(|| ErrorGroup::new(failure(0))), 0);
    assert_eq!(allocations(|| ErrorGroup::new(failure(0)).into_single()), 0);
    assert_eq!(allocations(|| ErrorGroup::new(failure(0)).catch::<std::io::Error>(drop)), 0);
}

#[test]
fn two_failures_allocate_once() {
    let two = || {
        let mut group = ErrorGroup::new(failure(0));
        group.push(failure(1));
        group
    };
    assert_eq!(allocations(two), 1);
}
