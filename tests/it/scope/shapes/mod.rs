//! Bodies that compile where users write them, above all inside of tasks of a runtime.
//!
//! That they compile is most of what is tested here; that they run, and what they return, is the
//! rest.

mod borrowing;
mod callbacks;
mod children;
mod errors;
mod exits;
mod generic;
mod handles;
mod local;
mod nested;
mod places;
mod recursion;
mod select;
mod stored;
mod traits;
mod verbs;
mod verbs_borrow;

use std::{
    fmt::{self, Debug},
    future::Future,
    pin::Pin,
};

#[derive(Clone, Debug, PartialEq)]
struct Failed(&'static str);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Failed {}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs a future as a task that may move between threads.
fn task<F: Future<Output: Send> + Send + 'static>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(runtime.spawn(future)).unwrap()
}

/// Runs what `make` makes wherever a future may run, and returns what it returns everywhere.
fn everywhere<F, T>(make: impl Fn() -> F) -> T
where
    F: Future<Output = T> + Send + 'static,
    T: Debug + PartialEq + Send + 'static,
{
    let boxed: Boxed<T> = Box::pin(make());
    let alone = ringfence::block_on(boxed);
    assert_eq!(alone, task(make()), "as a task of tokio's");
    assert_eq!(alone, smol::block_on(smol::spawn(make())), "as a task of smol's");
    assert_eq!(alone, async_std::task::block_on(make()), "as a task of async-std's");
    alone
}

/// Gives way once: children that are all ready at their first poll prove little.
async fn pause() {
    smol::future::yield_now().await;
}

async fn double(n: u32) -> Result<u32, Failed> {
    pause().await;
    Ok(2 * n)
}

async fn fail(why: &'static str) -> Result<u32, Failed> {
    pause().await;
    Err(Failed(why))
}
