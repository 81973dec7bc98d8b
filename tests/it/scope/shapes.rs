//! Bodies that compile where users write them, above all inside of tasks of a runtime.

use ringfence::{Scope, scope, scope_local};
use std::{
    future::{Future, pending},
    pin::Pin,
};

#[derive(Debug, PartialEq)]
struct Failed(&'static str);

/// Runs a future as a task that may move between threads.
fn task<F: Future<Output: Send> + Send + 'static>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(runtime.spawn(future)).unwrap()
}

async fn double(n: u32) -> Result<u32, Failed> {
    tokio::task::yield_now().await;
    Ok(2 * n)
}

#[test]
fn children_borrow_what_is_outside_of_the_body() {
    let sum = task(async {
        let numbers = vec![1, 2, 3];
        let mut parts = [0; 3];
        let total = scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
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
            Ok(a.await + b.await)
        })
        .await;
        total.unwrap() + parts.iter().sum::<u32>()
    });
    assert_eq!(sum, 2 + 5 + 12);
}

#[test]
fn a_scope_in_a_child_borrows_what_is_outside_of_it() {
    let found = task(async {
        let names = [String::from("a"), String::from("bb")];
        scope(async |s| -> Result<usize, Failed> {
            let inner = s.spawn(async {
                let local = names[0].clone();
                let inner = scope(async |s| {
                    let a = s.spawn(async { Ok::<_, Failed>(local.len()) });
                    let b = s.spawn(async { Ok(names[1].len()) });
                    Ok(a.await + b.await)
                });
                inner.first().await
            });
            Ok(inner.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(found, 3);
}

#[test]
fn recursion_goes_by_a_function_over_the_scope() {
    fn walk(s: &Scope<'_, Failed>, depth: u32) {
        if depth > 0 {
            s.spawn_with(async move |s| {
                walk(&s, depth - 1);
                walk(&s, depth - 1);
            });
        }
    }
    let done = task(async {
        scope(async |s| -> Result<(), Failed> {
            walk(&s, 6);
            Ok(())
        })
        .await
    });
    assert!(done.is_ok());
}

#[test]
fn the_first_failure_cancels_the_others_and_the_body() {
    let failed = task(async {
        scope(async |s| -> Result<(), _> {
            s.spawn(async { Err::<(), _>(Failed("first")) });
            s.spawn(std::future::pending::<Result<(), _>>());
            std::future::pending().await
        })
        .first()
        .await
    });
    assert_eq!(failed, Err(Failed("first")));
}

#[test]
fn children_of_a_local_scope_need_not_be_send() {
    let count = std::rc::Rc::new(std::cell::Cell::new(0));
    let done = ringfence::block_on(scope_local(async |s| -> Result<(), Failed> {
        for _ in 0..3 {
            let count = count.clone();
            s.spawn(async move { count.set(count.get() + 1) });
        }
        Ok(())
    }));
    assert!(done.is_ok());
    assert_eq!(count.get(), 3);
}

// A type in which lifetimes are hidden, in a task, in scopes in each other: to prove that all of it
// is `Send`, the compiler must not need a relation between these lifetimes.
#[test]
fn errors_may_be_boxes_and_literals_in_tasks_that_move_between_threads() {
    type AnyError = Box<dyn std::error::Error + Send + Sync>;

    fn nest(depth: u32) -> Pin<Box<dyn Future<Output = Result<u32, AnyError>> + Send>> {
        Box::pin(async move {
            if depth == 0 {
                return Err("deep".into());
            }
            let inner = scope(async |s| {
                let child = s.spawn(nest(depth - 1));
                s.spawn_with(async |s| {
                    s.spawn(pending::<Result<(), _>>());
                    Ok(())
                });
                Ok(child.await)
            });
            inner.first().await
        })
    }
    assert_eq!(task(nest(3)).unwrap_err().to_string(), "deep");

    let literal = task(async {
        scope(async |s: Scope<'_, &'static str>| {
            let child = s.spawn_with(async |s| {
                s.spawn_owned(async { Err::<u32, _>("no") }).await.ok().unwrap()
            });
            Ok(child.await)
        })
        .first()
        .await
    });
    assert_eq!(literal, Err("no"));
}
