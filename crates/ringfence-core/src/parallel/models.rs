//! Every interleaving of what a parent and its shards do to their exchange.
//!
//! A wake that is lost is a deadlock, which loom finds.

extern crate std;

use super::{
    end::{End, Ends},
    exchange::{Exchange, Inflow, Taken},
};
use crate::{cancel::drain::Drain, sync::models::assert_all_seen};
use alloc::{sync::Arc, vec, vec::Vec};
use core::{
    future::poll_fn,
    num::NonZeroUsize,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    task::{Poll, ready},
};
use loom::{future::block_on, thread};

type Of = Exchange<usize, ()>;

fn exchange() -> Arc<Of> {
    Arc::new(Exchange::new(const { NonZeroUsize::new(2).unwrap() }))
}

/// The end of the child at a place.
fn ended(place: usize) -> End<()> {
    End { place, result: Ok(()), left: Drain::new() }
}

/// Takes children as a shard does, and tells of their ends, until there are none.
fn serve(exchange: &Of, shard: usize) -> Vec<usize> {
    let mut served = Vec::new();
    block_on(poll_fn(|cx| {
        loop {
            let mut batch = Vec::new();
            match exchange.take(shard, &mut batch) {
                Taken::From(first) => {
                    assert_eq!(batch, [first], "a few are taken one by one");
                    let mut ends = vec![ended(first)];
                    exchange.tell(&mut ends);
                    assert!(ends.is_empty());
                    served.push(first);
                }
                Taken::Nothing => ready!(exchange.wait(shard, cx)),
                Taken::Over => return Poll::Ready(()),
            }
        }
    }));
    served
}

/// Hears of so many ends.
fn hear(exchange: &Of, mut missing: usize) {
    let mut ends = Ends::new();
    block_on(poll_fn(|cx| {
        while missing > 0 {
            if exchange.hear(&mut ends, cx).is_pending() {
                return Poll::Pending;
            }
            missing -= ends.drain(..).count();
        }
        Poll::Ready(())
    }));
}

#[test]
fn children_that_are_handed_over_one_by_one_are_all_taken_and_heard_of() {
    static SEEN: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
    loom::model(|| {
        let exchange = exchange();
        let shards = [0, 1].map(|shard| {
            let exchange = exchange.clone();
            thread::spawn(move || serve(&exchange, shard))
        });
        exchange.hand_over(&mut [0].into(), Inflow::Open);
        exchange.hand_over(&mut [1].into(), Inflow::Over);
        hear(&exchange, 2);
        let [first, second] = shards.map(|shard| shard.join().unwrap());
        let mut all = [&first[..], &second].concat();
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
        SEEN[usize::from(first.len() == 1)].fetch_add(1, Relaxed);
    });
    assert_all_seen(&SEEN);
}

#[test]
fn what_a_shard_was_woken_for_that_leaves_is_taken_by_another() {
    static SEEN: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
    loom::model(|| {
        let exchange = exchange();
        let stays = {
            let exchange = exchange.clone();
            let mut batch = Vec::new();
            thread::spawn(move || {
                block_on(poll_fn(|cx| {
                    loop {
                        match exchange.take(0, &mut batch) {
                            Taken::From(first) => return Poll::Ready(first),
                            Taken::Nothing => ready!(exchange.wait(0, cx)),
                            Taken::Over => unreachable!("it is open"),
                        }
                    }
                }))
            })
        };
        let leaves = {
            let exchange = exchange.clone();
            thread::spawn(move || {
                let mut batch = Vec::new();
                // It waits, perhaps, and is lost without another look.
                let mut cx = core::task::Context::from_waker(core::task::Waker::noop());
                let waits = match exchange.take(1, &mut batch) {
                    Taken::Nothing => Some(exchange.wait(1, &mut cx).is_pending()),
                    _ => None,
                };
                exchange.leave(1);
                (waits, batch.len())
            })
        };
        exchange.hand_over(&mut [0].into(), Inflow::Open);
        let (waits, len) = leaves.join().unwrap();
        if waits.is_none() {
            exchange.hand_over(&mut [1].into(), Inflow::Open);
        }
        assert_eq!(stays.join().unwrap(), len);
        SEEN[waits.map_or(0, |waits| 1 + usize::from(waits))].fetch_add(1, Relaxed);
    });
    assert_all_seen(&SEEN);
}

#[test]
fn once_it_is_stopped_every_child_and_every_end_is_somewhere() {
    static SEEN: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
    loom::model(|| {
        let exchange = exchange();
        exchange.hand_over(&mut [0].into(), Inflow::Open);
        let shard = {
            let exchange = exchange.clone();
            thread::spawn(move || {
                let mut batch = Vec::new();
                let mut ends = Ends::new();
                if let Taken::From(first) = exchange.take(0, &mut batch) {
                    ends.push(ended(first));
                    exchange.tell(&mut ends);
                }
                ends.len()
            })
        };
        let (queue, heard) = exchange.stop();
        let kept = shard.join().unwrap();
        assert!(exchange.is_stopped());
        assert_eq!(queue.len() + heard.len() + kept, 1);
        SEEN[heard.len() + 2 * kept].fetch_add(1, Relaxed);
    });
    assert_all_seen(&SEEN);
}
