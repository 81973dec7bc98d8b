//! No child starves another, and no set its task's neighbours.

use crate::verbs::VERBS;
use ringfence_core::{JoinSet, gather, race};
use ringfence_test::{CountingWaker, Probe, Stepper, run};
use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

/// Ends never, and wakes itself in each poll.
fn restless<T>() -> impl Future<Output = T> {
    poll_fn(|cx: &mut Context<'_>| {
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

// trap: T15
#[test]
fn a_child_that_wakes_itself_for_ever_does_not_keep_others_from_being_polled() {
    for others in [1, 3, 10, 61, 62, 100, 500] {
        for restless_ones in [1, 2, 70] {
            let woken = Probe::<u32>::pending();
            let control = woken.controller();
            let mut children: Vec<Boxed<u32>> = Vec::new();
            children.extend((0..restless_ones).map(|_| Box::pin(restless()) as Boxed<u32>));
            children.extend((1..others).map(|_| Box::pin(Probe::pending()) as Boxed<u32>));
            children.push(Box::pin(woken));
            let mut winner = Stepper::new(race(children));
            for _ in 0..20 {
                assert!(winner.step().is_pending());
            }
            control.complete(7);
            let steps = (0..5).find(|_| winner.step() == Poll::Ready(7));
            assert!(steps.is_some(), "{restless_ones} restless starve one of {others}");
        }
    }
}

// trap: T15
#[test]
fn a_turn_ends_although_a_child_always_wakes_itself_and_asks_for_the_next() {
    let set = RefCell::new(JoinSet::from_iter([restless::<()>()]));
    let polls = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&polls);
    let mut turns = Stepper::new(poll_fn(|cx| {
        *counted.borrow_mut() += 1;
        set.borrow_mut().poll_next(cx)
    }));
    for turn in 1..=3 {
        assert!(turns.step().is_pending());
        assert!(turns.is_woken(), "or nobody would poll it again");
        assert_eq!(*polls.borrow(), turn);
    }
}

// rule: fair-rounds
// trap: T15
#[test]
fn a_child_that_is_woken_in_the_first_turn_is_polled_in_its_next_round() {
    let patient = Probe::<()>::pending();
    let (control, watched) = (patient.controller(), patient.controller());
    let before = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&before);
    let mut rounds = 0;
    let children: [Boxed<()>; 3] = [
        Box::pin(patient),
        Box::pin(poll_fn(move |_| {
            control.wake();
            Poll::Pending
        })),
        // By the waker that it is lent, of which it keeps none.
        Box::pin(poll_fn(move |cx: &mut Context<'_>| {
            rounds += 1;
            if watched.polls() == 2 {
                seen.borrow_mut().get_or_insert(rounds);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })),
    ];
    let mut set = JoinSet::from_iter(children);
    assert!(Stepper::new(poll_fn(|cx| set.poll_next(cx))).step().is_pending());
    assert_eq!(*before.borrow(), Some(2), "the round in which it was polled again");
}

// trap: T15
// rule: fair-rounds
#[test]
fn no_child_is_polled_twice_before_each_that_was_woken_is_polled_once() {
    for len in [2, 5, 62, 63, 200] {
        let order = Arc::new(Mutex::new(Vec::new()));
        let children: Vec<_> = (0..len)
            .map(|place| {
                let order = Arc::clone(&order);
                Probe::yields(3, ()).on_poll(move |_| order.lock().unwrap().push(place))
            })
            .collect();
        assert!(Stepper::new(gather(children)).run_until_stalled().is_ready());
        let order = order.lock().unwrap();
        for (round, polled) in order.chunks(len).enumerate() {
            let mut polled = polled.to_vec();
            polled.sort_unstable();
            assert_eq!(polled, Vec::from_iter(0..len), "round {round}");
        }
        assert_eq!(order.len(), 4 * len);
    }
}

// trap: T15
// rule: order-first-polls
#[test]
fn children_are_first_polled_in_the_order_given() {
    for verb in VERBS {
        let order = Arc::new(Mutex::new(Vec::new()));
        let (_family, children) = crate::family::Family::new(12);
        let noted = children.into_iter().enumerate().map(|(place, child)| {
            let order = Arc::clone(&order);
            child.on_poll(move |_| order.lock().unwrap().push(place))
        });
        let mut running = Stepper::new((verb.run)(noted.collect()));
        assert!(running.step().is_pending());
        assert_eq!(*order.lock().unwrap(), Vec::from_iter(0..12), "{:?}", verb.name);
    }
}

// trap: T15
// rule: order-polls
#[test]
fn children_beyond_a_chunk_that_were_woken_first_are_polled_first() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let children: Vec<_> = (0..200)
        .map(|place| {
            let order = Arc::clone(&order);
            Probe::<()>::pending().on_poll(move |poll| {
                if poll == 2 {
                    order.lock().unwrap().push(place);
                }
            })
        })
        .collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut all = Stepper::new(gather(children));
    assert!(all.run_until_stalled().is_pending());
    // One of each chunk, the last first.
    for place in [190, 130, 70, 5] {
        controls[place].wake();
    }
    assert!(all.step().is_pending());
    assert_eq!(*order.lock().unwrap(), [190, 130, 70, 5]);
}

// trap: T15
#[test]
fn a_wake_from_outside_is_served_while_children_wake_themselves_within() {
    // Wakes from outside wait in a queue of their own, which must not be the last to be served.
    let woken = Probe::<()>::pending();
    let control = woken.controller();
    let mut children: Vec<Boxed<()>> = (0..300).map(|_| Box::pin(restless()) as _).collect();
    children.push(Box::pin(woken));
    let mut set: JoinSet<_> = children.into_iter().collect();
    let counter = CountingWaker::new();
    let waker = counter.waker();
    let mut poll = || set.poll_next(&mut Context::from_waker(&waker)).is_ready();
    for _ in 0..20 {
        assert!(!poll());
    }
    control.complete(());
    assert!((0..12).any(|_| poll()), "301 children take 5 turns of 64");
}

/// How many polls of a turn may find a child pending.
const PENDING: usize = 64;

// rule: timeout-last-look
#[test]
fn a_child_that_has_woken_itself_by_the_time_that_is_up_is_polled_again_and_not_for_ever() {
    run(0, async {
        // The first turn leaves it woken.
        let ends = gather([Probe::yields(PENDING, 7)]).timeout(Duration::ZERO);
        assert_eq!(ends.await, Ok([7]));
        let endless = Probe::yields(usize::MAX, 7);
        let control = endless.controller();
        assert!(gather([endless]).timeout(Duration::ZERO).await.is_err());
        assert!(control.polls() <= 3 * PENDING, "polled {} times", control.polls());
    });
}

// rule: timeout-last-look
#[test]
fn the_last_of_three_turns_of_children_is_polled_when_the_time_is_up() {
    let last = 3 * PENDING - 1;
    let child = |place| if place == last { Probe::ready(7) } else { Probe::pending() };
    run(0, async {
        assert_eq!(race((0..=last).map(child)).timeout(Duration::ZERO).await, Ok(7));
    });
}
