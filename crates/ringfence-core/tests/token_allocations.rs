//! The allocation budget of tokens.
//!
//! A test of its own, since it replaces the allocator.

use ringfence_core::{CancelToken, Reason};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    future::{Future, pending},
    pin::{Pin, pin},
    task::{Context, Waker},
};

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    /// Bytes that were asked for and not given back.
    static HELD: Cell<i64> = const { Cell::new(0) };
}

fn count(calls: u64, bytes: i64) {
    ALLOCATIONS.set(ALLOCATIONS.get() + calls);
    HELD.set(HELD.get() + bytes);
}

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
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

fn poll(future: impl Future) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn a_token_allocates_twice_and_a_child_once() {
    assert_eq!(allocations(CancelToken::new), 2);
    let token = CancelToken::new();
    // The tree has room for four from now on.
    drop([token.child(), token.child()]);
    assert_eq!(allocations(|| token.child()), 1);
    assert_eq!(allocations(|| [token.child(), token.child()]), 2);
    token.cancel(Reason::Closed);
    assert_eq!(allocations(|| token.child()), 1);
}

#[test]
fn to_wait_alone_allocates_nothing() {
    let token = CancelToken::new();
    assert_eq!(allocations(|| poll(token.cancelled())), 0);
    assert_eq!(allocations(|| poll(token.run_until_cancelled(pending::<()>()))), 0);
}

#[test]
fn to_cancel_allocates_once_and_nothing_if_it_was_cancelled() {
    let token = CancelToken::new();
    let mut wait = token.cancelled();
    assert!(Pin::new(&mut wait).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(allocations(|| token.cancel("now")), 1);
    assert_eq!(allocations(|| token.cancel("again")), 0);
}

#[test]
fn to_cancel_many_allocates_a_reason_and_lists() {
    let token = CancelToken::new();
    let children: Vec<_> = (0..1_000).map(|_| token.child()).collect();
    let lists = allocations(|| token.cancel(String::from("now")));
    assert!(lists < 20, "{lists} allocations, not one for each token");
    assert!(children.iter().all(CancelToken::is_cancelled));
}

// trap: T25
#[test]
fn a_million_children_one_after_the_other_leave_nothing() {
    let token = CancelToken::new();
    drop(token.child());
    let before = HELD.get();
    for _ in 0..if cfg!(miri) { 1_000 } else { 1_000_000 } {
        let child = token.child();
        poll(child.cancelled());
    }
    assert_eq!(HELD.get(), before);
}
