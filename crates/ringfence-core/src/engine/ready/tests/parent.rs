//! Parents' wakers are foreign code.

use super::*;
use crate::{
    engine::parents::{on_drop, on_wake},
    outcome::catch,
};
use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Mutex, PoisonError, mpsc};

/// With one header, and with two.
const SIZES: [usize; 2] = [2, WIDTH + 2];

/// A set that its parent's waker can get at.
struct Shared(Mutex<Option<Ready>>);

impl Shared {
    fn new(ready: Ready) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(ready))))
    }

    fn with<R>(&self, f: impl FnOnce(&mut Ready) -> R) -> R {
        f(self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().unwrap())
    }

    fn take(&self) -> Option<Ready> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

type Run = Box<dyn Fn() + Send>;

// trap: T22
#[test]
fn a_wake_reaches_the_last_parent_only() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        let (first, first_waker) = Parent::new();
        let (second, second_waker) = Parent::new();
        assert_eq!(turn(&mut ready, &first_waker), []);
        assert_eq!(turn(&mut ready, &second_waker), []);
        drop(first_waker);
        assert_eq!(Arc::strong_count(&first), 1, "the old waker is not kept");
        wakers[n - 1].wake_by_ref();
        assert_eq!((first.wakes(), second.wakes()), (0, 1));
        assert_eq!(turn(&mut ready, &second_waker), [n - 1]);
    }
}

#[test]
fn the_same_parent_is_registered_once() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        let (parent, waker) = Parent::new();
        for _ in 0..3 {
            assert_eq!(turn(&mut ready, &waker), []);
            wakers[0].wake_by_ref();
            assert_eq!(turn(&mut ready, &waker), [0]);
            assert_eq!(Arc::strong_count(&parent), 3);
        }
    }
}

// trap: T9
#[test]
fn a_parent_may_wake_children_when_it_is_woken() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        let woken = Arc::new(AtomicUsize::new(0));
        let waker = on_wake({
            let (wakers, woken) = (wakers.clone(), woken.clone());
            move || {
                woken.fetch_add(1, Ordering::Relaxed);
                wakers.iter().for_each(Waker::wake_by_ref);
            }
        });
        assert_eq!(turn(&mut ready, &waker), []);
        wakers[1].wake_by_ref();
        assert_eq!(woken.load(Ordering::Relaxed), 1);
        let mut found = turn(&mut ready, &waker);
        found.sort_unstable();
        assert_eq!(found, Vec::from_iter(0..n));
    }
}

// trap: T9
#[test]
fn a_parent_may_poll_the_set_when_it_is_woken() {
    for n in SIZES {
        for parents in [1, 2] {
            let (ready, wakers) = set_of(n);
            let set = Shared::new(ready);
            let polls = Arc::new(AtomicUsize::new(0));
            let found = Arc::new(Mutex::new(Vec::new()));
            // An executor that polls its task where it is woken, again while it was woken
            // meanwhile, and with a new waker each time if there are two.
            let running = Arc::new(AtomicBool::new(false));
            let again = Arc::new(AtomicBool::new(false));
            let run: Arc<Mutex<Option<Run>>> = Arc::default();
            let task = || {
                let (running, again, run) = (running.clone(), again.clone(), run.clone());
                on_wake(move || {
                    again.store(true, Ordering::Relaxed);
                    if !running.swap(true, Ordering::Relaxed) {
                        while again.swap(false, Ordering::Relaxed) {
                            run.lock().unwrap().as_ref().unwrap()();
                        }
                        running.store(false, Ordering::Relaxed);
                    }
                })
            };
            let task_wakers: Vec<Waker> = (0..parents).map(|_| task()).collect();
            *run.lock().unwrap() = Some(Box::new({
                let (set, polls, found) = (set.clone(), polls.clone(), found.clone());
                let task_wakers = task_wakers.clone();
                move || {
                    let poll = polls.fetch_add(1, Ordering::Relaxed);
                    assert!(poll <= 2 * n, "a poll for each wake, and one after it at the most");
                    let parent = &task_wakers[poll % task_wakers.len()];
                    found.lock().unwrap().extend(set.with(|ready| turn(ready, parent)));
                }
            }));
            task_wakers[0].wake_by_ref();
            for (index, waker) in wakers.iter().enumerate() {
                waker.wake_by_ref();
                assert_eq!(found.lock().unwrap().last(), Some(&index));
            }
            assert_eq!(*found.lock().unwrap(), Vec::from_iter(0..n));
            // A cycle: the task's waker knows the task, which knows its waker.
            *run.lock().unwrap() = None;
        }
    }
}

#[test]
fn a_parent_may_drop_the_set_when_it_is_woken_and_is_not_kept_then() {
    for n in SIZES {
        let (ready, wakers) = set_of(n);
        let set = Shared::new(ready);
        let dropped = Arc::new(AtomicBool::new(false));
        struct Told(Arc<AtomicBool>);
        impl Drop for Told {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let waker = on_wake({
            let (set, told) = (set.clone(), Told(dropped.clone()));
            move || {
                let _ = &told;
                drop(set.take());
            }
        });
        assert_eq!(set.with(|ready| turn(ready, &waker)), []);
        drop(waker);
        wakers[n - 1].wake_by_ref();
        assert!(set.take().is_none());
        assert!(dropped.load(Ordering::Relaxed), "wakers of children do not keep the parent's");
        wakers.iter().for_each(Waker::wake_by_ref);
    }
}

#[test]
fn a_parent_that_polls_and_then_drops_the_set_when_it_is_woken_is_not_kept() {
    for n in SIZES {
        let (ready, wakers) = set_of(n);
        let set = Shared::new(ready);
        let (second, second_waker) = Parent::new();
        let waker = on_wake({
            let (set, second_waker) = (set.clone(), second_waker.clone());
            move || {
                assert_eq!(set.with(|ready| turn(ready, &second_waker)), [1]);
                drop(set.take());
            }
        });
        assert_eq!(set.with(|ready| turn(ready, &waker)), []);
        wakers[1].wake_by_ref();
        assert_eq!(second.wakes(), 0);
        drop((waker, second_waker));
        assert_eq!(Arc::strong_count(&second), 1);
    }
}

#[test]
fn the_set_may_grow_while_its_parent_is_woken() {
    let (ready, wakers) = set_of(2);
    let set = Shared::new(ready);
    let waker = on_wake({
        let (set, wakers) = (set.clone(), wakers.clone());
        move || {
            set.with(|ready| {
                ready.add_header();
                ready.mark(1, 1);
            });
            wakers[1].wake_by_ref();
        }
    });
    assert_eq!(set.with(|ready| turn(ready, &waker)), []);
    wakers[0].wake_by_ref();
    let (parent, waker) = Parent::new();
    let mut found = set.with(|ready| turn(ready, &waker));
    found.sort_unstable();
    assert_eq!(found, [0, 1, WIDTH]);
    wakers[0].wake_by_ref();
    assert_eq!(parent.wakes(), 1);
}

#[cfg(feature = "std")]
#[test]
fn a_parent_that_panics_is_woken_by_the_next_wake_after_the_next_turn() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        let waker = on_wake(|| panic!("not now"));
        assert_eq!(turn(&mut ready, &waker), []);
        for by_value in [false, true] {
            let child = wakers[1].clone();
            let panic = catch(|| if by_value { child.wake() } else { child.wake_by_ref() });
            assert_eq!(panic.unwrap_err().message(), Some("not now"));
            wakers[0].wake_by_ref();
            let mut found = turn(&mut ready, &waker);
            found.sort_unstable();
            assert_eq!(found, [0, 1]);
        }
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), []);
        wakers[0].wake_by_ref();
        assert_eq!(parent.wakes(), 1);
    }
}

#[cfg(feature = "std")]
#[test]
fn a_parent_that_polls_and_then_panics_when_it_is_woken_is_woken_again() {
    for n in SIZES {
        let (ready, wakers) = set_of(n);
        let set = Shared::new(ready);
        let (second, second_waker) = Parent::new();
        let waker = on_wake({
            let set = set.clone();
            move || {
                assert_eq!(set.with(|ready| turn(ready, &second_waker)), [1]);
                panic!("polled");
            }
        });
        assert_eq!(set.with(|ready| turn(ready, &waker)), []);
        let panic = catch(|| wakers[1].wake_by_ref()).unwrap_err();
        assert_eq!(panic.message(), Some("polled"));
        assert_eq!(second.wakes(), 1, "the set could not park while it was rung for");
        // A cycle: the set knows its parent's waker, which knows the set.
        drop(set.take());
    }
}

#[test]
fn the_drop_of_an_old_parents_waker_may_wake_children() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        let old = on_drop({
            let child = wakers[n - 1].clone();
            move || child.wake_by_ref()
        });
        assert_eq!(turn(&mut ready, &old), []);
        drop(old);
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), [n - 1]);
        assert_eq!(parent.wakes(), 0);
    }
}

#[test]
fn a_parent_dropped_with_the_set_may_wake_children() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        let waker = on_drop(move || wakers.iter().for_each(Waker::wake_by_ref));
        assert_eq!(turn(&mut ready, &waker), []);
        drop(waker);
        drop(ready);
    }
}

#[test]
fn a_set_may_be_its_own_childs_parent() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        assert_eq!(turn(&mut ready, &wakers[0]), []);
        wakers[1].wake_by_ref();
        let (_parent, waker) = Parent::new();
        let mut found = turn(&mut ready, &waker);
        found.sort_unstable();
        assert_eq!(found, [0, 1]);
    }
}

#[test]
fn a_set_polled_by_another_parent_while_it_is_rung_for_wakes_that_one_afterwards() {
    for n in SIZES {
        let (mut ready, wakers) = set_of(n);
        let (rings, rung) = mpsc::channel();
        let (goes_on, may_go_on) = mpsc::channel();
        let may_go_on = Mutex::new(may_go_on);
        let first = on_wake(move || {
            rings.send(()).unwrap();
            may_go_on.lock().unwrap().recv().unwrap();
        });
        assert_eq!(turn(&mut ready, &first), []);
        let other = wakers[1].clone();
        let waking = thread::spawn(move || other.wake());
        rung.recv().unwrap();
        // Asked twice, by two parents: the last one counts.
        let (second, second_waker) = Parent::new();
        assert_eq!(turn(&mut ready, &second_waker), [1]);
        let (third, third_waker) = Parent::new();
        assert_eq!(turn(&mut ready, &third_waker), []);
        wakers[0].wake_by_ref();
        assert_eq!(third.wakes(), 0, "it is woken when the ringing is over");
        goes_on.send(()).unwrap();
        waking.join().unwrap();
        assert_eq!((second.wakes(), third.wakes()), (0, 1));
        assert_eq!(turn(&mut ready, &third_waker), [0]);
        wakers[1].wake_by_ref();
        assert_eq!(third.wakes(), 2);
    }
}
