//! What children are and return: blocks, functions, boxes, loops; nothing, and never.

use super::{Failed, double, everywhere, fail, pause};
use futures::{FutureExt, StreamExt, channel::mpsc, future::BoxFuture};
use ringfence::{Scope, SpawnError, scope};
use std::{
    convert::Infallible,
    future::{IntoFuture, Ready, pending, poll_fn, ready},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    task::Poll,
};

#[test]
fn returning_nothing_and_a_value_side_by_side() {
    let sum = everywhere(|| async {
        let count = AtomicU32::new(0);
        let value = scope(async |s| -> Result<u32, Failed> {
            s.spawn(async {
                pause().await;
                count.fetch_add(1, Relaxed);
            });
            s.spawn(pause());
            let value = s.spawn(double(4));
            Ok(value.await)
        });
        value.await.unwrap() + count.into_inner()
    });
    assert_eq!(sum, 9);
}

#[test]
fn a_loop_that_never_returns() {
    let sum = everywhere(|| async {
        let (sender, mut receiver) = mpsc::unbounded();
        let sum = AtomicU32::new(0);
        let sent = scope(async |s| -> Result<u32, Failed> {
            let forever = s.spawn_with(async |_| -> Infallible {
                loop {
                    let n: u32 = receiver.select_next_some().await;
                    sum.fetch_add(n, Relaxed);
                }
            });
            for n in 1..=3 {
                sender.unbounded_send(n).unwrap();
            }
            while sum.load(Relaxed) < 6 {
                pause().await;
            }
            forever.cancel("enough");
            Ok(3)
        });
        (sent.await.unwrap(), sum.into_inner())
    });
    assert_eq!(sum, (3, 6));
}

#[test]
fn a_loop_that_ends_by_the_question_mark_only() {
    let failed = everywhere(|| async {
        let turns = AtomicU32::new(0);
        let forever = scope(async |s| {
            let forever = s.spawn_with(async |_| -> Result<Infallible, Failed> {
                loop {
                    double(1).await?;
                    if turns.fetch_add(1, Relaxed) == 2 {
                        fail("enough").await?;
                    }
                }
            });
            Ok(forever.await)
        });
        forever.first().await
    });
    assert_eq!(failed, Err(Failed("enough")));
}

#[test]
fn a_future_of_infallible_that_was_given() {
    async fn serve(requests: &AtomicU32) -> Infallible {
        loop {
            pause().await;
            requests.fetch_add(1, Relaxed);
        }
    }
    let served = everywhere(|| async {
        let requests = AtomicU32::new(0);
        let served = scope(async |s| -> Result<bool, Failed> {
            s.daemon(serve(&requests));
            while requests.load(Relaxed) < 3 {
                pause().await;
            }
            Ok(true)
        });
        served.await.unwrap()
    });
    assert!(served);
}

#[test]
fn futures_that_are_no_blocks() {
    let sum = everywhere(|| async {
        scope(async |s| {
            let mut left = 3;
            let counting = s.spawn(poll_fn(move |cx| {
                left -= 1;
                cx.waker().wake_by_ref();
                if left > 0 { Poll::Pending } else { Poll::Ready(Ok(1)) }
            }));
            let at_once = s.spawn(ready(Ok::<_, Failed>(2)));
            let boxed: BoxFuture<'_, _> = double(3).boxed();
            let boxed = s.spawn(boxed);
            let mapped = s.spawn(double(4).map(|n| n.map(u64::from)));
            Ok((counting.await + at_once.await + boxed.await, mapped.await))
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, (9, 8));
}

#[test]
fn what_becomes_a_future_is_spawned_as_one() {
    struct Request<'a>(&'a str);
    impl IntoFuture for Request<'_> {
        type Output = Result<usize, Failed>;
        type IntoFuture = Ready<Self::Output>;

        fn into_future(self) -> Self::IntoFuture {
            ready(Ok(self.0.len()))
        }
    }
    let length = everywhere(|| async {
        let text = String::from("abc");
        scope(async |s| {
            let length = s.spawn(Request(&text).into_future());
            Ok(length.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(length, 3);
}

#[test]
fn spawn_with_by_an_async_closure_a_closure_and_a_function() {
    async fn sibling(s: Scope<'_, Failed>) -> Result<u32, Failed> {
        let inner = s.spawn(double(3));
        Ok(inner.await)
    }
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let a = s.spawn_with(async |s| Ok(s.spawn(double(numbers[0])).await));
            let b = s.spawn_with(|s| async move { Ok(s.spawn(double(2)).await) });
            let c = s.spawn_with(sibling);
            let d = s.spawn_with(async |_| Ok(numbers[1]));
            Ok(a.await + b.await + c.await + d.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, 14);
}

#[test]
fn a_child_moves_a_clone_of_the_scope() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let own = s.clone();
            let numbers = &numbers;
            let a = s.spawn(async move {
                let b = own.spawn(async move { double(numbers[0]).await });
                Ok::<_, Failed>(b.await + numbers[1])
            });
            Ok(a.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, 4);
}

#[test]
fn named_by_the_builder_with_what_is_borrowed() {
    let name = everywhere(|| async {
        let names = [String::from("first")];
        scope(async |s| {
            let child = s.child().named(names[0].clone()).spawn(async { double(1).await });
            let name = child.name().map(str::to_owned);
            let daemon = s.child().named("second").daemon().spawn(async {
                pending::<()>().await;
                Ok(names.len())
            });
            Ok::<_, Failed>((name, child.await, daemon.is_finished()))
        })
        .await
        .unwrap()
    });
    assert_eq!(name, (Some("first".to_string()), 2, false));
}

#[test]
fn a_refused_child_comes_back_and_runs_elsewhere() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        let (sum, ended) = scope(async |s| -> Result<_, Failed> {
            let sum = match s.try_spawn(async { double(numbers[0]).await }) {
                Ok(handle) => handle.await,
                Err(refused) => refused.into_inner().await?,
            };
            Ok((sum, s))
        })
        .await
        .unwrap();
        match ended.try_spawn(async { double(numbers[1]).await }) {
            Err(SpawnError::Closed(child)) => sum + child.await.unwrap(),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(sum, 6);
}

#[test]
fn thousands_in_a_loop() {
    let sum = everywhere(|| async {
        let numbers: Vec<u32> = (0..2_000).collect();
        let sum = AtomicU32::new(0);
        scope(async |s| -> Result<(), Failed> {
            for n in &numbers {
                s.spawn(async {
                    pause().await;
                    sum.fetch_add(*n, Relaxed);
                });
            }
            Ok(())
        })
        .await
        .unwrap();
        sum.into_inner()
    });
    assert_eq!(sum, 1_999_000);
}
