//! Bodies in `select!` and in timeouts, and both in bodies.

use super::{Failed, double, everywhere, pause, task};
use futures::{FutureExt, StreamExt, channel::mpsc};
use ringfence::{ScopeError, scope, timeout};
use std::{future::pending, pin::pin, time::Duration};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

#[test]
fn in_select_in_a_loop() {
    let seen = task(async {
        let (mut numbers, mut turns) = (vec![1], 0);
        loop {
            let length = numbers.len();
            tokio::select! {
                doubled = scope(async |s| {
                    let a = s.spawn(async { double(numbers[0]).await });
                    let b = s.spawn(async { Ok(length as u32) });
                    Ok::<_, Failed>(a.await + b.await)
                }) => numbers.push(doubled.unwrap()),
                () = pending() => unreachable!(),
            }
            turns += 1;
            if turns == 3 {
                break numbers;
            }
        }
    });
    assert_eq!(seen, [1, 3, 4, 5]);
}

#[test]
fn across_the_turns_of_select_in_a_loop() {
    let (received, sum) = task(async {
        let numbers = [1, 2];
        let (sender, mut receiver) = mpsc::unbounded();
        let mut scoped = pin!(scope(async |s| {
            for n in &numbers {
                s.spawn(async {
                    sender.unbounded_send(double(*n).await?).map_err(|_| Failed("closed"))
                });
            }
            Ok(numbers.len())
        }));
        let mut received = Vec::new();
        let sum = loop {
            tokio::select! {
                biased;
                Some(number) = receiver.next() => received.push(number),
                sum = &mut scoped => break sum.unwrap(),
            }
        };
        while let Ok(number) = receiver.try_recv() {
            received.push(number);
        }
        (received, sum)
    });
    assert_eq!((received, sum), (vec![2, 4], 2));
}

#[test]
fn in_select_of_futures() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        let mut scoped = pin!(
            scope(async |s| {
                let a = s.spawn(async { double(numbers[1]).await });
                Ok::<_, Failed>(a.await)
            })
            .fuse()
        );
        futures::select! {
            sum = scoped => sum.unwrap(),
            () = pending::<()>().fuse() => unreachable!(),
        }
    });
    assert_eq!(sum, 4);
}

#[test]
fn with_select_in_the_body() {
    let sum = task(async {
        let numbers = [3, 4];
        scope(async |s| {
            let (mut a, mut b) = (
                s.spawn(async { double(numbers[0]).await }),
                s.spawn(async { double(numbers[1]).await }),
            );
            let (mut first, mut second) = (None, None);
            while first.is_none() || second.is_none() {
                tokio::select! {
                    a = &mut a, if first.is_none() => first = Some(a),
                    b = &mut b, if second.is_none() => second = Some(b),
                }
            }
            Ok::<_, Failed>((first, second))
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, (Some(6), Some(8)));
}

#[test]
fn in_timeout() {
    let both = everywhere(|| async {
        let numbers = [1, 2];
        let quick = timeout(
            LONG,
            scope(async |s| {
                let a = s.spawn(async { double(numbers[0]).await });
                Ok::<_, Failed>(a.await)
            }),
        );
        let stuck = timeout(
            Duration::ZERO,
            scope(async |s| {
                s.spawn(async { pending::<Result<(), Failed>>().await });
                Ok(numbers[1])
            }),
        );
        (quick.await.unwrap().unwrap(), stuck.await.is_err())
    });
    assert_eq!(both, (2, true));
}

#[test]
fn in_timeout_of_tokio() {
    let sum = task(async {
        let numbers = [1, 2];
        let scoped = scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            Ok::<_, Failed>(a.await)
        });
        tokio::time::timeout(LONG, scoped).await.unwrap().unwrap()
    });
    assert_eq!(sum, 2);
}

#[test]
fn with_a_timeout_of_its_own() {
    let both = everywhere(|| async {
        let numbers = [1, 2];
        let stuck = scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            s.spawn(pending::<Result<(), Failed>>());
            Ok(a.await)
        });
        let quick = scope(async |s| {
            let b = s.spawn(async { double(numbers[1]).await });
            Ok::<_, Failed>(b.await)
        });
        let elapsed = matches!(stuck.timeout(Duration::ZERO).await, Err(ScopeError::Elapsed(_)));
        (elapsed, quick.named("quick").timeout(LONG).first().await.unwrap())
    });
    assert_eq!(both, (true, 4));
}

#[test]
fn with_timeouts_of_children_and_of_handles() {
    let found = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let stuck =
                s.spawn(async { Ok(timeout(Duration::ZERO, pending::<()>()).await.is_err()) });
            let a = s.spawn(async { double(numbers[0]).await });
            pause().await;
            Ok::<_, Failed>((stuck.await, timeout(LONG, a).await.unwrap()))
        })
        .await
        .unwrap()
    });
    assert_eq!(found, (true, 2));
}
