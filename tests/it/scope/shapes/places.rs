//! Bodies in tasks, in boxes, on threads, and in futures of all kinds.

use super::{Boxed, Failed, double, task};
use futures::{
    FutureExt, StreamExt, channel::oneshot, executor::LocalPool, future::BoxFuture,
    task::LocalSpawnExt,
};
use ringfence::{block_on, scope};
use std::{future::Future, pin::pin};

/// The body of all places: children borrow locals, and spawn siblings.
async fn body() -> Result<u32, Failed> {
    let numbers = vec![1, 2, 3];
    let mut parts = [0; 3];
    let total = scope(async |s| {
        for (part, n) in parts.iter_mut().zip(&numbers) {
            s.spawn(async move {
                *part = double(*n).await?;
                Ok(())
            });
        }
        let b = s.spawn_with(async |s| {
            let sibling = s.spawn(double(numbers[1]));
            Ok(sibling.await + 1)
        });
        Ok(b.await)
    })
    .first()
    .await?;
    Ok(total + parts.iter().sum::<u32>())
}

const RESULT: Result<u32, Failed> = Ok(5 + 12);

#[test]
fn in_a_task_of_tokio_that_moves_between_threads() {
    assert_eq!(task(body()), RESULT);
    let in_place = task(async {
        let numbers = [1, 2];
        scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            Ok(a.await + numbers[1])
        })
        .await
        .unwrap()
    });
    assert_eq!(in_place, 4);
}

#[test]
fn in_a_task_that_a_task_of_tokio_spawns() {
    let both = task(async {
        let (a, b) = (tokio::spawn(body()), tokio::spawn(async { body().await }));
        (a.await.unwrap(), b.await.unwrap())
    });
    assert_eq!(both, (RESULT, RESULT));
}

#[test]
fn in_a_task_set_of_tokio() {
    let all = task(async {
        let mut set = tokio::task::JoinSet::new();
        for _ in 0..3 {
            set.spawn(body());
        }
        set.join_all().await
    });
    assert_eq!(all, [RESULT, RESULT, RESULT]);
}

#[test]
fn in_a_task_of_smol() {
    assert_eq!(smol::block_on(smol::spawn(body())), RESULT);
    let here = smol::LocalExecutor::new();
    assert_eq!(smol::block_on(here.run(here.spawn(body()))), RESULT);
}

#[test]
fn in_a_task_of_async_std() {
    assert_eq!(async_std::task::block_on(async_std::task::spawn(body())), RESULT);
}

#[test]
fn in_a_local_pool_of_futures() {
    let mut pool = LocalPool::new();
    let task = pool.spawner().spawn_local_with_handle(body()).unwrap();
    assert_eq!(pool.run_until(task), RESULT);
}

#[test]
fn in_a_thread_of_its_own() {
    let thread = std::thread::spawn(|| block_on(body()));
    assert_eq!(thread.join().unwrap(), RESULT);
}

#[test]
fn as_a_boxed_future_that_is_send() {
    let plain: Box<dyn Future<Output = _> + Send> = Box::new(body());
    let alias: BoxFuture<'static, _> = body().boxed();
    let own: Boxed<_> = Box::pin(async { body().await });
    let all = block_on(async { [Box::into_pin(plain).await, alias.await, own.await] });
    assert_eq!(all, [RESULT, RESULT, RESULT]);
}

#[test]
fn as_a_future_that_is_pinned_on_the_stack() {
    let sum = task(async {
        let numbers = [1, 2];
        let (sender, receiver) = oneshot::channel();
        let mut scoped = pin!(scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            let n: u32 = receiver.await.map_err(|_| Failed("closed"))?;
            Ok(a.await + n)
        }));
        assert!(futures::poll!(&mut scoped).is_pending());
        sender.send(2).unwrap();
        scoped.await.unwrap()
    });
    assert_eq!(sum, 4);
}

#[test]
fn as_a_boxed_future_that_borrows() {
    fn sum<'a>(numbers: &'a [u32]) -> BoxFuture<'a, Result<u32, Failed>> {
        scope(async move |s| {
            let (a, b) = (s.spawn(double(numbers[0])), s.spawn(async { double(numbers[1]).await }));
            Ok(a.await + b.await)
        })
        .first()
        .boxed()
    }
    assert_eq!(task(async { sum(&[1, 2]).await }), Ok(6));
}

#[test]
fn in_the_items_of_a_stream() {
    let all = task(async {
        let bodies = futures::stream::iter(0..3).then(|_| body());
        bodies.collect::<Vec<_>>().await
    });
    assert_eq!(all, [RESULT, RESULT, RESULT]);
}

#[test]
fn in_an_async_closure() {
    let twice = task(async {
        let factor = 10;
        let sum = async |n: u32| {
            scope(async |s| {
                let a = s.spawn(double(n));
                let b = s.spawn(async { Ok(factor * n) });
                Ok(a.await + b.await)
            })
            .await
            .unwrap()
        };
        sum(1).await + sum(2).await
    });
    assert_eq!(twice, 36);
}

#[test]
fn in_a_thread_of_the_standard_librarys_scope() {
    let numbers = vec![1, 2];
    let sum = std::thread::scope(|threads| {
        let threads = [0, 1].map(|i| {
            let numbers = &numbers;
            threads.spawn(move || {
                block_on(scope(async |s| {
                    let a = s.spawn(async { double(numbers[i]).await });
                    Ok(a.await)
                }))
            })
        });
        threads.map(|thread| thread.join().unwrap().unwrap())
    });
    assert_eq!(sum, [2, 4]);
}

#[test]
fn spawning_from_another_thread() {
    let sum = task(scope(async |s| {
        let spawner = s.clone();
        let thread = std::thread::spawn(move || spawner.spawn(double(4)));
        Ok::<_, Failed>(thread.join().unwrap().await)
    }));
    assert_eq!(sum.unwrap(), 8);
}
