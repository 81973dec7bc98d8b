//! Whoever holds a scope may spawn for as long as the body or a regular child runs.

use super::{Output, Said, Why, failed, reason, step};
use ringfence_core::{Handle, Scope, SpawnError, scope, sleep};
use ringfence_test::{Controller, Probe, Stepper, explore_seeds};
use std::{
    future::{pending, ready},
    sync::{Arc, Barrier, Mutex},
    thread,
    time::Duration,
};
use tokio::sync::oneshot;

/// Spawns a probe when it is dropped.
struct SpawnsOnDrop<'env>(Scope<'env, Why>, Option<Probe<Output>>);

impl Drop for SpawnsOnDrop<'_> {
    fn drop(&mut self) {
        self.0.spawn(self.1.take().expect("it is dropped once"));
    }
}

// trap: T7
// rule: scope-spawn-any-time
#[test]
fn a_child_that_was_woken_late_spawns_the_one_who_helps_the_first() {
    explore_seeds(0..50, || async {
        let (helps, helped) = oneshot::channel();
        let (wakes, woken) = oneshot::channel();
        let sum = scope(async |s| {
            let first = s.spawn(async { helped.await.map_err(|_| "nobody helps") });
            s.spawn_with(async |s| {
                woken.await.unwrap();
                s.spawn(async { helps.send(3).unwrap() });
            });
            s.spawn(async {
                sleep(Duration::from_millis(10)).await;
                wakes.send(()).unwrap();
            });
            Ok(first.await)
        });
        assert_eq!(sum.await.unwrap(), 3);
    });
}

// trap: T7
// rule: scope-spawn-any-time
#[test]
fn a_child_that_another_thread_wakes_may_still_spawn() {
    let (wakes, woken) = oneshot::channel();
    let (helps, helped) = oneshot::channel();
    let thread = thread::spawn(move || wakes.send(()).unwrap());
    let sum = ringfence::block_on(scope(async |s| {
        s.spawn_with(async |s| {
            woken.await.unwrap();
            s.spawn(async { helps.send(3).unwrap() });
        });
        helped.await.map_err(|_| "nobody helps")
    }));
    thread.join().unwrap();
    assert_eq!(sum.unwrap(), 3);
}

// trap: T7
// rule: scope-spawn-any-time
#[test]
fn a_destructor_of_the_last_child_spawns_another_and_the_scope_waits_for_it() {
    let (last, late) = (Probe::<Output>::pending(), Probe::<Output>::pending());
    let controls = [last.controller(), late.controller()];
    let mut whole = Stepper::new(scope(|s| {
        let spawns = SpawnsOnDrop(s.clone(), Some(late));
        s.spawn(async move {
            let _spawns = spawns;
            last.await
        });
        ready(Ok(1))
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    controls[0].complete(Ok(0));
    assert_eq!(step(&mut whole), Said::Pending, "the late one runs");
    assert_eq!(controls[1].polls(), 1);
    controls[1].complete(Ok(0));
    assert_eq!(step(&mut whole), Said::Value(1));
    controls.iter().for_each(Controller::assert_sound);
}

// trap: T7
// rule: scope-closed-spawn
// rule: scope-drop-spawns
#[test]
fn a_destructor_that_spawns_when_the_scope_ends_is_refused_and_the_child_dropped_unpolled() {
    for how in ["dropped", "failed", "cancelled", "daemon"] {
        let (holder, late) = (Probe::<Output>::pending(), Probe::<Output>::pending());
        let controls = [holder.controller(), late.controller()];
        let failing = Probe::<Output>::pending();
        let control = failing.controller();
        let mut outside = None;
        let mut whole = Stepper::new(scope(|s| {
            outside = Some(s.clone());
            let spawns = SpawnsOnDrop(s.clone(), Some(late));
            let child = async move {
                let _spawns = spawns;
                holder.await
            };
            if how == "daemon" {
                s.daemon(child);
            } else {
                s.spawn(child);
            }
            s.spawn(failing);
            ready(Ok(1))
        }));
        assert_eq!(step(&mut whole), Said::Pending);
        match how {
            "dropped" => drop(whole),
            "failed" => {
                control.complete(Err("e"));
                assert_eq!(step(&mut whole), failed(&["child 1: e"]));
            }
            "cancelled" => {
                outside.as_ref().unwrap().cancel("enough");
                assert_eq!(step(&mut whole), Said::Value(1));
            }
            _ => {
                control.complete(Ok(2));
                assert_eq!(step(&mut whole), Said::Value(1));
            }
        }
        assert_eq!(controls[1].polls(), 0, "{how}");
        controls.iter().for_each(Controller::assert_sound);
    }
}

// trap: T7
// rule: scope-closed-spawn
#[test]
fn a_spawn_after_the_end_is_given_back_or_dropped_unpolled() {
    let mut outside = None;
    let mut whole = Stepper::new(scope(|s| {
        outside = Some(s);
        ready(Ok::<_, Why>(1))
    }));
    assert_eq!(step(&mut whole), Said::Value(1));
    let outside = outside.unwrap();

    let late = Probe::<Output>::pending();
    let control = late.controller();
    let Err(SpawnError::Closed(late)) = outside.try_spawn(late) else { panic!("it has ended") };
    let handle = outside.child().named("late").spawn(late);
    assert_eq!((control.polls(), control.drops()), (0, 1));
    assert_eq!((handle.name(), handle.is_finished()), (Some("late"), true));
    let outcome = ringfence::block_on(handle.outcome());
    assert_eq!(reason(outcome), "cancelled: the scope was closed");
}

// trap: T7
// rule: scope-cancelled-spawn
#[test]
fn a_spawn_into_a_cancelled_scope_is_given_back_even_before_the_scope_has_noticed() {
    let late = Probe::<Output>::pending();
    let control = late.controller();
    let mut whole = Stepper::new(scope(async |s| -> Output {
        s.cancel("enough");
        let Err(SpawnError::Cancelled(late)) = s.try_spawn(late) else { panic!("cancelled") };
        assert_eq!(reason(s.spawn(late).outcome().await), "cancelled: enough");
        Ok(3)
    }));
    assert_eq!(step(&mut whole), Said::Value(3), "the value was there in the same poll");
    assert_eq!((control.polls(), control.drops()), (0, 1));
}

// trap: T7
// rule: scope-spawn-any-time
#[test]
fn children_spawned_from_other_threads_are_polled_or_dropped_and_none_is_lost() {
    const THREADS: usize = 4;
    const EACH: usize = 500;
    for _ in 0..5 {
        let controls = Mutex::new(Vec::new());
        let start = Arc::new(Barrier::new(THREADS + 1));
        let mut outside = None;
        let (ends, end) = oneshot::channel::<()>();
        let whole = scope(|s: Scope<'_, Why>| {
            outside = Some(s);
            async move {
                end.await.map_err(|_| "nobody ends it")?;
                Ok(())
            }
        });
        let outside = outside.unwrap();
        let polled_or_dropped = thread::scope(|threads| {
            let spawners: Vec<_> = (0..THREADS)
                .map(|_| {
                    let (s, start, controls) = (outside.clone(), start.clone(), &controls);
                    threads.spawn(move || {
                        start.wait();
                        for n in 0..EACH {
                            let child = Probe::<Output>::yields(n % 3, Ok(0));
                            controls.lock().unwrap().push(child.controller());
                            let _ = s.try_spawn(child);
                        }
                    })
                })
                .collect();
            threads.spawn(move || {
                start.wait();
                // In the middle of it.
                thread::yield_now();
                ends.send(()).unwrap();
            });
            let ended = ringfence::block_on(whole);
            spawners.into_iter().for_each(|spawner| spawner.join().unwrap());
            ended
        });
        assert!(polled_or_dropped.is_ok());
        let controls = controls.into_inner().unwrap();
        assert_eq!(controls.len(), THREADS * EACH);
        for control in controls {
            control.assert_sound();
            assert!(control.has_ended() || control.polls() == 0, "it was admitted, and then cut");
        }
    }
}

// rule: scope-spawn-begins
#[test]
fn children_begin_in_the_order_of_their_spawns_after_the_bodys_poll() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let child = |name: u32| {
        let order = order.clone();
        Probe::<Output>::pending().on_poll(move |_| order.lock().unwrap().push(name))
    };
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
        for name in 1..=100 {
            s.spawn(child(name));
        }
        order.lock().unwrap().push(0);
        pending().await
    }));
    while whole.steps() == 0 || whole.is_woken() {
        assert_eq!(step(&mut whole), Said::Pending);
    }
    assert_eq!(*order.lock().unwrap(), (0..=100).collect::<Vec<_>>());
}

/// Spawns when it is dropped, and keeps the handle.
struct KeepsHandle<'env>(Scope<'env, Why>, Arc<Mutex<Option<Handle<u32>>>>);

impl Drop for KeepsHandle<'_> {
    fn drop(&mut self) {
        *self.1.lock().unwrap() = Some(self.0.spawn(async { Ok(1) }));
    }
}

// rule: scope-closed-spawn
#[test]
fn who_is_refused_is_told_why_the_scope_ends_though_its_token_was_cancelled_too() {
    let refused = Arc::new(Mutex::new(None));
    let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
        let spawns = KeepsHandle(s.clone(), refused.clone());
        s.spawn(async move {
            let _spawns = spawns;
            pending::<Output>().await
        });
        assert!(s.token().cancel("enough"));
        Err("e")
    }));
    assert_eq!(step(&mut whole), failed(&["body: e"]));
    let handle = refused.lock().unwrap().take().unwrap();
    let outcome = ringfence::block_on(handle.outcome());
    assert_eq!(reason(outcome), "cancelled: a sibling failed");
}
