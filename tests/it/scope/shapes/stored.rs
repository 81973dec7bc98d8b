//! Scopes that are not awaited where they are made: in variables, in structs, returned.

use super::{Boxed, Failed, double, everywhere, pause, task};
use futures::channel::oneshot;
use ringfence::{Scoped, Shared, block_on, gather, scope};
use std::future::Future;

#[test]
fn in_a_variable() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        let scoped = scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            Ok::<_, Failed>(a.await)
        });
        pause().await;
        scoped.await.unwrap() + numbers[1]
    });
    assert_eq!(sum, 4);
}

#[test]
fn in_a_variable_named_and_limited_in_time_later() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        let mut scoped = scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            Ok::<_, Failed>(a.await)
        });
        if numbers.len() > 1 {
            scoped = scoped.named("two").keep_errors(2);
        }
        scoped.first().await
    });
    assert_eq!(sum, Ok(2));
}

#[test]
fn two_at_once() {
    let both = everywhere(|| async {
        let mut numbers = [1, 2];
        let [left, right] = &mut numbers;
        let first = scope(async |s| -> Result<(), Failed> {
            s.spawn(async {
                pause().await;
                *left += 10;
            });
            Ok(())
        });
        let second = scope(async |s| -> Result<(), Failed> {
            s.spawn(async { *right += 20 });
            Ok(())
        });
        let (first, second) = gather((first, second)).await;
        (first.is_ok(), second.is_ok(), numbers)
    });
    assert_eq!(both, (true, true, [11, 22]));
}

#[test]
fn returned_from_a_function_that_is_not_async() {
    fn sum<'a>(a: &'a [u32], b: &'a u32) -> impl Future<Output = Result<u32, Failed>> + Send + 'a {
        scope(async move |s| {
            let first = s.spawn(double(a[0]));
            let second = s.spawn(async move { double(*b).await });
            Ok(first.await + second.await)
        })
        .first()
    }
    assert_eq!(everywhere(|| async { sum(&[1], &2).await }), Ok(6));
}

#[test]
fn returned_by_its_own_name() {
    fn sum<'a>(
        numbers: &'a [u32],
    ) -> Scoped<'a, impl Future<Output = Result<u32, Failed>> + 'a, u32, Failed, Shared> {
        scope(async move |s| {
            let a = s.spawn(double(numbers[0]));
            Ok(a.await)
        })
    }
    assert_eq!(everywhere(|| async { sum(&[1]).named("sum").first().await }), Ok(2));
}

#[test]
fn returned_in_a_box() {
    fn count(words: Vec<String>) -> Boxed<usize> {
        Box::pin(async move {
            scope(async |s| -> Result<usize, Failed> {
                let mut handles = Vec::new();
                for word in &words {
                    handles.push(s.spawn(async { Ok(word.len()) }));
                }
                Ok(gather(handles).await.iter().sum())
            })
            .await
            .unwrap()
        })
    }
    assert_eq!(task(count(vec!["a".to_string(), "bc".to_string()])), 3);
}

#[test]
fn in_a_struct() {
    struct Work<F> {
        name: &'static str,
        scoped: F,
    }
    let done = everywhere(|| async {
        let numbers = [1, 2];
        let work = Work {
            name: "work",
            scoped: scope(async |s| {
                let a = s.spawn(async { double(numbers[1]).await });
                Ok::<_, Failed>(a.await)
            }),
        };
        (work.name, work.scoped.await.unwrap())
    });
    assert_eq!(done, ("work", 4));
}

#[test]
fn in_a_vector_of_boxes() {
    let all = everywhere(|| async {
        let numbers = [1, 2, 3];
        let mut scopes = Vec::new();
        for n in &numbers {
            scopes.push(Box::pin(scope(async move |s| {
                let a = s.spawn(double(*n));
                Ok::<_, Failed>(a.await)
            })));
        }
        gather(scopes).await.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    });
    assert_eq!(all, [2, 4, 6]);
}

#[test]
fn on_one_thread_and_then_on_another() {
    let (sender, receiver) = oneshot::channel();
    let mut scoped = Box::pin(scope(async |s| {
        let a = s.spawn(async { double(receiver.await.map_err(|_| Failed("closed"))?).await });
        Ok(a.await)
    }));
    let pending = block_on(async { futures::poll!(scoped.as_mut()).is_pending() });
    let thread = std::thread::spawn(move || block_on(scoped));
    assert!(pending);
    sender.send(4).unwrap();
    assert_eq!(thread.join().unwrap().unwrap(), 8);
}

#[test]
fn unpolled_and_dropped() {
    let untouched = everywhere(|| async {
        let mut numbers = [1, 2];
        drop(scope(async |s| -> Result<(), Failed> {
            s.spawn(async { numbers[0] = 10 });
            Ok(())
        }));
        numbers
    });
    assert_eq!(untouched, [1, 2]);
}
