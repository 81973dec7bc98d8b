//! Scopes that own what their parallel children borrow.

use super::{Why, run};
use crate::verbs::caught;
use futures::task::noop_waker_ref;
use ringfence::{AsyncStd, Smol, Tokio};
use ringfence_core::{
    CancelToken, ChildId, OnFailure, PanicPolicy, ScopeError, ScopeWith, block_on,
    rt::{Refused, Spawn, Task},
    scope_with,
};
use ringfence_test::{Probe, Tally};
use std::{
    future::{Future, pending},
    hint, mem,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    thread,
    time::Duration,
};

/// A thread for each task.
#[derive(Clone, Copy)]
struct Threads;

impl Spawn for Threads {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        thread::spawn(|| block_on(task));
        Ok(())
    }
}

async fn yields(times: usize) {
    Probe::yields(times, ()).await;
}

/// Both its halves are changed in parallel, and read afterwards.
async fn halves(rt: impl Spawn + Clone + 'static) -> (Vec<u32>, Result<u32, ScopeError<Why>>) {
    let factor = [10];
    let mut spawned = 0;
    let both = scope_with(&rt, vec![1, 2, 3, 4], async |s, numbers| {
        // The body borrows what its caller has.
        let factor = factor[0];
        let (left, right) = numbers.split_at_mut(2);
        let first = s.spawn(async move {
            for number in left.iter_mut() {
                yields(1).await;
                *number *= factor;
            }
            Ok(left[0])
        });
        s.spawn_with(async move |s| {
            for number in right.iter_mut() {
                s.spawn(async move {
                    yields(2).await;
                    *number += 1;
                });
            }
        });
        spawned += 2;
        Ok(first.await)
    });
    let ended = both.await;
    assert_eq!(spawned, 2);
    ended
}

// rule: scope-with
#[test]
fn children_change_parts_of_what_the_scope_owns_on_every_runtime() {
    fn check((numbers, first): (Vec<u32>, Result<u32, ScopeError<Why>>)) {
        assert_eq!((numbers, first.unwrap()), (vec![10, 20, 4, 5], 10));
    }
    check(smol::block_on(smol::spawn(halves(Smol))));
    check(async_std::task::block_on(async_std::task::spawn(halves(AsyncStd))));
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let handle = Tokio::from(tokio.handle().clone());
    check(tokio.block_on(tokio.spawn(halves(handle.clone()))).unwrap());
    // From outside of the runtime, too.
    check(block_on(halves(handle)));
    let single = tokio::runtime::Builder::new_current_thread().build().unwrap();
    check(single.block_on(halves(Tokio::from(single.handle().clone()))));
}

// rule: scope-with
#[test]
fn children_read_what_the_scope_owns_at_once() {
    let rt = Threads;
    let (words, letters) = block_on(scope_with(&rt, vec!["stays", "inside"], async |s, words| {
        let words = &*words;
        let lengths: Vec<_> =
            (0..words.len()).map(|at| s.spawn(async move { Ok(words[at].len()) })).collect();
        let mut letters = 0;
        for length in lengths {
            letters += length.await;
        }
        Ok::<_, Why>(letters)
    }));
    assert_eq!((words, letters.unwrap()), (vec!["stays", "inside"], 11));
}

// rule: scope-with
#[test]
fn what_the_scope_owns_comes_back_with_a_failure() {
    let rt = Threads;
    let tally = Tally::new();
    let env = (0, tally.count(()));
    let ((changed, alive), ended) = block_on(scope_with(&rt, env, async |s, (number, _)| {
        s.spawn(async move {
            *number = 7;
            Err::<(), _>("refused")
        });
        s.spawn_named("idle", pending::<Result<(), Why>>());
        pending::<Result<(), _>>().await
    }));
    let Err(ScopeError::Failed(failures)) = ended else { panic!("a child has failed") };
    assert_eq!(failures.first().child, ChildId::new(0));
    assert_eq!(failures.first().error(), Some(&"refused"));
    assert_eq!((changed, tally.alive()), (7, 1));
    drop(alive);
    tally.assert_all_dropped_once();
}

// rule: scope-with
#[test]
fn what_the_scope_owns_comes_back_when_time_is_up_and_when_it_is_cancelled() {
    let rt = Threads;
    let idle = |token: &CancelToken| {
        scope_with(&rt, 5, async |s, number: &mut u32| {
            s.spawn(async move {
                *number += 1;
                pending::<Result<(), Why>>().await
            });
            pending::<Result<(), Why>>().await
        })
        .under(token)
    };
    let token = CancelToken::new();
    let (env, ended) = block_on(idle(&token).timeout(Duration::ZERO).named("idle"));
    assert!((5..=6).contains(&env));
    assert!(matches!(ended, Err(ScopeError::Elapsed(elapsed)) if elapsed.name() == Some("idle")));
    token.cancel("enough");
    let (_, ended) = block_on(idle(&token));
    assert!(matches!(ended, Err(ScopeError::Cancelled(_))));
}

// rule: scope-with
#[test]
fn what_the_scope_owns_comes_back_with_a_panic_that_is_collected_and_not_with_one_that_goes_on() {
    let rt = Threads;
    let tally = Tally::new();
    let panics = |policy| {
        scope_with(&rt, tally.count(1), async |s, _| {
            s.spawn(std::future::poll_fn(|_| -> Poll<()> { panic!("far away") }));
            pending::<Result<(), Why>>().await
        })
        .panics(policy)
    };
    let (env, ended) = block_on(panics(PanicPolicy::Collect));
    assert!(matches!(ended, Err(ScopeError::Failed(_))));
    drop(env);
    let message = caught(|| block_on(panics(PanicPolicy::Resume)).1.is_ok());
    assert_eq!(message, Err("far away".to_owned()));
    tally.assert_all_dropped_once();
}

// rule: scope-with
#[test]
fn a_supervisor_of_parallel_children_hears_of_all_failures() {
    let rt = Threads;
    let (left, ended) = block_on(
        scope_with(&rt, [0; 8], async |s, numbers| {
            for (at, number) in numbers.iter_mut().enumerate() {
                s.spawn(async move {
                    *number = at;
                    if at % 2 == 0 { Ok(()) } else { Err(at) }
                });
            }
            Ok(())
        })
        .on_failure(OnFailure::Collect)
        .limit(3),
    );
    let Err(ScopeError::Failed(failures)) = ended else { panic!("four children have failed") };
    let mut failed: Vec<_> = failures.iter().filter_map(|it| it.error().copied()).collect();
    failed.sort_unstable();
    assert_eq!((left, failed), ([0, 1, 2, 3, 4, 5, 6, 7], vec![1, 3, 5, 7]));
}

// rule: scope-with
#[test]
fn the_handle_of_an_owned_child_has_its_failure() {
    let rt = Threads;
    let (env, value) = block_on(scope_with(&rt, 3, async |s, number: &mut u32| {
        let attempt = s.spawn_owned(async move {
            *number += 1;
            Err::<u32, _>(*number)
        });
        let outcome = attempt.await.ok().expect("it has ended by itself");
        Ok(outcome.unwrap_err() * 10)
    }));
    assert_eq!((env, value.unwrap()), (4, 40));
}

// rule: scope-with
#[test]
fn a_daemon_ends_with_the_others() {
    let rt = Threads;
    let (env, value) = block_on(scope_with(&rt, (0, 0), async |s, (first, second)| {
        s.daemon(async move {
            *first = 1;
            pending::<Result<(), Why>>().await
        });
        let other = s.spawn(async move {
            *second = 2;
            Ok(*second)
        });
        Ok(other.await)
    }));
    assert_eq!((env.1, value.unwrap()), (2, 2));
}

// rule: scope-with
#[test]
fn a_body_that_spawns_nothing_has_the_environment_for_itself() {
    let ended = run(scope_with(&Threads, vec![1], async |_, numbers| {
        numbers.push(2);
        Ok::<_, Why>(())
    }));
    assert_eq!(ended.0, [1, 2]);
    assert!(ended.1.is_ok());
}

/// A child that is inside a poll until it is let go.
#[derive(Default)]
struct Turnstile {
    inside: AtomicBool,
    open: AtomicBool,
}

impl Turnstile {
    fn pass(&self) {
        self.inside.store(true, Ordering::Release);
        spin_until(&self.open);
    }
}

fn spin_until(flag: &AtomicBool) {
    while !flag.load(Ordering::Acquire) {
        hint::spin_loop();
        thread::yield_now();
    }
}

/// Polls once, from no runtime.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(noop_waker_ref()))
}

// rule: scope-with
#[test]
fn what_the_scope_owns_outlives_a_poll_in_progress_when_the_scope_is_dropped() {
    let turnstile = Arc::new(Turnstile::default());
    let tally = Tally::new();
    let rt = Threads;
    {
        let turnstile = &turnstile;
        let mut whole =
            Box::pin(scope_with(&rt, (vec![1_u8; 64], tally.count(())), async |s, (bytes, _)| {
                let turnstile = Arc::clone(turnstile);
                s.spawn(async move {
                    turnstile.pass();
                    // The scope has been dropped; what it owned has not.
                    bytes.fill(2);
                    assert_eq!(bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>(), 128);
                });
                pending::<Result<(), Why>>().await
            }));
        assert!(poll_once(whole.as_mut()).is_pending());
        spin_until(&turnstile.inside);
        drop(whole);
    }
    assert_eq!(tally.alive(), 1);
    turnstile.open.store(true, Ordering::Release);
    while tally.alive() > 0 {
        thread::yield_now();
    }
    tally.assert_all_dropped_once();
}

// rule: scope-with
#[test]
fn the_scope_waits_for_a_poll_in_progress_before_it_gives_the_environment_back() {
    let turnstile = Arc::new(Turnstile::default());
    let rt = Threads;
    let inner = Arc::clone(&turnstile);
    let (bytes, ended) = block_on(scope_with(&rt, vec![1_u8; 64], async |s, bytes| {
        let busy = Arc::clone(&inner);
        s.spawn(async move {
            busy.pass();
            bytes.fill(2);
            pending::<()>().await;
        });
        let inner = Arc::clone(&inner);
        s.spawn(async move {
            spin_until(&inner.inside);
            // Asked to end in the midst of the other's poll, which goes on for a while.
            inner.open.store(true, Ordering::Release);
            Err::<(), _>("refused")
        });
        pending::<Result<(), Why>>().await
    }));
    assert!(ended.is_err());
    assert_eq!(bytes, [2; 64]);
}

// rule: scope-with
#[test]
fn a_scope_that_is_forgotten_leaves_its_children_what_they_borrow() {
    let turnstile = Arc::new(Turnstile::default());
    let done = Arc::new(AtomicBool::new(false));
    let rt = Threads;
    {
        let (turnstile, done) = (&turnstile, &done);
        let mut whole = Box::pin(scope_with(&rt, String::from("kept"), async |s, text| {
            let (turnstile, done) = (Arc::clone(turnstile), Arc::clone(done));
            s.spawn(async move {
                turnstile.pass();
                text.push_str(" alive");
                done.store(text == "kept alive", Ordering::Release);
            });
            pending::<Result<(), Why>>().await
        }));
        assert!(poll_once(whole.as_mut()).is_pending());
        // Its memory with it, as safe code may do.
        mem::forget(whole);
    }
    spin_until(&turnstile.inside);
    turnstile.open.store(true, Ordering::Release);
    spin_until(&done);
}

// rule: scope-with
#[test]
fn a_handle_that_is_forgotten_does_not_keep_the_environment() {
    let (env, ended) = block_on(scope_with(&Threads, 1, async |s, number: &mut u32| {
        mem::forget(s.clone());
        s.spawn(async move { *number += 1 });
        Ok::<_, Why>(())
    }));
    assert_eq!(env, 2);
    assert!(ended.is_ok());
}

// rule: scope-with
#[test]
fn a_scope_that_was_never_polled_drops_what_it_owns() {
    let tally = Tally::new();
    drop(scope_with(&Threads, tally.count(()), async |_, _| Ok::<_, Why>(())));
    tally.assert_all_dropped_once();
    let mut ended = pin!(scope_with(&Threads, 1, async |_, _| Ok::<_, Why>(())));
    assert!(poll_once(ended.as_mut()).is_ready());
    let again = caught(|| poll_once(ended.as_mut()).is_ready());
    assert_eq!(again, Err("a scope was polled after it had ended".to_owned()));
}

// rule: scope-with
#[test]
fn the_body_of_a_scope_that_owns_may_cancel_it_and_see_that_it_was_cancelled() {
    let outer = CancelToken::new();
    let mut seen = None;
    let (_, ended) = block_on(scope_with(&Threads, (), async |s, ()| -> Result<(), Why> {
        let before = (s.is_cancelled(), s.token().is_cancelled());
        s.cancel("enough");
        seen = Some((before, s.is_cancelled(), s.token().reason()));
        pending().await
    }));
    assert_eq!(seen, Some(((false, false), true, Some("enough".into()))));
    assert!(matches!(ended, Err(ScopeError::Cancelled(it)) if *it.reason() == "enough".into()));
    // Its token is below that around it.
    let body = async |s: ScopeWith<'_, Why>, (): &mut ()| -> Result<(), Why> {
        outer.cancel("from above");
        seen = Some(((false, false), s.is_cancelled(), s.token().reason()));
        pending().await
    };
    assert!(block_on(scope_with(&Threads, (), body).under(&outer)).1.is_err());
    assert_eq!(seen, Some(((false, false), true, Some("from above".into()))));
}
