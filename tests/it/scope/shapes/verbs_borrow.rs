//! Verbs over closures that borrow: in tasks, methods, generic functions, loops and children.

use super::{Failed, double, everywhere, pause};
use async_trait::async_trait;
use futures::{StreamExt, future::BoxFuture};
use ringfence::{as_completed, gather, race, race_ok, scope, settle, timeout, try_gather};
use std::{future::Future, time::Duration};

struct Store {
    words: Vec<String>,
}

impl Store {
    async fn length(&self, i: usize) -> Result<usize, Failed> {
        pause().await;
        self.words.get(i).map(String::len).ok_or(Failed("no word"))
    }
}

fn store() -> Store {
    Store { words: vec!["to".to_string(), "be".to_string(), "or".to_string()] }
}

#[test]
fn in_a_task() {
    let lengths = everywhere(|| async {
        let (store, places) = (store(), vec![0, 1, 2]);
        let closures = try_gather(places.iter().map(|i| store.length(*i))).await;
        let blocks = try_gather(places.iter().map(|i| async {
            let i = *i;
            store.length(i).await
        }));
        let async_closures = try_gather(places.iter().map(async |i| store.length(*i).await));
        (closures, blocks.await, async_closures.limit(2).await)
    });
    assert_eq!(lengths, (Ok(vec![2; 3]), Ok(vec![2; 3]), Ok(vec![2; 3])));
}

#[test]
fn in_a_child_of_a_scope() {
    let lengths = everywhere(|| async {
        let (store, places) = (store(), vec![0, 1, 2]);
        scope(async |s| {
            let a = s.spawn(async { try_gather(places.iter().map(|i| store.length(*i))).await });
            let b = s.spawn(async {
                let local = [2, 1];
                let each = local.iter().map(|i| store.length(*i));
                Ok(settle(each).await.len())
            });
            Ok((a.await, b.await))
        })
        .first()
        .await
    });
    assert_eq!(lengths, Ok((vec![2; 3], 2)));
}

#[async_trait]
trait Lengths {
    async fn total(&self, places: &[usize]) -> Result<usize, Failed>;
}

#[async_trait]
impl Lengths for Store {
    async fn total(&self, places: &[usize]) -> Result<usize, Failed> {
        let each = places.iter().map(|i| self.length(*i));
        Ok(try_gather(each).await?.iter().sum())
    }
}

#[test]
fn in_a_method_of_async_trait_behind_dyn() {
    let total = everywhere(|| async {
        let store: Box<dyn Lengths + Send + Sync> = Box::new(store());
        try_gather((store.total(&[0, 1]), store.total(&[2]))).await
    });
    assert_eq!(total, Ok((4, 2)));
}

#[test]
fn in_a_function_that_returns_impl_future() {
    #[expect(clippy::manual_async_fn, reason = "the return type is what is tested")]
    fn total<'a>(
        store: &'a Store,
        places: &'a [usize],
    ) -> impl Future<Output = Result<usize, Failed>> + Send + 'a {
        async move { Ok(try_gather(places.iter().map(|i| store.length(*i))).await?.len()) }
    }
    fn boxed<'a>(store: &'a Store, places: &'a [usize]) -> BoxFuture<'a, Result<usize, Failed>> {
        Box::pin(async move {
            Ok(try_gather(places.iter().map(async |i| store.length(*i).await)).await?.len())
        })
    }
    fn bare<'a>(store: &'a Store) -> impl Future<Output = Vec<Result<usize, Failed>>> + Send + 'a {
        gather((0..2).map(|i| store.length(i)))
    }
    let counts = everywhere(|| async {
        let store = store();
        let both = try_gather((total(&store, &[0, 1]), boxed(&store, &[2]))).await;
        (both, bare(&store).await)
    });
    assert_eq!(counts, (Ok((2, 1)), vec![Ok(2), Ok(2)]));
}

#[test]
fn in_a_generic_function_over_a_callback() {
    async fn map<'a, T, U, E, F>(items: &'a [T], f: impl Fn(&'a T) -> F) -> Result<Vec<U>, E>
    where
        F: Future<Output = Result<U, E>>,
    {
        try_gather(items.iter().map(f)).limit(2).await
    }
    let lengths = everywhere(|| async {
        let store = store();
        map(&[0, 1, 2], |i| store.length(*i)).await
    });
    assert_eq!(lengths, Ok(vec![2; 3]));
}

#[test]
fn over_exclusive_parts() {
    let (lengths, words) = everywhere(|| async {
        let mut store = store();
        let change = store.words.iter_mut().enumerate().map(|(i, word)| async move {
            pause().await;
            word.push('+');
            i
        });
        (gather(change).await, store.words.concat())
    });
    assert_eq!((lengths.as_slice(), words.as_str()), (&[0, 1, 2][..], "to+be+or+"));
}

#[test]
fn in_a_loop_over_what_the_last_turn_has_changed() {
    let numbers = everywhere(|| async {
        let mut numbers = vec![1, 2];
        for _ in 0..2 {
            let doubled = try_gather(numbers.iter().map(|n| double(*n))).await.unwrap();
            numbers.extend(doubled);
        }
        numbers
    });
    assert_eq!(numbers, [1, 2, 2, 4, 2, 4, 4, 8]);
}

#[test]
fn race_ok_and_as_completed_over_methods() {
    let found = everywhere(|| async {
        let store = store();
        let first = race_ok([9, 1].iter().map(|i| store.length(*i))).await;
        let mut each = as_completed([0, 1].iter().map(|i| store.length(*i))).limit(1);
        let mut sum = 0;
        while let Some((place, length)) = each.next().await {
            sum += place + length.unwrap();
        }
        (first, sum)
    });
    assert_eq!(found, (Ok(2), 5));
}

#[test]
fn with_a_timeout_in_a_task() {
    let lengths = everywhere(|| async {
        let (store, places) = (store(), [0, 9]);
        let each = places.iter().map(|i| store.length(*i));
        try_gather(each).timeout(Duration::from_secs(3600)).named("lengths").await.unwrap()
    });
    assert_eq!(lengths, Err(Failed("no word")));
}

#[test]
fn nested_over_a_table() {
    let table = everywhere(|| async {
        let (store, rows) = (store(), vec![vec![0, 1], vec![2]]);
        let lengths = rows.iter().map(|row| try_gather(row.iter().map(|i| store.length(*i))));
        try_gather(lengths).await
    });
    assert_eq!(table, Ok(vec![vec![2, 2], vec![2]]));
}

#[test]
fn nested_in_a_tuple() {
    let lengths = everywhere(|| async {
        let (store, places) = (store(), [0, 1]);
        let left = try_gather(places.iter().map(|i| store.length(*i)));
        let right = gather(places.iter().map(|i| store.length(*i)));
        gather((left, right)).await
    });
    assert_eq!(lengths, (Ok(vec![2, 2]), vec![Ok(2), Ok(2)]));
}

#[test]
fn nested_in_races_streams_and_timeouts() {
    let ended = everywhere(|| async {
        let (store, places) = (store(), [0, 1]);
        let all = || settle(places.iter().map(|i| store.length(*i)));
        let limit = Duration::from_secs(3600);
        let raced = race((all(), settle(places.iter().map(|i| store.length(*i + 1))))).await.len();
        let timed = gather((timeout(limit, all()), all().limit(1).timeout(limit))).await.1.len();
        let mut each = as_completed(places.iter().map(|_| all()));
        (raced, timed, each.next().await.map(|(place, ended)| (place, ended.len())))
    });
    assert_eq!(ended, (2, 2, Some((0, 2))));
}

/// As `buffer_unordered` of the `futures` crate, which is not seen to be `Send` in such a place.
#[test]
fn a_stream_with_a_limit_in_a_child() {
    let sum = everywhere(|| async {
        let (store, places) = (store(), [0, 1, 2]);
        scope(async |s| -> Result<usize, Failed> {
            let sum = s.spawn(async {
                let mut each = as_completed(places.iter().map(|i| store.length(*i))).limit(2);
                let mut sum = 0;
                while let Some((_, length)) = each.next().await {
                    sum += length?;
                }
                Ok(sum)
            });
            Ok(sum.await)
        })
        .first()
        .await
    });
    assert_eq!(sum, Ok(6));
}
