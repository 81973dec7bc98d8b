//! Types of errors: with lifetimes, boxed, `anyhow`'s, generic, and none.

use super::{Failed, double, everywhere, fail, pause};
use ringfence::{OnFailure, PanicPolicy, ScopeError, scope};
use std::{convert::Infallible, error::Error, fmt, io, sync::Mutex};

type AnyError = Box<dyn Error + Send + Sync>;

#[derive(Debug, PartialEq)]
struct Unknown<'a>(&'a str);

impl fmt::Display for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[test]
fn with_a_lifetime() {
    async fn check<'a>(words: &'a [String], known: &[&str]) -> Result<usize, Unknown<'a>> {
        scope(async |s| {
            for word in words {
                s.spawn(async {
                    pause().await;
                    match known.contains(&word.as_str()) {
                        true => Ok(()),
                        false => Err(Unknown(word)),
                    }
                });
            }
            Ok(words.len())
        })
        .first()
        .await
    }
    let found = everywhere(|| async {
        let words = ["a".to_string(), "b".to_string()];
        let all = check(&words, &["a", "b"]).await.ok();
        (all, check(&words, &["a"]).await.unwrap_err().0.to_owned())
    });
    assert_eq!(found, (Some(2), "b".to_string()));
}

#[test]
fn that_is_a_reference() {
    let found = everywhere(|| async {
        let reasons = [String::from("late"), String::from("lost")];
        let failed = scope(async |s| {
            s.spawn(async { Err::<(), &str>(&reasons[1]) });
            Ok(())
        });
        failed.first().await.unwrap_err().to_owned()
    });
    assert_eq!(found, "lost");
}

#[test]
fn boxed() {
    let failed = everywhere(|| async {
        let words = ["1", "x"];
        let sum = scope(async |s| -> Result<u32, AnyError> {
            let a = s.spawn(async { Ok(double(words[0].parse()?).await?) });
            let b = s.spawn(async {
                let n: u32 = words[1].parse()?;
                Ok(n)
            });
            Ok(a.await + b.await)
        });
        sum.first().await.unwrap_err().to_string()
    });
    assert_eq!(failed, "invalid digit found in string");
}

#[test]
fn boxed_and_made_of_text_in_the_body() {
    let failed = everywhere(|| async {
        let n = 1;
        let sum = scope(async |s| -> Result<u32, AnyError> {
            let a = s.spawn(async { Ok(double(n).await?) });
            if a.await == 2 {
                return Err("two".into());
            }
            Err(io::Error::other("not two"))?
        });
        sum.first().await.unwrap_err().to_string()
    });
    assert_eq!(failed, "two");
}

#[test]
fn of_anyhow() {
    use anyhow::Context as _;
    async fn run(words: &[&str]) -> anyhow::Result<u32> {
        let sum = scope(async |s| -> anyhow::Result<u32> {
            let a = s.spawn(async {
                let n = words[0].parse().context("the first word")?;
                Ok(double(n).await?)
            });
            let b = s.spawn(async {
                anyhow::ensure!(words.len() == 2, "{} words", words.len());
                Ok(words[1].parse::<u32>()?)
            });
            Ok(a.await + b.await)
        })
        .first()
        .await?;
        Ok(sum)
    }
    assert_eq!(everywhere(|| async { run(&["1", "2"]).await.unwrap() }), 4);
    let failed = everywhere(|| async { run(&["x", "2"]).await.unwrap_err().to_string() });
    assert_eq!(failed, "the first word");
    let failed = everywhere(|| async { run(&["1"]).await.unwrap_err().to_string() });
    assert_eq!(failed, "1 words");
}

#[test]
fn a_scopes_error_becomes_one_of_anyhow_and_a_boxed_one() {
    let text = everywhere(|| async {
        let scoped = || {
            scope(async |s| {
                let n = s.spawn(fail("why"));
                Ok(n.await)
            })
        };
        let anyhow = anyhow::Error::from(scoped().await.unwrap_err()).to_string();
        let boxed = AnyError::from(scoped().await.unwrap_err()).to_string();
        (anyhow == boxed, boxed.contains("why"))
    });
    assert_eq!(text, (true, true));
}

#[test]
fn of_a_generic_type() {
    async fn retry<T, E, F>(times: u32, attempt: impl Fn(u32) -> F + Sync) -> Result<T, E>
    where
        T: Send,
        E: From<Failed> + Send,
        F: Future<Output = Result<T, E>> + Send,
    {
        for i in 0..times {
            let tried = scope(async |s| {
                let tried = s.spawn(attempt(i));
                Ok(tried.await)
            });
            if let Ok(value) = tried.first().await {
                return Ok(value);
            }
        }
        Err(Failed("no attempt").into())
    }
    let tried = everywhere(|| async {
        let good = 2;
        let third = retry(3, async |i| if i == good { double(i).await } else { fail("a").await });
        (third.await, retry(0, |_| double(1)).await)
    });
    assert_eq!(tried, (Ok(4), Err(Failed("no attempt"))));
}

#[test]
fn that_cannot_happen() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        let sum = scope(async |s| -> Result<u32, Infallible> {
            let a = s.spawn(async { Ok(numbers[0]) });
            s.spawn(pause());
            Ok(a.await + numbers[1])
        });
        let Ok(sum) = sum.first().await;
        sum
    });
    assert_eq!(sum, 3);
}

#[test]
fn of_the_unit_type() {
    let failed = everywhere(|| async {
        let scoped = scope(async |s| {
            s.spawn(async { Err::<u32, ()>(()) });
            Ok(())
        });
        matches!(scoped.await, Err(ScopeError::Failed(group)) if group.iter().count() == 1)
    });
    assert!(failed);
}

#[test]
fn handed_to_a_sink_that_borrows() {
    let seen = everywhere(|| async {
        let (words, mut seen) = (["a", "b"], Vec::new());
        let lock = Mutex::new(0);
        let scoped = scope(async |s| {
            for word in &words {
                s.spawn(async { Err::<(), _>(Unknown(word)) });
            }
            Ok(words.len())
        });
        let sink = OnFailure::sink(|failure| {
            *lock.lock().unwrap() += 1;
            seen.push(failure.to_string());
        });
        let length = scoped.on_failure(sink).panics(PanicPolicy::Collect).await.ok();
        (length, seen.len(), lock.into_inner().unwrap())
    });
    assert_eq!(seen, (Some(2), 2, 2));
}

#[test]
fn named_once_where_only_the_question_mark_tells() {
    let sum = everywhere(|| async {
        let words = ["1", "2"];
        let sum = scope(async |s| -> Result<_, AnyError> {
            let mut handles = Vec::new();
            for word in &words {
                handles.push(s.spawn(async {
                    let n: u32 = word.parse()?;
                    Ok(n)
                }));
            }
            Ok(ringfence::gather(handles).await.iter().sum::<u32>())
        });
        sum.await.map_err(|error| error.to_string())
    });
    assert_eq!(sum, Ok(3));
}

#[test]
fn collected_by_a_supervisor() {
    let failures = everywhere(|| async {
        let whys = ["a", "b"];
        let scoped = scope(async |s| {
            for why in whys {
                s.spawn(async move { fail(why).await });
            }
            Ok(())
        });
        match scoped.on_failure(OnFailure::Collect).await {
            Err(ScopeError::Failed(group)) => group.iter().count(),
            _ => 0,
        }
    });
    assert_eq!(failures, 2);
}
