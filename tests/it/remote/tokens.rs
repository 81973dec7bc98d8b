//! What remote children inherit, and how they are asked to end.

use super::{ByHand, Output, Threads, begin_one};
use ringfence_core::{
    CancelToken, Reason, Remote, Scope, block_on, cancel, gather, race, remote, scope, sleep, time,
    timeout,
};
use ringfence_test::{Stepper, poll_once, run};
use std::{
    future::{pending, ready},
    pin::Pin,
    sync::mpsc,
    task::{Poll, Waker},
    time::Duration,
};

fn reason() -> Option<Reason> {
    cancel::current().expect("there is one inside").reason()
}

// rule: remote-token
#[test]
fn a_child_has_the_same_token_in_force_on_whichever_thread_it_is_polled() {
    let told = block_on(remote(&Threads, async {
        let first = cancel::current().unwrap();
        first.cancel("by itself");
        let inner = remote(&Threads, async { reason() }).await;
        (reason(), inner)
    }));
    // Grandchildren are below.
    assert_eq!(told, (Some("by itself".into()), Some("by itself".into())));
    assert!(cancel::current().is_none());
}

// rule: remote-token
#[test]
fn each_child_has_a_token_of_its_own() {
    begin_one();
    let rt = ByHand::default();
    let child = || {
        remote(&rt, async {
            let token = cancel::current().unwrap();
            token.cancel("one");
        })
    };
    let mut both = Stepper::new(gather((child(), remote(&rt, async { reason() }))));
    assert!(both.step().is_pending());
    assert!(rt.poll(0).is_ready() && rt.poll(1).is_ready());
    assert_eq!(both.step(), Poll::Ready(((), None)));
}

/// What a child of a chain has begun in its only poll, and hands out; the last one, why it is to end.
enum Next {
    Child(Remote<Next>),
    Last(Option<Reason>),
}

/// A child that is begun here, with so many behind it.
fn chain(rt: &ByHand, behind: usize) -> Remote<Next> {
    let inside = rt.clone();
    let mut child = remote(rt, async move {
        match behind {
            0 => Next::Last(reason()),
            behind => Next::Child(chain(&inside, behind - 1)),
        }
    });
    assert!(poll_once(Pin::new(&mut child), Waker::noop()).is_pending());
    child
}

// rule: scope-depth
// rule: token-dropped-link
#[test]
fn a_chain_of_children_each_begun_in_the_one_before_may_be_of_any_length() {
    const BEHIND: usize = 50_000;
    let rt = ByHand::default();
    let outer = CancelToken::new();
    let whole = scope(async |_: Scope<'_, &str>| {
        let mut child = chain(&rt, BEHIND);
        for number in 0..=BEHIND {
            if number == BEHIND {
                outer.cancel("from above");
            }
            assert!(rt.poll(number).is_ready());
            match child.await {
                Next::Child(next) => child = next,
                Next::Last(why) => return Ok::<_, &str>(why),
            }
        }
        unreachable!("the last one has none behind it")
    });
    // It is below what the first was begun under.
    let why = block_on(whole.under(&outer).grace(Duration::from_secs(60)));
    assert_eq!(why.unwrap(), Some("from above".into()));
    // And none of them may ask.
    let mut child = chain(&rt, BEHIND);
    for number in BEHIND + 1..=2 * BEHIND {
        assert!(rt.poll(number).is_ready());
        let Next::Child(next) = block_on(child) else { unreachable!("the last is not polled") };
        child = next;
    }
    drop(child);
}

// rule: remote-deadline
#[test]
fn a_child_has_the_deadline_in_force_that_was_around_it_where_it_was_begun() {
    let here = time::in_force;
    let told = block_on(timeout(Duration::from_secs(600), async move {
        let around = here();
        // Also after it was pending, for a child of its own.
        let child = async move { (remote(&Threads, async move { here() }).await, here()) };
        (around, remote(&Threads, child).await)
    }));
    let (around, (grandchild, child)) = told.unwrap();
    assert!(around.is_some());
    assert_eq!((child, grandchild), (around, around));
}

// rule: remote-deadline
#[test]
fn a_child_has_no_deadline_in_force_that_is_its_runtimes() {
    let rt = ByHand::default();
    let mut child = Stepper::new(remote(&rt, async { time::in_force() }));
    assert!(child.step().is_pending());
    let polled = block_on(timeout(Duration::from_secs(600), async { rt.poll(0) }));
    assert!(polled.unwrap().is_ready());
    assert_eq!(child.step(), Poll::Ready(None));
}

// rule: remote-token
#[test]
fn the_token_of_a_child_is_below_the_one_in_force_where_it_is_first_polled() {
    let rt = ByHand::default();
    // Made here, where none is in force.
    let child = remote(&rt, async {
        assert_eq!(reason(), None);
        cancel::current().unwrap().cancelled().await;
        reason()
    });
    let outer = CancelToken::new();
    let whole = scope(async |_: Scope<'_, &str>| Ok::<_, &str>(child.await));
    let mut whole = Stepper::new(whole.under(&outer).grace(Duration::from_secs(1)));
    assert!(whole.step().is_pending());
    assert!(rt.poll(0).is_pending());
    outer.cancel("from above");
    assert!(rt.is_woken(0));
    assert!(rt.poll(0).is_ready());
    assert_eq!(
        whole.run_until_stalled().map(Result::unwrap),
        Poll::Ready(Some("from above".into()))
    );
}

// rule: remote-token
#[test]
fn a_child_asks_late_for_its_token_and_finds_it_cancelled() {
    let rt = ByHand::default();
    let outer = CancelToken::new();
    let whole = scope(async |s: Scope<'_, &str>| -> Result<Option<Reason>, &str> {
        Ok(s.spawn_on(&rt, async { Ok(reason()) }).await)
    });
    let mut whole = Stepper::new(whole.under(&outer).grace(Duration::from_secs(1)));
    assert!(whole.step().is_pending());
    outer.cancel("late");
    assert!(whole.step().is_pending());
    assert!(rt.poll(0).is_ready());
    assert_eq!(whole.run_until_stalled().map(Result::unwrap), Poll::Ready(Some("late".into())));
}

// rule: remote-asked
#[test]
fn a_loser_that_is_inside_a_poll_is_asked_to_end_by_its_token() {
    let (inside, entered) = mpsc::channel();
    let busy = remote(&Threads, async move {
        let token = cancel::current().unwrap();
        inside.send(()).unwrap();
        // One long poll, as of a computation.
        while !token.is_cancelled() {
            std::thread::yield_now();
        }
        inside.send(()).unwrap();
        1
    });
    let quick = async {
        std::future::poll_fn(|cx| match entered.try_recv() {
            Ok(()) => Poll::Ready(2),
            Err(_) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await
    };
    assert_eq!(block_on(race((busy, quick))), 2);
    // It has seen its token by now: the race has waited for that.
    assert_eq!(entered.try_recv(), Ok(()));
}

// rule: remote-asked
#[test]
fn a_token_that_has_left_its_child_is_cancelled_when_that_is_dropped() {
    begin_one();
    let rt = ByHand::default();
    let (send, tokens) = mpsc::channel();
    let mut racing = Stepper::new(race((
        remote(&rt, async move {
            send.send(cancel::current().unwrap()).unwrap();
            pending::<()>().await;
        }),
        async { ready(()).await },
    )));
    // The remote one is begun, and loses at once.
    assert!(racing.step().is_ready());
    assert!(rt.poll(0).is_ready());
    assert!(tokens.try_recv().is_err());

    let (send, tokens) = mpsc::channel();
    let mut child = Stepper::new(remote(&rt, async move {
        send.send(cancel::current().unwrap()).unwrap();
        pending::<()>().await;
    }));
    assert!(child.step().is_pending());
    assert!(rt.poll(1).is_pending());
    let token = tokens.recv().unwrap();
    drop(child);
    assert_eq!(token.reason(), Some(Reason::Dropped));
}

// rule: remote-grace
#[test]
fn within_the_grace_of_its_scope_a_remote_child_cleans_up_and_is_cut_after_it() {
    for takes in [1, 3] {
        let cleaned = run(0, async {
            let rt = ringfence_test::TestRuntime::current();
            let (done, cleaned) = mpsc::channel();
            let whole = scope(async |s| -> Output {
                s.spawn_on(&rt, async move {
                    cancel::current().unwrap().cancelled().await;
                    sleep(Duration::from_secs(takes)).await;
                    done.send(()).unwrap();
                });
                ringfence_test::wait_all_blocked().await;
                Err("enough")
            });
            assert!(whole.grace(Duration::from_secs(2)).await.is_err());
            cleaned.try_recv().is_ok()
        });
        assert_eq!(cleaned, takes == 1);
    }
}
