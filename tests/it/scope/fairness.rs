//! Body and children run together, and none of them keeps another from it.

use super::{Output, Said, Why, step};
use ringfence_core::{Scope, scope, sleep};
use ringfence_test::{Probe, Stepper, explore_seeds, run};
use std::{
    future::{Future, pending, poll_fn},
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::Mutex;

/// Ends never, and wakes itself in each poll.
fn restless<T>() -> impl Future<Output = T> {
    poll_fn(|cx: &mut Context<'_>| {
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

// trap: T14
// rule: scope-together
#[test]
fn a_body_that_awaits_a_lock_for_which_a_child_is_queued_gets_it() {
    explore_seeds(0..50, || async {
        let lock = Mutex::new(0);
        let add = async |pause| {
            let mut sum = lock.lock().await;
            sleep(Duration::from_millis(pause)).await;
            *sum += 1;
            Ok::<_, Why>(*sum)
        };
        let whole = scope(async |s| {
            let first = s.spawn(add(10));
            s.spawn(add(10));
            let first = first.await;
            // The second child is before it in the queue, and holds the lock soon.
            let mut sum = lock.lock().await;
            *sum += 1;
            Ok((first, *sum))
        });
        assert_eq!(whole.await.unwrap(), (1, 3));
    });
}

// trap: T15
// rule: scope-together
#[test]
fn a_body_that_wakes_itself_for_ever_does_not_keep_children_from_being_polled() {
    for others in [1, 61, 62, 500] {
        let child = Probe::<Output>::pending();
        let control = child.controller();
        let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
            for _ in 1..others {
                s.spawn(Probe::<Output>::pending());
            }
            s.spawn(child);
            restless().await
        }));
        for _ in 0..20 {
            assert_eq!(step(&mut whole), Said::Pending);
        }
        control.complete(Err("seen"));
        let seen = (0..5).any(|_| step(&mut whole) != Said::Pending);
        assert!(seen, "the body starves one of {others}");
    }
}

// trap: T15
// rule: scope-together
#[test]
fn children_and_daemons_that_wake_themselves_for_ever_do_not_keep_the_body_from_being_polled() {
    for others in [1, 61, 62, 500] {
        let body = Probe::<Output>::pending();
        let control = body.controller();
        let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
            for n in 0..others {
                match n % 2 {
                    0 => drop(s.daemon(restless::<()>())),
                    _ => drop(s.spawn(restless::<()>())),
                }
            }
            body
        }));
        for _ in 0..20 {
            assert_eq!(step(&mut whole), Said::Pending);
        }
        control.complete(Err("seen"));
        // A turn is 64 polls; within two rounds of all that are woken.
        let turns = 2 * (others / 64 + 1);
        let seen = (0..turns).any(|_| step(&mut whole) != Said::Pending);
        assert!(seen, "{others} starve the body");
    }
}

// trap: T15
// rule: scope-together
#[test]
fn a_body_that_spawns_for_ever_does_not_keep_the_task_from_its_turn() {
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
        loop {
            // Each child ends at once, and wakes the body.
            s.spawn(async { Ok(1) }).await;
        }
    }));
    for _ in 0..3 {
        assert_eq!(step(&mut whole), Said::Pending);
        assert!(whole.is_woken());
    }
}

// trap: T24
// rule: poll-only-woken
#[test]
fn a_wake_of_one_child_is_a_poll_of_that_child() {
    let children = [(); 100].map(|()| Probe::<Output>::pending());
    let controls = children.each_ref().map(Probe::controller);
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
        for child in children {
            s.spawn(child);
        }
        pending().await
    }));
    while whole.steps() == 0 || whole.is_woken() {
        assert_eq!(step(&mut whole), Said::Pending);
    }
    for control in &controls {
        assert_eq!(control.polls(), 1);
        control.wake();
        assert_eq!(step(&mut whole), Said::Pending);
        assert_eq!(control.polls(), 2);
    }
    assert_eq!(controls.iter().map(|control| control.polls()).sum::<usize>(), 200);
}

// rule: timeout-last-look
#[test]
fn the_last_of_three_turns_of_children_is_polled_when_the_time_of_the_scope_is_up() {
    // So many polls of a turn may find a child pending.
    let children = Vec::from_iter((0..3 * 64).map(|_| Probe::<Output>::pending()));
    let controls = Vec::from_iter(children.iter().map(Probe::controller));
    let whole = scope(async |s: Scope<'_, Why>| -> Output {
        children.into_iter().for_each(|child| drop(s.spawn(child)));
        pending().await
    });
    assert!(run(0, whole.timeout(Duration::ZERO)).is_err());
    assert!(controls.iter().all(|control| control.polls() == 1));
}

// rule: timeout-last-look
#[test]
fn a_child_that_wakes_itself_for_ever_does_not_keep_a_scope_whose_time_is_up() {
    let endless = Probe::<Output>::yields(usize::MAX, Ok(1));
    let control = endless.controller();
    let whole = scope(async |s: Scope<'_, Why>| -> Output {
        s.spawn(endless);
        pending().await
    });
    assert!(run(0, whole.timeout(Duration::ZERO)).is_err());
    assert!(control.polls() <= 3 * 64, "polled {} times", control.polls());
}
