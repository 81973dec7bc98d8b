//! Callbacks that are stored: boxed, and for any lifetime.

use super::{Failed, double, everywhere, pause};
use futures::future::BoxFuture;
use ringfence::{Scope, gather, scope, try_gather};
use std::collections::BTreeMap;

type Handler = Box<dyn for<'a> Fn(&'a str) -> BoxFuture<'a, Result<usize, Failed>> + Send + Sync>;

fn handlers() -> BTreeMap<&'static str, Handler> {
    let length: Handler = Box::new(|text| {
        Box::pin(async move {
            scope(async |s| {
                let length = s.spawn(async {
                    pause().await;
                    Ok(text.len())
                });
                Ok(length.await)
            })
            .first()
            .await
        })
    });
    let words: Handler = Box::new(|text| {
        Box::pin(async move {
            let words: Vec<&str> = text.split(' ').collect();
            let each = words.iter().map(|word| async move {
                pause().await;
                if word.is_empty() { Err(Failed("empty")) } else { Ok(1) }
            });
            Ok(try_gather(each).await?.iter().sum())
        })
    });
    BTreeMap::from([("length", length), ("words", words)])
}

#[test]
fn boxed_handlers_open_scopes_over_what_they_are_lent() {
    let results = everywhere(|| async {
        let (handlers, text) = (handlers(), String::from("to be"));
        let mut results = Vec::new();
        for handler in handlers.values() {
            results.push(handler(&text).await);
        }
        results
    });
    assert_eq!(results, [Ok(5), Ok(2)]);
}

#[test]
fn children_call_boxed_handlers() {
    let results = everywhere(|| async {
        let (handlers, text) = (handlers(), String::from("to be"));
        scope(async |s| {
            let mut handles = Vec::new();
            for handler in handlers.values() {
                handles.push(s.spawn(handler(&text)));
            }
            Ok(gather(handles).await)
        })
        .first()
        .await
    });
    assert_eq!(results, Ok(vec![5, 2]));
}

#[test]
fn verbs_call_boxed_handlers() {
    let results = everywhere(|| async {
        let (handlers, text) = (handlers(), String::from("to be"));
        try_gather(handlers.values().map(|handler| handler(&text))).await
    });
    assert_eq!(results, Ok(vec![5, 2]));
}

/// What users write to be given a scope: spawn whatever you like.
type Starter = Box<dyn for<'s, 'env> Fn(&'s Scope<'env, Failed>, &'env str) + Send + Sync>;

#[test]
fn boxed_starters_spawn_into_the_scope_they_are_lent() {
    let done = everywhere(|| async {
        let starters: Vec<Starter> = vec![
            Box::new(|s, text| {
                s.spawn(async move {
                    pause().await;
                    if text.len() == 5 { Ok(()) } else { Err(Failed("length")) }
                });
            }),
            Box::new(|s, text| {
                s.spawn_with(async move |s| {
                    for word in text.split(' ') {
                        s.spawn(async move {
                            pause().await;
                            if word.len() == 2 { Ok(()) } else { Err(Failed("word")) }
                        });
                    }
                });
            }),
        ];
        let run = async |text: &str| {
            scope(async |s| {
                starters.iter().for_each(|start| start(&s, text));
                Ok(())
            })
            .first()
            .await
        };
        (run("to be").await, run("or no").await, run("to see").await.is_err())
    });
    assert_eq!(done, (Ok(()), Ok(()), true));
}

#[test]
fn a_callback_that_is_an_async_closure_and_changes_what_it_captures() {
    async fn each(numbers: &[u32], mut callback: impl AsyncFnMut(u32)) {
        let doubled = scope(async |s| {
            let mut handles = Vec::new();
            for n in numbers {
                handles.push(s.spawn(double(*n)));
            }
            Ok::<_, Failed>(gather(handles).await)
        });
        for n in doubled.await.unwrap() {
            callback(n).await;
        }
    }
    let seen = ringfence::block_on(async {
        let mut seen = Vec::new();
        each(&[1, 2], async |n| {
            pause().await;
            seen.push(n);
        })
        .await;
        seen
    });
    assert_eq!(seen, [2, 4]);
}

type Make = fn(u32) -> BoxFuture<'static, Result<u32, Failed>>;

#[test]
fn a_function_pointer_makes_children() {
    let sum = everywhere(|| async {
        let makes: [Make; 2] = [|n| Box::pin(double(n)), |n| Box::pin(async move { Ok(n) })];
        scope(async |s| {
            let handles = makes.iter().map(|make| s.spawn(make(4)));
            Ok(gather(handles.collect::<Vec<_>>()).await.iter().sum::<u32>())
        })
        .first()
        .await
    });
    assert_eq!(sum, Ok(12));
}
