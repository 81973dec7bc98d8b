//! Bodies in generic functions: over values, errors, functions and async callbacks.

use super::{Failed, double, everywhere, pause, task};
use ringfence::{ChildOutput, Handle, Scope, ScopeError, scope};
use std::{fmt::Debug, future::Future};

#[test]
fn over_values_and_errors() {
    async fn both<T: Send, E: Send>(
        a: impl Future<Output = Result<T, E>> + Send,
        b: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<(T, T), E> {
        scope(async |s| {
            let (a, b) = (s.spawn(a), s.spawn(b));
            Ok((a.await, b.await))
        })
        .first()
        .await
    }
    assert_eq!(everywhere(|| both(double(1), double(2))), Ok((2, 4)));
    assert_eq!(everywhere(|| both(double(1), super::fail("b"))), Err(Failed("b")));
}

#[test]
fn over_a_function_of_a_reference() {
    async fn map<T, U, G>(items: &[T], f: G) -> Vec<U>
    where
        T: Sync,
        U: Send,
        G: Fn(&T) -> U + Sync,
    {
        scope(async |s| -> Result<_, Failed> {
            let mut handles = Vec::new();
            for item in items {
                handles.push(s.spawn(async {
                    pause().await;
                    Ok(f(item))
                }));
            }
            let mut all = Vec::new();
            for handle in handles {
                all.push(handle.await);
            }
            Ok(all)
        })
        .await
        .unwrap_or_default()
    }
    let lengths = everywhere(|| async {
        let extra = 1;
        map(&["a".to_string(), "bc".to_string()], |text| text.len() + extra).await
    });
    assert_eq!(lengths, [2, 3]);
}

#[test]
fn over_an_async_callback_that_borrows_its_argument() {
    async fn each<'a, T, U, G, F>(items: &'a [T], f: G) -> Result<Vec<U>, ScopeError<Failed>>
    where
        T: Sync,
        U: Send,
        G: Fn(&'a T) -> F + Sync,
        F: Future<Output = Result<U, Failed>> + Send,
    {
        scope(async |s| {
            let mut handles = Vec::new();
            for item in items {
                handles.push(s.spawn(f(item)));
            }
            Ok(ringfence::gather(handles).await)
        })
        .await
    }
    let doubled = everywhere(|| async {
        let numbers = [1, 2, 3];
        each(&numbers, |n| async { double(*n).await }).await.unwrap()
    });
    assert_eq!(doubled, [2, 4, 6]);
}

#[test]
fn over_an_async_callback_that_is_called_in_children() {
    async fn repeat<G, F>(times: usize, f: G) -> u32
    where
        G: Fn(usize) -> F + Sync,
        F: Future<Output = u32> + Send,
    {
        scope(async |s| -> Result<u32, Failed> {
            let mut sum = 0;
            let mut handles = Vec::new();
            for i in 0..times {
                let f = &f;
                handles.push(s.spawn(async move { Ok(f(i).await) }));
            }
            for handle in handles {
                sum += handle.await;
            }
            Ok(sum)
        })
        .await
        .unwrap()
    }
    let sum = everywhere(|| async {
        let weights = [1, 10, 100];
        repeat(3, async |i| {
            pause().await;
            weights[i]
        })
        .await
    });
    assert_eq!(sum, 111);
}

#[test]
fn over_any_output_that_a_child_may_have() {
    async fn run<E, O>(child: impl Future<Output = O> + Send) -> Result<O::Value, E>
    where
        E: Send,
        O: ChildOutput<E, Value: Send>,
    {
        scope(async |s| {
            let handle = s.spawn(child);
            Ok(handle.await)
        })
        .first()
        .await
    }
    assert_eq!(everywhere(|| run(double(4))), Ok(8));
    assert_eq!(everywhere(|| run::<Failed, ()>(pause())), Ok(()));
}

#[test]
fn over_a_scope_that_a_function_is_given() {
    fn start<'env, T, E>(s: &Scope<'env, E>, value: T, times: u32) -> Vec<Handle<T>>
    where
        T: Clone + Send + 'env,
        E: Send,
    {
        let one = || {
            let value = value.clone();
            s.spawn(async { Ok(value) })
        };
        (0..times).map(|_| one()).collect()
    }
    let words = everywhere(|| async {
        let word = String::from("a");
        let words = scope(async |s| -> Result<Vec<&str>, Failed> {
            Ok(ringfence::gather(start(&s, word.as_str(), 2)).await)
        });
        words.await.unwrap().concat()
    });
    assert_eq!(words, "aa");
}

#[test]
fn over_an_async_function_that_a_scope_is_lent_to() {
    async fn sum<'env>(s: &Scope<'env, Failed>, numbers: &'env [u32]) -> u32 {
        let (a, b) = (s.spawn(double(numbers[0])), s.spawn(async { double(numbers[1]).await }));
        a.await + b.await
    }
    let total = everywhere(|| async {
        let numbers = vec![1, 2];
        scope(async |s| {
            let first = sum(&s, &numbers).await;
            let second = s.spawn_with(async |s| Ok(sum(&s, &numbers).await));
            Ok(first + second.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(total, 12);
}

#[test]
fn over_the_body() {
    async fn logged<'env, T, E, F, B>(body: F) -> Result<T, String>
    where
        F: FnOnce(Scope<'env, E>) -> B,
        B: Future<Output = Result<T, E>>,
        E: Debug + Send + 'env,
    {
        scope(body).await.map_err(|error| format!("{error:?}"))
    }
    let result = task(async {
        let numbers = [1, 2];
        logged(async |s| {
            let a = s.spawn(async { double(numbers[1]).await });
            Ok(a.await)
        })
        .await
    });
    assert_eq!(result, Ok(4));
}
