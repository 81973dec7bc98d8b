//! Who is served when, and what becomes of the places of those who give up.

use super::{line_up, served};
use crate::verbs::caught;
use ringfence_core::Limiter;
use ringfence_test::{HookedWaker, Stepper, panicking_waker, poll_once};
use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    thread,
};

// rule: limiter-places
#[test]
fn places_are_taken_at_once_while_they_are_free_and_given_back_on_drop() {
    let limiter = Limiter::new(3);
    let two = served(&mut Stepper::new(limiter.acquire(2)));
    assert_eq!((two.weight(), limiter.available(), limiter.capacity()), (2, 1, 3));
    let one = limiter.clone().try_acquire(1).unwrap();
    assert!(limiter.try_acquire(1).is_none());
    drop(two);
    assert_eq!(limiter.available(), 2);
    drop(one);
    assert_eq!(limiter.available(), 3);
}

// rule: limiter-fifo
#[test]
fn who_asks_for_many_is_not_starved_by_those_who_ask_for_few() {
    let limiter = Limiter::new(3);
    let [a, b, c] = [1, 1, 1].map(|weight| limiter.try_acquire(weight).unwrap());
    let mut many = line_up(&limiter, 3);
    let mut few = line_up(&limiter, 1);
    drop(a);
    drop(b);
    assert!(!many.is_woken() && !few.is_woken(), "two are free, and the first wants three");
    assert!(limiter.try_acquire(1).is_none(), "nobody jumps the line");
    assert!(Stepper::new(limiter.acquire(1)).step().is_pending());
    drop(c);
    let permit = served(&mut many);
    assert!(!few.is_woken());
    drop(permit);
    assert_eq!((few.wakes(), served(&mut few).weight()), (1, 1));
}

// rule: limiter-fifo
// case: LI-12
#[test]
fn a_place_that_was_granted_is_nobody_elses() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire(1).unwrap();
    let mut waiting = line_up(&limiter, 1);
    drop(permit);
    assert!(waiting.is_woken());
    assert_eq!(limiter.available(), 0);
    assert!(limiter.try_acquire(1).is_none());
    assert_eq!(served(&mut waiting).weight(), 1);
}

// rule: limiter-fifo
#[test]
fn several_are_served_by_one_who_gives_back_many() {
    let limiter = Limiter::new(4);
    let permit = limiter.try_acquire(4).unwrap();
    let mut waiting = [1, 2, 2].map(|weight| line_up(&limiter, weight));
    drop(permit);
    assert_eq!(waiting.each_ref().map(|waiting| waiting.is_woken()), [true, true, false]);
    assert_eq!(limiter.available(), 1);
    let permits = [served(&mut waiting[1]), served(&mut waiting[0])];
    assert!(waiting[2].run_until_stalled().is_pending());
    drop(permits);
    assert_eq!(served(&mut waiting[2]).weight(), 2);
}

// rule: limiter-safe
#[test]
fn who_gives_up_leaves_its_place_in_line_to_those_behind() {
    let limiter = Limiter::new(2);
    let permit = limiter.try_acquire(1).unwrap();
    let (many, mut few) = (line_up(&limiter, 2), line_up(&limiter, 1));
    drop(many);
    assert_eq!(served(&mut few).weight(), 1);
    drop(permit);
    assert_eq!(limiter.available(), 2);
}

// rule: limiter-safe
#[test]
fn who_was_woken_and_gives_up_passes_the_wake_on() {
    let limiter = Limiter::new(2);
    let permit = limiter.try_acquire(2).unwrap();
    let woken = line_up(&limiter, 2);
    let mut behind = [line_up(&limiter, 1), line_up(&limiter, 1)];
    drop(permit);
    assert!(woken.is_woken() && !behind[0].is_woken());
    drop(woken);
    let permits = [served(&mut behind[0]), served(&mut behind[1])];
    assert_eq!(limiter.available(), 0);
    drop(permits);
    assert_eq!(limiter.available(), 2);
}

// rule: limiter-safe
#[test]
fn who_is_polled_with_another_waker_is_woken_by_that() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire(1).unwrap();
    let mut waiting = line_up(&limiter, 1);
    let old = waiting.change_waker();
    assert!(waiting.step().is_pending());
    drop(permit);
    assert_eq!((old.wakes(), waiting.waker().wakes()), (0, 1));
    assert_eq!(old.held(), 0, "nobody keeps the old one");
}

// rule: limiter-weight
#[test]
fn more_places_than_there_are_is_an_error_at_once() {
    let limiter = Limiter::new(3);
    let refused = caught(|| drop(limiter.acquire(4))).unwrap_err();
    assert_eq!(refused, "4 places of a limiter that has 3");
    assert!(caught(|| limiter.try_acquire(4)).is_err());
    assert!(caught(|| Limiter::new(0)).is_err());
    assert_eq!(served(&mut Stepper::new(limiter.acquire(3))).weight(), 3);
}

// rule: limiter-weight
#[test]
fn no_places_are_granted_when_its_turn_has_come() {
    let limiter = Limiter::new(1);
    assert_eq!(served(&mut Stepper::new(limiter.acquire(0))).weight(), 0);
    let permit = limiter.try_acquire(1).unwrap();
    let (mut one, mut none) = (line_up(&limiter, 1), line_up(&limiter, 0));
    drop(permit);
    let one = served(&mut one);
    assert_eq!(served(&mut none).weight(), 0);
    drop(one);
}

#[test]
#[should_panic = "`acquire` was polled after it had resolved"]
fn who_has_its_places_is_not_polled_again() {
    let limiter = Limiter::new(1);
    let mut taken = Stepper::new(limiter.acquire(1));
    assert!(taken.step().is_ready());
    let _ = taken.step();
}

// rule: limiter-wakers
#[test]
fn a_waker_may_ask_the_limiter_and_panic_and_all_are_woken() {
    let limiter = Limiter::new(3);
    let permit = limiter.try_acquire(3).unwrap();
    let available = Arc::new(Mutex::new(Vec::new()));
    let hook = HookedWaker::new().on_wake({
        let (limiter, available) = (limiter.clone(), Arc::clone(&available));
        // It finds the limiter whole, and nobody else waiting for a lock.
        move || available.lock().unwrap().push(limiter.available())
    });
    let hook = hook.into_waker();
    let mut asks = pin!(limiter.acquire(1));
    assert!(poll_once(asks.as_mut(), &hook).is_pending());
    let mut panics = pin!(limiter.acquire(1));
    assert!(poll_once(panics.as_mut(), &panicking_waker("a waker panics")).is_pending());
    let mut last = line_up(&limiter, 1);
    assert!(caught(|| drop(permit)).is_err());
    assert_eq!(*available.lock().unwrap(), [0]);
    assert_eq!(served(&mut last).weight(), 1);
    assert!(matches!(poll_once(asks, &hook), Poll::Ready(_)));
}

// rule: limiter-fifo
#[test]
fn against_a_model_of_a_line_nobody_is_forgotten() {
    // A small generator is enough, and is the same everywhere.
    let mut seed = 1_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((seed >> 33) % below) as usize
    };
    for _ in 0..200 {
        let capacity = 1 + random(6);
        let limiter = Limiter::new(capacity);
        let mut free = capacity;
        let mut line = VecDeque::new();
        let (mut waiting, mut permits) = (Vec::new(), Vec::new());
        for name in 0..60 {
            match random(4) {
                0 | 1 => {
                    let weight = random(capacity as u64 + 1);
                    let mut new = Stepper::new(limiter.acquire(weight));
                    match new.step() {
                        Poll::Ready(permit) => {
                            assert!(line.is_empty() && weight <= free);
                            free -= weight;
                            permits.push(permit);
                        }
                        Poll::Pending => {
                            assert!(!line.is_empty() || weight > free);
                            line.push_back((name, weight));
                            waiting.push((name, new));
                        }
                    }
                }
                2 if !permits.is_empty() => {
                    let permit = permits.swap_remove(random(permits.len() as u64));
                    free += permit.weight();
                }
                3 if !waiting.is_empty() => {
                    let (name, _) = waiting.swap_remove(random(waiting.len() as u64));
                    line.retain(|(other, _)| *other != name);
                }
                _ => {}
            }
            while let Some(&(name, weight)) = line.front() {
                if weight > free {
                    break;
                }
                free -= weight;
                line.pop_front();
                let place = waiting.iter().position(|(other, _)| *other == name).unwrap();
                let (_, mut first) = waiting.swap_remove(place);
                assert!(first.is_woken());
                permits.push(served(&mut first));
            }
            assert!(waiting.iter().all(|(_, waiting)| !waiting.is_woken()));
            assert_eq!(limiter.available(), free);
        }
    }
}

// rule: limiter-places
#[test]
fn from_many_threads_no_more_than_there_are_have_places() {
    let limiter = Limiter::new(3);
    let taken = Mutex::new(0);
    thread::scope(|threads| {
        for thread in 0..4 {
            let (limiter, taken) = (&limiter, &taken);
            threads.spawn(move || {
                for n in 0..500 {
                    let weight = 1 + (thread + n) % 3;
                    let permit = ringfence_core::block_on(limiter.acquire(weight));
                    let now = {
                        let mut taken = taken.lock().unwrap();
                        *taken += weight;
                        *taken
                    };
                    assert!(now <= 3);
                    *taken.lock().unwrap() -= weight;
                    drop(permit);
                }
            });
        }
    });
    assert_eq!(limiter.available(), 3);
}
