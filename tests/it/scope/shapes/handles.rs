//! Handles: in vectors, in other children, in verbs and sets.

use super::{Failed, double, everywhere, fail, pause};
use futures::{StreamExt, channel::oneshot};
use ringfence::{Handle, JoinSet, Outcome, as_completed, gather, race, scope, settle, until, wait};

#[test]
fn in_a_vector_awaited_one_by_one() {
    let sum = everywhere(|| async {
        let numbers = [1, 2, 3];
        scope(async |s| {
            let handles: Vec<_> =
                numbers.iter().map(|n| s.spawn(async { double(*n).await })).collect();
            let mut sum = 0;
            for handle in handles {
                sum += handle.await;
            }
            Ok(sum)
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, 12);
}

#[test]
fn awaited_in_another_child() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            let b = s.spawn(async { Ok(a.await + double(numbers[1]).await?) });
            let c = s.spawn_with(async |s| {
                let d = s.spawn(async { Ok::<_, Failed>(b.await + 1) });
                Ok(d.await + 1)
            });
            Ok(c.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, 8);
}

#[test]
fn awaited_in_a_chain_of_children() {
    let last = everywhere(|| async {
        let step = 2;
        scope(async |s| -> Result<u32, Failed> {
            let mut last = s.spawn(async { Ok(0) });
            for _ in 0..10 {
                last = s.spawn(async {
                    pause().await;
                    Ok(last.await + step)
                });
            }
            Ok(last.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(last, 20);
}

#[test]
fn awaited_in_a_child_of_an_inner_scope() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let outer = s.spawn(async { double(numbers[0]).await });
            let inner = scope(async |s| {
                let sum = s.spawn(async { Ok(outer.await + double(numbers[1]).await?) });
                Ok(sum.await)
            });
            inner.first().await
        })
        .first()
        .await
    });
    assert_eq!(sum, Ok(6));
}

#[test]
fn in_gather_as_a_vector_an_array_and_a_tuple() {
    let all = everywhere(|| async {
        let numbers = [1, 2, 3];
        scope(async |s| -> Result<_, Failed> {
            let handles: Vec<_> = numbers.iter().map(|n| s.spawn(double(*n))).collect();
            let vector = gather(handles).await;
            let array = gather([0, 1].map(|i| s.spawn(double(numbers[i])))).await;
            let word = s.spawn(async { Ok(String::from("a")) });
            let tuple = gather((word, s.spawn(pause()), double(numbers[2]))).await;
            Ok((vector, array, tuple))
        })
        .await
        .unwrap()
    });
    assert_eq!(all, (vec![2, 4, 6], [2, 4], ("a".to_string(), (), Ok(6))));
}

#[test]
fn in_race_lent() {
    let both = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let (sender, receiver) = oneshot::channel();
            let mut slow =
                s.spawn(async { double(receiver.await.map_err(|_| Failed("closed"))?).await });
            let mut quick = s.spawn(async { double(numbers[1]).await });
            let first = race([&mut slow, &mut quick]).await;
            sender.send(numbers[0]).unwrap();
            Ok((first, slow.await))
        })
        .await
        .unwrap()
    });
    assert_eq!(both, (4, 2));
}

#[test]
fn in_as_completed() {
    let mut ended = everywhere(|| async {
        let numbers = [1, 2, 3];
        scope(async |s| -> Result<_, Failed> {
            let handles = numbers.iter().map(|n| s.spawn(async { double(*n).await }));
            let mut each = as_completed(handles.collect::<Vec<_>>());
            let mut ended = Vec::new();
            while let Some((place, number)) = each.next().await {
                ended.push((place, number));
            }
            Ok(ended)
        })
        .await
        .unwrap()
    });
    ended.sort_unstable();
    assert_eq!(ended, [(0, 2), (1, 4), (2, 6)]);
}

#[test]
fn in_a_set() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| -> Result<u32, Failed> {
            let mut set: JoinSet<Handle<u32>> = JoinSet::new();
            for n in &numbers {
                set.insert(s.spawn(async { double(*n).await }));
            }
            let mut sum = 0;
            while let Some((_, outcome)) = set.next().await {
                sum += outcome.ok().unwrap_or_default();
            }
            Ok(sum)
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, 6);
}

#[test]
fn in_wait() {
    let (done, sum) = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| -> Result<_, Failed> {
            let handles: Vec<_> =
                numbers.iter().map(|n| s.spawn(async { double(*n).await })).collect();
            let waited = wait(handles, until::AllCompleted).await;
            let done = waited.done.len();
            Ok((done, waited.done.into_iter().filter_map(|(_, outcome)| outcome.ok()).sum::<u32>()))
        })
        .await
        .unwrap()
    });
    assert_eq!((done, sum), (2, 6));
}

#[test]
fn asked_for_the_outcome() {
    let cancelled = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            let b = s.spawn(std::future::pending::<Result<u32, Failed>>());
            b.cancel("not needed");
            let outcomes = settle((a.outcome(), b.outcome())).await;
            Ok(matches!(
                outcomes,
                (
                    Outcome::Completed(Outcome::Completed(2)),
                    Outcome::Completed(Outcome::Cancelled(_))
                )
            ))
        })
        .await
        .unwrap()
    });
    assert!(cancelled);
}

#[test]
fn kept_in_a_struct_beside_what_the_children_borrow() {
    struct Running<'a> {
        names: &'a [&'a str],
        handles: Vec<Handle<usize>>,
    }
    impl Running<'_> {
        async fn total(self) -> usize {
            gather(self.handles).await.iter().sum::<usize>() + self.names.len()
        }
    }
    let total = everywhere(|| async {
        let names = ["a", "bc"];
        scope(async |s| -> Result<usize, Failed> {
            let spawn = |name: &'static str| s.spawn(async move { Ok(name.len()) });
            let handles = names.iter().map(|name| spawn(name)).collect();
            Ok(Running { names: &names, handles }.total().await)
        })
        .await
        .unwrap()
    });
    assert_eq!(total, 5);
}

#[test]
fn sent_through_a_channel_to_another_child() {
    let sum = everywhere(|| async {
        let numbers = [1, 2, 3];
        let (sender, mut receiver) = futures::channel::mpsc::unbounded::<Handle<u32>>();
        scope(async |s| {
            let sum = s.spawn(async {
                let mut sum = 0;
                while let Some(handle) = receiver.next().await {
                    sum += handle.await;
                }
                Ok(sum)
            });
            for n in &numbers {
                sender.unbounded_send(s.spawn(async { double(*n).await })).unwrap();
            }
            sender.close_channel();
            Ok(sum.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, 12);
}

#[test]
fn of_a_child_that_fails_ends_the_child_that_awaits_it() {
    let failed = everywhere(|| async {
        scope(async |s| {
            let a = s.spawn(fail("a"));
            let b = s.spawn(async { Ok(a.await + 1) });
            Ok(b.await)
        })
        .first()
        .await
    });
    assert_eq!(failed, Err(Failed("a")));
}
