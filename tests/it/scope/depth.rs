//! Scopes in scopes in scopes: what they take of the stack, and what takes none.

use super::{Output, Why};
use ringfence::{Scope, scope};
use ringfence_test::Stepper;
use std::{
    future::{Future, pending},
    hint::black_box,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    task::Poll,
    thread,
};

/// How much of the stack a level may take while it is polled, and while it is dropped.
///
/// It is a little more than what the documentation of `scope` says, since compilers differ.
const POLLED: usize = if cfg!(debug_assertions) { 12 << 10 } else { 4 << 10 };
const DROPPED: usize = if cfg!(debug_assertions) { 3 << 10 } else { 1 << 10 };

type Boxed<'env> = Pin<Box<dyn Future<Output = Output> + Send + 'env>>;

/// Where the stack was when the innermost future was polled, and when it was dropped.
#[derive(Default)]
struct Bottom {
    polled: AtomicUsize,
    dropped: AtomicUsize,
}

/// An address in the stack as it is now.
#[inline(never)]
fn here() -> usize {
    let local = 0_u8;
    std::ptr::from_ref(black_box(&local)).addr()
}

impl Bottom {
    /// The innermost future.
    async fn wait(&self) -> Output {
        struct Local<'a>(&'a Bottom);
        impl Drop for Local<'_> {
            fn drop(&mut self) {
                self.0.dropped.store(here(), Relaxed);
            }
        }
        let _local = Local(self);
        self.polled.store(here(), Relaxed);
        pending().await
    }
}

/// A scope whose child is a scope, and so on.
fn by_child(depth: usize, bottom: &Bottom) -> Boxed<'_> {
    Box::pin(async move {
        if depth == 0 {
            return bottom.wait().await;
        }
        let inner = scope(async |s| {
            let child = s.spawn(by_child(depth - 1, bottom));
            Ok(child.await)
        });
        inner.first().await
    })
}

/// A scope in whose body is a scope, and so on.
fn by_body(depth: usize, bottom: &Bottom) -> Boxed<'_> {
    Box::pin(async move {
        if depth == 0 {
            return bottom.wait().await;
        }
        scope(async |_s| by_body(depth - 1, bottom).await).first().await
    })
}

/// Polls scopes so deep in one another, and drops them, in a thread with a stack for it. Returns
/// how much of it the poll and the drop have taken.
fn polled_and_dropped(make: fn(usize, &Bottom) -> Boxed<'_>, depth: usize) -> [usize; 2] {
    let deep = move || {
        let (top, bottom) = (here(), Bottom::default());
        let mut whole = Stepper::new(make(depth, &bottom));
        assert!(whole.step().is_pending());
        drop(whole);
        [bottom.polled, bottom.dropped].map(|address| top - address.into_inner())
    };
    // It is memory only as far as it is used.
    let stack = (depth + 100) * POLLED;
    thread::Builder::new().stack_size(stack).spawn(deep).unwrap().join().unwrap()
}

// trap: T21
// rule: scope-depth
#[test]
fn a_level_takes_no_more_of_the_stack_than_is_documented() {
    const DEPTH: usize = 1_000;
    for make in [by_child, by_body] {
        let [polled, dropped] = polled_and_dropped(make, DEPTH).map(|bytes| bytes / DEPTH);
        assert!(polled <= POLLED, "{polled} bytes for the poll of a level");
        assert!(dropped <= DROPPED, "{dropped} bytes for the drop of a level");
    }
}

// trap: T21
// rule: scope-depth
// rule: scope-drop
#[test]
fn a_hundred_thousand_scopes_one_in_the_other_are_polled_and_dropped() {
    // To be polled, futures in futures need a stack, as any do.
    let [polled, dropped] = polled_and_dropped(by_child, 100_000);
    assert!(polled > dropped);
}

/// A child that spawns the next one by the same scope, and waits for it, if more are `to_come`.
fn link<'env>(
    s: Scope<'env, Why>,
    to_come: u32,
    ended: &'env AtomicUsize,
    last: Last,
) -> Boxed<'env> {
    struct Ended<'a>(&'a AtomicUsize);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    Box::pin(async move {
        let _ended = Ended(ended);
        if to_come > 0 {
            let next = s.spawn(link(s.clone(), to_come - 1, ended, last));
            return Ok(next.await + 1);
        }
        match last {
            Last::Returns => Ok(0),
            Last::Pends => pending().await,
        }
    })
}

/// What the last child does.
#[derive(Clone, Copy)]
enum Last {
    Returns,
    Pends,
}

// trap: T21
// rule: scope-depth
// rule: scope-drop
#[test]
fn a_hundred_thousand_children_each_spawned_by_the_one_before_need_no_stack() {
    const MANY: u32 = 100_000;
    // On the stack that a test has.
    for last in [Last::Returns, Last::Pends] {
        let ended = AtomicUsize::new(0);
        let mut whole = Stepper::new(scope(async |s| {
            let first = s.spawn(link(s.clone(), MANY, &ended, last));
            Ok(first.await)
        }));
        let polled = whole.run_until_stalled();
        match last {
            Last::Returns => assert!(matches!(polled, Poll::Ready(Ok(MANY)))),
            Last::Pends => assert!(polled.is_pending() && ended.load(Relaxed) == 0),
        }
        drop(whole);
        assert_eq!(ended.into_inner(), MANY as usize + 1);
    }
}
