//! Early ends: `return` and `?`, in bodies and in children.

use super::{Failed, double, everywhere, fail, pause};
use ringfence::{ScopeError, scope};
use std::{
    num::ParseIntError,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

#[test]
fn the_body_returns_early() {
    async fn find(numbers: &[u32], wanted: u32) -> Result<Option<usize>, Failed> {
        scope(async |s| {
            for (i, n) in numbers.iter().enumerate() {
                let doubled = s.spawn(async { double(*n).await });
                if doubled.await == wanted {
                    return Ok(Some(i));
                }
            }
            Ok(None)
        })
        .first()
        .await
    }
    let found = everywhere(|| async { (find(&[1, 2, 3], 4).await, find(&[1], 4).await) });
    assert_eq!(found, (Ok(Some(1)), Ok(None)));
}

#[test]
fn the_body_returns_early_from_a_match() {
    let found = everywhere(|| async {
        let word = String::from("7");
        scope(async |s| -> Result<u32, Failed> {
            let n = match word.parse::<u32>() {
                Ok(0) => return Ok(0),
                Ok(n) => n,
                Err(_) => return Err(Failed("no number")),
            };
            let Some(next) = n.checked_add(1) else { return Ok(n) };
            let doubled = s.spawn(double(next));
            Ok(doubled.await)
        })
        .first()
        .await
    });
    assert_eq!(found, Ok(16));
}

#[test]
fn children_return_early() {
    let count = everywhere(|| async {
        let (words, count) = (["1", "x", "3"], AtomicU32::new(0));
        scope(async |s| -> Result<(), Failed> {
            for word in &words {
                s.spawn(async {
                    let Ok(n) = word.parse() else { return Ok(()) };
                    pause().await;
                    if n > 2 {
                        return Ok(());
                    }
                    count.fetch_add(n, Relaxed);
                    Ok(())
                });
            }
            Ok(())
        })
        .await
        .unwrap();
        count.into_inner()
    });
    assert_eq!(count, 1);
}

#[test]
fn the_body_uses_the_question_mark() {
    let failed = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            let b = double(numbers[1]).await?;
            fail("body").await?;
            Ok(a.await + b)
        })
        .first()
        .await
    });
    assert_eq!(failed, Err(Failed("body")));
}

#[test]
fn children_use_the_question_mark() {
    let failed = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| -> Result<u32, Failed> {
            let a = s.spawn(async {
                let sum = double(numbers[0]).await? + double(numbers[1]).await?;
                fail("child").await?;
                Ok(sum)
            });
            Ok(a.await)
        })
        .first()
        .await
    });
    assert_eq!(failed, Err(Failed("child")));
}

#[derive(Debug, PartialEq)]
enum Either {
    Failed(Failed),
    Parse(ParseIntError),
}

impl From<Failed> for Either {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<ParseIntError> for Either {
    fn from(error: ParseIntError) -> Self {
        Self::Parse(error)
    }
}

#[test]
fn the_question_mark_converts_errors_in_the_body_and_in_children() {
    async fn run(words: &[&str]) -> Result<u32, Either> {
        scope(async |s| -> Result<u32, Either> {
            let a = s.spawn(async {
                let n = words[0].parse()?;
                Ok(double(n).await?)
            });
            let b: u32 = words[1].parse()?;
            Ok(a.await + double(b).await?)
        })
        .first()
        .await
    }
    assert_eq!(everywhere(|| async { run(&["1", "2"]).await }), Ok(6));
    let failed = everywhere(|| async { run(&["x", "2"]).await });
    assert!(matches!(failed, Err(Either::Parse(_))), "{failed:?}");
}

#[test]
fn the_scopes_error_goes_on_by_the_question_mark() {
    async fn run(why: &'static str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
        let n = scope(async |s| {
            let n = s.spawn(fail(why));
            Ok(n.await)
        })
        .await?;
        Ok(n)
    }
    let failed = everywhere(|| async { run("boxed").await.unwrap_err().to_string() });
    assert!(failed.contains("boxed"), "{failed}");
}

#[test]
fn the_function_around_returns_what_the_scope_says() {
    async fn run(why: Option<&'static str>) -> Result<u32, Failed> {
        let scoped = scope(async |s| {
            let n = s.spawn(async {
                match why {
                    Some(why) => fail(why).await,
                    None => double(1).await,
                }
            });
            Ok(n.await)
        });
        let n = match scoped.await {
            Ok(n) => n,
            Err(ScopeError::Failed(group)) => return Err(group.into_single().unwrap()),
            Err(other) => panic!("{other}"),
        };
        Ok(n + 1)
    }
    assert_eq!(everywhere(|| async { (run(None).await, run(Some("a")).await) }).0, Ok(3));
    assert_eq!(everywhere(|| run(Some("a"))), Err(Failed("a")));
}

#[test]
fn loops_in_the_body_break_and_go_on() {
    let numbers = everywhere(|| async {
        let numbers = [1, 2, 3, 4];
        scope(async |s| -> Result<Vec<u32>, Failed> {
            let mut all = Vec::new();
            'all: for pair in numbers.chunks(2) {
                for n in pair {
                    if *n == 2 {
                        continue 'all;
                    }
                    let doubled = s.spawn(async { double(*n).await }).await;
                    if doubled > 6 {
                        break 'all;
                    }
                    all.push(doubled);
                }
            }
            Ok(all)
        })
        .await
        .unwrap()
    });
    assert_eq!(numbers, [2, 6]);
}
