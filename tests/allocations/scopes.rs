//! What scopes may ask for.

use super::{Pending, run, settled, yields};
use ringfence_benches::alloc::count;
use ringfence_core::{OnFailure, Scope, scope};
use std::{
    cell::Cell,
    future::{Future, pending, ready},
    pin::{Pin, pin},
    task::{Context, Waker},
};

type Output = Result<u32, u32>;

/// Polls a scope that goes on for ever until `children` has come to so many.
fn run_until<F: Future>(mut whole: Pin<&mut F>, children: &Cell<usize>, many: usize) {
    let mut cx = Context::from_waker(Waker::noop());
    while children.get() < many {
        assert!(whole.as_mut().poll(&mut cx).is_pending());
    }
}

/// Asserts that no more was kept than the children take that run at the moment.
fn assert_few(bytes: isize) {
    assert!(bytes.abs() < 16 * 1024, "{bytes} bytes of those who have ended");
}

/// Asserts that a scope which goes on for ever asks for so many allocations per child at most, and
/// that it keeps none, however many there were.
fn assert_flat<F: Future>(whole: F, children: &Cell<usize>, per_child: usize) {
    const CHILDREN: usize = 1_000_000;
    let mut whole = pin!(whole);
    run_until(whole.as_mut(), children, 1000);
    let before = children.get();
    let ((), tally) = count(|| run_until(whole.as_mut(), children, CHILDREN));
    assert!(tally.allocations <= per_child * (children.get() - before), "{tally:?}");
    assert_few(tally.bytes);
}

// trap: T25
// case: DI-05
// rule: scope-memory
#[test]
fn a_million_children_without_a_handle_leave_nothing_behind_and_take_an_allocation_each_at_most() {
    let children = Cell::new(0);
    let whole = scope(async |s: Scope<'_, u32>| -> Output {
        loop {
            for n in 0..50 {
                s.spawn(async move { if n % 2 == 0 { Ok(n) } else { yields(Ok(n)).await } });
            }
            children.set(children.get() + 51);
            while s.spawn(async { Ok(1) }).await == 0 {}
            yields(()).await;
            yields(()).await;
        }
    });
    assert_flat(whole, &children, 1);
}

// rule: scope-memory
#[test]
fn a_small_child_that_goes_on_keeps_a_kilobyte_of_others_at_most() {
    const STAY: usize = 100;
    let stay = Cell::new(0);
    let (whole, tally) = count(|| {
        let mut whole = Box::pin(scope(async |s: Scope<'_, u32>| -> Output {
            loop {
                s.spawn(pending::<Output>());
                stay.set(stay.get() + 1);
                for n in 0..100 {
                    s.spawn(async move { Ok(n) }).await;
                }
            }
        }));
        run_until(whole.as_mut(), &stay, STAY);
        whole
    });
    let per_child = tally.bytes as f64 / stay.get() as f64;
    assert!((500.0..1_200.0).contains(&per_child), "{per_child} bytes");
    drop(whole);
}

// rule: observe-memory
#[test]
fn ten_thousand_observed_children_and_as_many_scopes_leave_nothing_behind() {
    const CHILDREN: usize = 10_000;
    let children = Cell::new(0);
    let whole = scope(async |s: Scope<'_, u32>| -> Output {
        loop {
            s.child().spawn(yields(Ok(1))).await;
            // A scope and a body of its own, too.
            scope(async |_| Ok::<u32, u32>(1)).await.ok();
            children.set(children.get() + 1);
        }
    });
    let mut whole = pin!(whole.observe(()));
    run_until(whole.as_mut(), &children, 1000);
    let ((), tally) = count(|| run_until(whole.as_mut(), &children, CHILDREN));
    assert_few(tally.bytes);
}

// trap: T25
// case: SU-11
// rule: scope-memory
#[test]
fn a_million_children_that_fail_into_a_sink_leave_nothing_behind() {
    let children = Cell::new(0);
    let mut told = 0;
    let whole = scope(async |s: Scope<'_, u32>| -> Output {
        loop {
            let _ = s.spawn(async { Err::<u32, u32>(1) }).outcome().await;
            children.set(children.get() + 1);
        }
    });
    let whole = whole.on_failure(OnFailure::sink(|_| told += 1)).limit(1);
    // One more for its failure.
    assert_flat(whole, &children, 2);
    assert!(told >= 1_000_000);
}

// case: SU-11
// rule: scope-keep-errors
#[test]
fn failures_for_which_there_is_no_room_are_counted_and_not_kept() {
    let children = Cell::new(0);
    let whole = scope(async |s: Scope<'_, u32>| -> Output {
        loop {
            drop(s.spawn_owned(async { Err::<u32, u32>(1) }));
            yields(()).await;
            yields(()).await;
            children.set(children.get() + 1);
        }
    });
    let whole = whole.on_failure(OnFailure::Collect).keep_errors(10);
    let mut whole = pin!(whole);
    run_until(whole.as_mut(), &children, 1000);
    let ((), tally) = count(|| run_until(whole.as_mut(), &children, 10_000));
    assert_few(tally.bytes);
}

// rule: scope-cost
#[test]
fn a_scope_takes_few_allocations_and_one_for_twelve_small_children_with_their_handles() {
    let empty = settled(|| run(scope(|_: Scope<'_, u32>| ready(Ok::<u32, u32>(1)))).is_ok());
    assert!(empty.allocations <= 5, "{empty:?}");
    assert_eq!(empty.bytes, 0);
    for children in [1, 10, 100, 1000] {
        let tally = settled(|| {
            run(scope(async |s: Scope<'_, u32>| {
                let mut sum = 0;
                for n in 0..children {
                    sum += s.spawn(async move { Ok(n) }).await;
                }
                Ok(sum)
            }))
            .is_ok()
        });
        assert!(tally.allocations <= children as usize / 12 + 10, "{children}: {tally:?}");
        assert_eq!(tally.bytes, 0);
    }
}

// rule: observe-memory
#[test]
fn an_observed_scope_takes_ten_allocations_and_four_per_child_with_its_handle() {
    let with = |children: u32| {
        settled(|| {
            let whole = scope(async |s: Scope<'_, u32>| {
                let mut sum = 0;
                for n in 0..children {
                    sum += s.spawn(yields(Ok(n))).await;
                }
                Ok(sum)
            });
            run(whole.observe(())).is_ok()
        })
    };
    let (none, some) = (with(0), with(100));
    assert!(none.allocations <= 10, "{none:?}");
    assert!(some.allocations <= 10 + 100 * 4, "{some:?}");
    assert_eq!((none.bytes, some.bytes), (0, 0));
}

// rule: scope-cost
#[test]
fn ten_thousand_pending_children_take_280_bytes_each_at_most() {
    const CHILDREN: usize = 10_000;
    let mut cx = Context::from_waker(Waker::noop());
    let (whole, tally) = count(|| {
        let mut whole = Box::pin(scope(async |s: Scope<'_, u32>| -> Output {
            for _ in 0..CHILDREN {
                s.spawn(async { Ok(Pending([0; 4]).await) });
            }
            pending().await
        }));
        for _ in 0..CHILDREN / 32 {
            assert!(whole.as_mut().poll(&mut cx).is_pending());
        }
        whole
    });
    let per_child = tally.bytes as f64 / CHILDREN as f64;
    assert!(per_child <= 280.0, "{per_child} bytes");
    drop(whole);
}
