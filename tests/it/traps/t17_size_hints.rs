//! Size hints may lie.

use futures::StreamExt as _;
use ringfence_core::{
    DynJoinSet, JoinSet, as_completed, gather, race, race_ok, settle, try_gather, until, wait,
};
use ringfence_test::{Stepper, run};
use std::{
    future::{Ready, ready},
    task::Poll,
};

/// Yields futures of 0, 1, 2, …, and says something else about their number.
#[derive(Clone)]
struct Liar {
    numbers: std::ops::Range<u32>,
    hint: Hint,
}

type Hint = fn(usize) -> (usize, Option<usize>);

impl Iterator for Liar {
    type Item = Ready<Result<u32, u32>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.numbers.next().map(|n| ready(Ok(n)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.hint)(self.numbers.len())
    }
}

fn liars() -> impl Iterator<Item = Liar> {
    let hints: [Hint; 5] = [
        |_| (usize::MAX, None),
        |_| (usize::MAX, Some(usize::MAX)),
        |_| (0, Some(0)),
        // Shrinks faster than what is left.
        |left| (left / 2, Some(left / 2)),
        // Less at most than at least.
        |left| (left + 1, Some(left.saturating_sub(1))),
    ];
    hints.into_iter().map(|hint| Liar { numbers: 0..100, hint })
}

// trap: T17
// rule: members-size-hint
#[test]
fn verbs_take_what_comes_whatever_was_said_about_its_number() {
    let all = Vec::from_iter(0..100);
    for liar in liars() {
        run(0, async {
            let outputs: Result<Vec<_>, _> = gather(liar.clone()).await.into_iter().collect();
            assert_eq!(outputs, Ok(all.clone()));
            assert_eq!(gather(liar.clone()).limit(3).await.len(), 100);
            assert_eq!(try_gather(liar.clone()).await, Ok(all.clone()));
            assert_eq!(settle(liar.clone()).await.len(), 100);
            assert_eq!(race(liar.clone()).await, Ok(0));
            assert_eq!(race_ok(liar.clone()).await, Ok(0));
            assert_eq!(as_completed(liar.clone()).count().await, 100);
            assert_eq!(wait(liar.clone(), until::AllCompleted).await.done.len(), 100);
        });
    }
}

// trap: T17
#[test]
fn sets_take_what_comes_whatever_was_said_about_its_number() {
    for liar in liars() {
        let mut set: JoinSet<_> = liar.clone().collect();
        set.extend(liar.clone());
        assert_eq!(set.len(), 200);
        let mut set: DynJoinSet<'_, _> = liar.clone().collect();
        set.extend(liar);
        assert_eq!(set.len(), 200);
    }
}

// trap: T17
#[test]
fn an_endless_iterator_is_asked_for_no_more_than_a_limit_lets_in() {
    let mut asked = 0;
    let endless = std::iter::from_fn(|| {
        asked += 1;
        Some(ready(asked))
    });
    let mut first = Box::pin(as_completed(endless).limit(2));
    for n in 1..=10 {
        let ended = Stepper::new(first.next()).step();
        assert_eq!(ended, Poll::Ready(Some((n - 1, n))));
    }
    drop(first);
    assert_eq!(asked, 11);

    let mut asked = 0;
    let endless = std::iter::from_fn(|| {
        asked += 1;
        Some(ready(if asked < 5 { Err(asked) } else { Ok(asked) }))
    });
    assert_eq!(Stepper::new(race_ok(endless).limit(1)).step(), Poll::Ready(Ok(5)));
    assert_eq!(asked, 5);
}
