//! Verbs in scopes, and scopes in verbs.

use super::{Failed, double, everywhere, fail, pause};
use futures::StreamExt;
use ringfence::{
    DynJoinSet, JoinSet, as_completed, gather, race, race_ok, scope, settle, try_gather, until,
    wait,
};

#[test]
fn gather_in_the_body_of_a_scope() {
    let sum = everywhere(|| async {
        let numbers = [1, 2, 3];
        scope(async |s| {
            let child = s.spawn(async { double(numbers[0]).await });
            let own = gather(numbers.iter().map(|n| double(*n))).await;
            let pair = gather((child, async { numbers.len() })).await;
            Ok::<_, Failed>((own.len(), pair))
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, (3, (2, 3)));
}

#[test]
fn verbs_in_the_children_of_a_scope() {
    let all = everywhere(|| async {
        let numbers = [1, 2, 3];
        scope(async |s| {
            let tried = s.spawn(async { try_gather(numbers.iter().map(|n| double(*n))).await });
            let raced = s.spawn(async { race((double(numbers[0]), double(numbers[0]))).await });
            let won = s.spawn(async {
                let errors = race_ok((fail("a"), double(numbers[2]))).await;
                errors.map_err(|[first, _]| first)
            });
            let settled = s.spawn(async { Ok(settle([double(numbers[1])]).await.len()) });
            Ok((tried.await, raced.await, won.await, settled.await))
        })
        .first()
        .await
    });
    assert_eq!(all, Ok((vec![2, 4, 6], 2, 6, 1)));
}

#[test]
fn a_verb_is_a_child() {
    let all = everywhere(|| async {
        let numbers = [1, 2, 3];
        scope(async |s| {
            let tried = s.spawn(try_gather([double(numbers[0]), double(numbers[1])]));
            let raced = s.spawn(race([double(numbers[2])]).named("race"));
            let limited = s.spawn(try_gather(numbers.iter().map(|n| double(*n))).limit(1));
            Ok((tried.await, raced.await, limited.await))
        })
        .first()
        .await
    });
    assert_eq!(all, Ok(([2, 4], 6, vec![2, 4, 6])));
}

#[test]
fn scopes_in_gather_borrow_disjoint_parts() {
    let numbers = everywhere(|| async {
        let mut numbers = vec![1, 2, 3, 4];
        let (left, right) = numbers.split_at_mut(2);
        let change = |part| async move {
            scope(async |s| -> Result<(), Failed> {
                let part: &mut [u32] = part;
                for n in part {
                    s.spawn(async move {
                        *n = double(*n).await?;
                        Ok(())
                    });
                }
                Ok(())
            })
            .first()
            .await
        };
        let done = try_gather((change(left), change(right))).await;
        (done, numbers)
    });
    assert_eq!(numbers, (Ok(((), ())), vec![2, 4, 6, 8]));
}

#[test]
fn scopes_in_gather_over_an_iterator() {
    let sums = everywhere(|| async {
        let rows = [vec![1, 2], vec![3]];
        let sums = rows.iter().map(|row| {
            scope(async move |s| {
                let mut handles = Vec::new();
                for n in row {
                    handles.push(s.spawn(double(*n)));
                }
                Ok(gather(handles).await.iter().sum::<u32>())
            })
            .first()
        });
        try_gather(sums).limit(1).await
    });
    assert_eq!(sums, Ok(vec![6, 6]));
}

#[test]
fn scopes_in_race() {
    let winner = everywhere(|| async {
        let numbers = [1, 2];
        let stuck = scope(async |s| {
            s.spawn(async { std::future::pending::<Result<(), Failed>>().await });
            double(numbers[0]).await
        });
        let quick = scope(async |s| {
            let a = s.spawn(async { double(numbers[1]).await });
            Ok(a.await)
        });
        race((stuck.first(), quick.first())).await
    });
    assert_eq!(winner, Ok(4));
}

#[test]
fn a_scope_in_a_set() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        let mut set = JoinSet::new();
        for n in &numbers {
            set.insert(scope(async move |s| {
                let a = s.spawn(double(*n));
                Ok::<_, Failed>(a.await)
            }));
        }
        let mut sum = 0;
        while let Some((_, outcome)) = set.next().await {
            sum += outcome.ok().unwrap().unwrap();
        }
        sum
    });
    assert_eq!(sum, 6);
}

#[test]
fn a_set_in_a_scope_holds_futures_that_borrow() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| -> Result<u32, Failed> {
            let sum = s.spawn(async {
                let mut set: DynJoinSet<'_, Result<u32, Failed>> = DynJoinSet::new();
                set.insert(double(numbers[0]));
                set.insert(async {
                    pause().await;
                    Ok(numbers[1])
                });
                let mut sum = 0;
                while let Some((_, outcome)) = set.next().await {
                    sum += outcome.ok().unwrap()?;
                }
                Ok(sum)
            });
            Ok(sum.await)
        })
        .first()
        .await
    });
    assert_eq!(sum, Ok(4));
}

#[test]
fn as_completed_and_wait_in_a_scope() {
    let counts = everywhere(|| async {
        let numbers = [1, 2, 3];
        scope(async |s| {
            let streamed = s.spawn(async {
                let mut each = as_completed(numbers.iter().map(|n| double(*n)));
                let mut count = 0;
                while let Some((_, doubled)) = each.next().await {
                    count += doubled?;
                }
                Ok(count)
            });
            let waited = s.spawn(async {
                let waited = wait(numbers.iter().map(|n| double(*n)), until::FirstFailure).await;
                Ok((waited.done.len(), waited.pending.len()))
            });
            Ok::<_, Failed>((streamed.await, waited.await))
        })
        .first()
        .await
    });
    assert_eq!(counts, Ok((12, (3, 0))));
}
