//! A verb that has ended says so when it is polled again, and its outputs are dropped once.

use crate::verbs::caught;
use ringfence_core::{
    CancelToken, JoinSet, as_completed, gather, race, race_ok, settle, timeout, try_gather, until,
    wait,
};
use ringfence_test::{Counted, Probe, Stepper, Tally};
use std::{
    fmt::Debug,
    future::{Future, pending, poll_fn, ready},
    task::{Context, Poll, Waker},
    time::Duration,
};

/// Runs a future to its end, and asserts what it says to two polls more.
#[track_caller]
fn assert_refuses<F: Future<Output: Debug>>(future: F, message: &str) {
    let mut stepper = Stepper::new(future);
    assert!(stepper.run_until_stalled().is_ready());
    for _ in 0..2 {
        assert_eq!(caught(|| stepper.step()).unwrap_err(), message);
    }
}

fn ok(n: u32) -> impl Future<Output = Result<u32, u32>> {
    ready(Ok(n))
}

fn err(n: u32) -> impl Future<Output = Result<u32, u32>> {
    ready(Err(n))
}

const GATHER: &str = "`gather` was polled after it had ended";
const TRY_GATHER: &str = "`try_gather` was polled after it had ended";
const SETTLE: &str = "`settle` was polled after it had ended";
const RACE: &str = "`race` was polled after it had ended";
const RACE_OK: &str = "`race_ok` was polled after it had ended";
const TIMEOUT: &str = "a timeout was polled after it had ended";

// trap: T5
// rule: end-poll-again
#[test]
fn a_verb_that_is_polled_after_its_end_panics_with_its_name() {
    assert_refuses(gather(vec![ok(1), ok(2)]), GATHER);
    assert_refuses(gather([ok(1), ok(2)]), GATHER);
    assert_refuses(gather((ok(1), ok(2))), GATHER);
    assert_refuses(gather((ok(1), ok(2), ok(3), ok(4))), GATHER);
    assert_refuses(gather((0..3).map(ok)).limit(1), GATHER);
    assert_refuses(try_gather(vec![ok(1), ok(2)]), TRY_GATHER);
    assert_refuses(try_gather(vec![err(1), err(2)]), TRY_GATHER);
    assert_refuses(try_gather((ok(1), err(2))), TRY_GATHER);
    assert_refuses(try_gather((ok(1), err(2), ok(3), ok(4))), TRY_GATHER);
    assert_refuses(settle(vec![ok(1), ok(2)]), SETTLE);
    assert_refuses(settle((ok(1), ok(2))), SETTLE);
    assert_refuses(settle((ok(1), pending::<()>())).timeout(Duration::ZERO), SETTLE);
    assert_refuses(race(vec![ok(1), ok(2)]), RACE);
    assert_refuses(race((ok(1), ok(2))), RACE);
    assert_refuses(race_ok(vec![ok(1), ok(2)]), RACE_OK);
    assert_refuses(race_ok(vec![err(1), err(2)]), RACE_OK);
    assert_refuses(race_ok((err(1), ok(2))), RACE_OK);
    assert_refuses(timeout(Duration::ZERO, ok(1)), TIMEOUT);
    assert_refuses(timeout(Duration::ZERO, pending::<()>()), TIMEOUT);
    assert_refuses(gather((ok(1), ok(2))).timeout(Duration::ZERO), TIMEOUT);
    assert_refuses(gather((ok(1), pending::<()>())).timeout(Duration::ZERO), TIMEOUT);
}

// trap: T5
#[test]
fn wait_that_is_polled_after_its_end_panics_with_its_name() {
    let mut waiting = Stepper::new(wait([ok(1)], until::AllCompleted));
    assert!(waiting.step().is_ready());
    let again = caught(|| waiting.step().is_ready());
    assert_eq!(again.unwrap_err(), "`wait` was polled after it had ended");
}

// trap: T5
#[test]
fn a_verb_that_is_polled_after_a_childs_panic_panics_with_its_name() {
    let faulty = || Probe::<()>::ready(()).panics_on_poll(1);
    let mut list = Stepper::new(gather(vec![faulty()]));
    assert!(caught(|| list.step()).is_err());
    assert_eq!(caught(|| list.step()).unwrap_err(), GATHER);

    let mut tuple = Stepper::new(gather((faulty(), pending::<()>())));
    assert!(caught(|| tuple.step()).is_err());
    assert_eq!(caught(|| tuple.step()).unwrap_err(), GATHER);

    let mut stream = Box::pin(as_completed(vec![faulty()]));
    let mut cx = Context::from_waker(Waker::noop());
    let mut next = || futures::Stream::poll_next(stream.as_mut(), &mut cx).is_ready();
    assert!(caught(&mut next).is_err());
    assert_eq!(caught(next).unwrap_err(), "`as_completed` was polled after it had ended");
}

// trap: T5
// rule: end-again-streams
#[test]
fn a_stream_and_a_set_may_be_asked_again_and_have_nothing_more() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut stream = Box::pin(as_completed([ok(1)]));
    let mut next = || futures::Stream::poll_next(stream.as_mut(), &mut cx);
    assert_eq!(next(), Poll::Ready(Some((0, Ok(1)))));
    assert_eq!([next(), next()], [Poll::Ready(None), Poll::Ready(None)]);

    let mut set = JoinSet::from_iter([ready(1)]);
    assert!(matches!(set.poll_next(&mut cx), Poll::Ready(Some(_))));
    for _ in 0..2 {
        assert!(matches!(set.poll_next(&mut cx), Poll::Ready(None)));
    }
}

// trap: T5
// rule: promise-nothing-lost
// rule: try-gather-rest
#[test]
fn outputs_are_dropped_once_if_the_first_error_decides() {
    for fails in 0..5 {
        let tally = Tally::new();
        let child = |place| -> Probe<Result<Counted<usize>, Counted<usize>>> {
            let value = tally.count(place);
            Probe::yields(place, if place == fails { Err(value) } else { Ok(value) })
        };
        let error = Stepper::new(try_gather(Vec::from_iter((0..5).map(child)))).run_until_stalled();
        let Poll::Ready(Err(error)) = error else { panic!("child {fails} failed") };
        assert_eq!((*error, tally.alive()), (fails, 1));
        drop(error);

        let children = (child(0), child(1), child(2), child(3), child(4));
        let error = Stepper::new(try_gather(children)).run_until_stalled();
        let Poll::Ready(Err(error)) = error else { panic!("child {fails} failed") };
        assert_eq!((*error, tally.alive()), (fails, 1));
        drop(error);
        tally.assert_all_dropped_once();
    }
}

// trap: T5
// rule: promise-drop
#[test]
fn outputs_are_dropped_once_if_the_verb_is_dropped_early() {
    let tally = Tally::new();
    let all = |len: usize| (0..len).map(|_| Probe::ready(tally.count(()))).collect::<Vec<_>>();
    let never = Probe::pending;

    let mut children = all(10);
    children.push(never());
    assert!(Stepper::new(gather(children)).step().is_pending());
    let [a, b, c, d]: [Probe<_>; 4] = all(4).try_into().expect("four");
    assert!(Stepper::new(gather((a, b, never(), c, d))).step().is_pending());
    let [a, b]: [Probe<_>; 2] = all(2).try_into().expect("two");
    assert!(Stepper::new(settle((a, never(), b))).step().is_pending());
    assert_eq!(tally.made(), 16);
    tally.assert_all_dropped_once();
}

// trap: T5
// rule: end-poll-again
#[test]
fn what_has_ended_by_a_panic_does_not_go_on() {
    /// Panics in its first poll, and returns in its second.
    fn panics_once() -> impl Future<Output = u32> {
        let mut polls = 0;
        poll_fn(move |_| {
            polls += 1;
            assert!(polls > 1, "first");
            Poll::Ready(polls)
        })
    }
    fn assert_ends<F: Future<Output: Debug>>(future: F, message: &str) {
        let mut stepper = Stepper::new(future);
        assert_eq!(caught(|| stepper.step()).unwrap_err(), "first");
        assert_eq!(caught(|| stepper.step()).unwrap_err(), message);
    }
    assert_ends(timeout(Duration::from_secs(1), panics_once()), TIMEOUT);
    let token = CancelToken::new();
    let until_cancelled = "`run_until_cancelled` was polled after it had ended";
    assert_ends(token.run_until_cancelled(panics_once()), until_cancelled);
}
