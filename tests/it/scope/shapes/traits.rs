//! Bodies in methods of traits: boxed by `async_trait`, returned as `impl Future`, behind `dyn`.

use super::{Failed, double, everywhere, pause, task};
use async_trait::async_trait;
use futures::future::BoxFuture;
use ringfence::{scope, try_gather};
use std::{future::Future, sync::Arc};

#[async_trait]
trait Service: Send + Sync {
    async fn call(&self, words: &[String]) -> Result<usize, Failed>;

    async fn twice(&self, words: &[String]) -> Result<usize, Failed> {
        scope(async |s| {
            let (a, b) = (s.spawn(self.call(words)), s.spawn(async { self.call(words).await }));
            Ok(a.await + b.await)
        })
        .first()
        .await
    }
}

struct Lengths {
    extra: usize,
}

#[async_trait]
impl Service for Lengths {
    async fn call(&self, words: &[String]) -> Result<usize, Failed> {
        let mut lengths = vec![0; words.len()];
        scope(async |s| {
            for (length, word) in lengths.iter_mut().zip(words) {
                s.spawn(async move {
                    pause().await;
                    *length = word.len() + self.extra;
                });
            }
            Ok(())
        })
        .first()
        .await?;
        Ok(lengths.iter().sum())
    }
}

fn words() -> Vec<String> {
    vec!["to".to_string(), "be".to_string()]
}

#[test]
fn in_a_method_of_async_trait() {
    let sum = everywhere(|| async { Lengths { extra: 1 }.call(&words()).await });
    assert_eq!(sum, Ok(6));
}

#[test]
fn in_a_provided_method_of_async_trait_behind_dyn() {
    async fn run(service: &dyn Service) -> Result<usize, Failed> {
        service.twice(&words()).await
    }
    assert_eq!(everywhere(|| async { run(&Lengths { extra: 0 }).await }), Ok(8));
}

#[test]
fn children_call_a_dyn_service() {
    async fn run(service: &dyn Service, words: &[String]) -> Result<usize, Failed> {
        scope(async |s| {
            let handles: Vec<_> = words.chunks(1).map(|one| s.spawn(service.call(one))).collect();
            let mut sum = 0;
            for handle in handles {
                sum += handle.await;
            }
            Ok(sum)
        })
        .first()
        .await
    }
    let sum = task(async {
        let service: Arc<dyn Service> = Arc::new(Lengths { extra: 0 });
        run(&*service, &words()).await
    });
    assert_eq!(sum, Ok(4));
}

trait Fetch: Sync {
    fn fetch(&self, n: u32) -> impl Future<Output = Result<u32, Failed>> + Send;

    fn fetch_all(&self, all: &[u32]) -> impl Future<Output = Result<u32, Failed>> + Send {
        async move {
            scope(async |s| {
                let mut handles = Vec::new();
                for n in all {
                    handles.push(s.spawn(self.fetch(*n)));
                }
                let mut sum = 0;
                for handle in handles {
                    sum += handle.await;
                }
                Ok(sum)
            })
            .first()
            .await
        }
    }
}

struct Doubling;

impl Fetch for Doubling {
    async fn fetch(&self, n: u32) -> Result<u32, Failed> {
        scope(async |s| {
            let doubled = s.spawn(double(n));
            Ok(doubled.await)
        })
        .first()
        .await
    }
}

#[test]
fn in_a_method_that_returns_impl_future_and_send() {
    assert_eq!(everywhere(|| async { Doubling.fetch_all(&[1, 2, 3]).await }), Ok(12));
}

#[test]
fn children_call_a_generic_service() {
    async fn run<S: Fetch>(service: &S, all: &[u32]) -> Result<Vec<u32>, Failed> {
        scope(async |s| {
            let mut handles = Vec::new();
            for n in all {
                handles.push(s.spawn(service.fetch(*n)));
            }
            Ok(ringfence::gather(handles).await)
        })
        .first()
        .await
    }
    assert_eq!(everywhere(|| async { run(&Doubling, &[1, 2]).await }), Ok(vec![2, 4]));
}

trait Connection {
    type Error: Send;

    fn query<'a>(&'a self, text: &'a str) -> BoxFuture<'a, Result<usize, Self::Error>>;
}

impl Connection for Lengths {
    type Error = Failed;

    fn query<'a>(&'a self, text: &'a str) -> BoxFuture<'a, Result<usize, Failed>> {
        Box::pin(async move {
            pause().await;
            Ok(text.len() + self.extra)
        })
    }
}

#[test]
fn the_error_is_an_associated_type() {
    async fn run<C: Connection + Sync>(connection: &C, texts: &[&str]) -> Result<usize, C::Error> {
        let (a, b) = scope(async |s| {
            let first = s.spawn(connection.query(texts[0]));
            let second = s.spawn(async { connection.query(texts[1]).await });
            Ok((first.await, second.await))
        })
        .first()
        .await?;
        let [c] = try_gather([connection.query(texts[2])]).await?;
        Ok(a + b + c)
    }
    let sum = everywhere(|| async { run(&Lengths { extra: 0 }, &["a", "bc", "def"]).await });
    assert_eq!(sum, Ok(6));
}

/// A future of `tower`'s kind: a service that returns a boxed future, which owns what it needs.
#[test]
fn in_the_boxed_future_of_a_service_that_is_cloned() {
    #[derive(Clone)]
    struct Owned(Arc<Vec<u32>>);
    impl Owned {
        fn call(&mut self, n: u32) -> BoxFuture<'static, Result<u32, Failed>> {
            let this = self.clone();
            Box::pin(async move {
                scope(async |s| {
                    let (a, b) = (s.spawn(double(n)), s.spawn(async { Ok(this.0[0]) }));
                    Ok(a.await + b.await)
                })
                .first()
                .await
            })
        }
    }
    assert_eq!(task(Owned(Arc::new(vec![5])).call(1)), Ok(7));
}
