//! Nurseries: a body spawns children, and all of them have ended when it is left.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::{BoxFuture, FutureExt};
use ringfence_core::{scope, scope_local};
use tokio::task::JoinSet;

use super::{Bound, Boxing, Moro, OURS, Ringfence, SetFamily, Tokio};
use crate::child::{Child, Yields};
use crate::drive::{Drive, OnTokio, Spin};

/// A library with a nursery, or with a set that a body can make do with.
pub(crate) trait Nursery: 'static {
    const NAME: &'static str;
    type Drive: Drive;

    /// Spawns `n` children, and awaits each.
    fn await_each<F: Child>(
        n: usize,
        child: impl Fn(usize) -> F + Send + 'static,
    ) -> impl Future<Output = ()>;

    /// Spawns `batches` times `batch` children that nobody awaits, and yields after each batch, so
    /// that it ends; then waits for `then`.
    fn spawn_each<F: Child>(
        batches: usize,
        batch: usize,
        child: impl Fn(usize) -> F + Send + 'static,
        then: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()>;
}

/// Nurseries whose only child is another one, and so on, so many times.
pub(crate) trait Nest: Nursery {
    fn nest(depth: usize) -> BoxFuture<'static, ()>;
}

/// A child that may fail, as those of our scopes, and does not.
struct Succeeds<F>(F);

impl<F: Child> Future for Succeeds<F> {
    type Output = Result<F::Output, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(Ok)
    }
}

/// Our nurseries, which differ in nothing but what may be spawned.
macro_rules! ringfence {
    ($name:ident = $scope:ident) => {
        impl Nursery for $name {
            const NAME: &'static str = OURS;
            type Drive = Spin;

            async fn await_each<F: Child>(n: usize, child: impl Fn(usize) -> F + Send + 'static) {
                let awaited = $scope(async |s| -> Result<(), Infallible> {
                    let handles: Vec<_> = (0..n).map(|at| s.spawn(Succeeds(child(at)))).collect();
                    for handle in handles {
                        handle.await;
                    }
                    Ok(())
                });
                awaited.await.expect("no child fails");
            }

            async fn spawn_each<F: Child>(
                batches: usize,
                batch: usize,
                child: impl Fn(usize) -> F + Send + 'static,
                then: impl Future<Output = ()> + Send + 'static,
            ) {
                let ended = $scope(async |s| -> Result<(), Infallible> {
                    for _ in 0..batches {
                        (0..batch).for_each(|at| drop(s.spawn(Succeeds(child(at)))));
                        Yields(1).await;
                    }
                    then.await;
                    Ok(())
                });
                ended.await.expect("no child fails");
            }
        }
    };
}

/// Ours for children of one thread.
pub(crate) struct RingfenceLocal;

ringfence!(Ringfence = scope);
ringfence!(RingfenceLocal = scope_local);

impl Nest for Ringfence {
    fn nest(depth: usize) -> BoxFuture<'static, ()> {
        let nest = async move {
            let Some(depth) = depth.checked_sub(1) else { return std::future::pending().await };
            let inside = scope(async |s| -> Result<(), Infallible> {
                s.spawn(Self::nest(depth)).await;
                Ok(())
            });
            inside.await.expect("no child fails");
        };
        nest.boxed()
    }
}

/// `moro`'s and `moro-local`'s nurseries, which differ in nothing but what may be spawned.
macro_rules! moro {
    ($name:ident = $shown:literal, $krate:ident, $box:ident) => {
        impl Nursery for $name {
            const NAME: &'static str = $shown;
            type Drive = Spin;

            fn await_each<F: Child>(
                n: usize,
                child: impl Fn(usize) -> F + Send + 'static,
            ) -> impl Future<Output = ()> {
                $krate::scope_fn(move |scope| {
                    let body = async move {
                        let handles: Vec<_> = (0..n).map(|at| scope.spawn(child(at))).collect();
                        for handle in handles {
                            handle.await;
                        }
                    };
                    body.$box()
                })
            }

            fn spawn_each<F: Child>(
                batches: usize,
                batch: usize,
                child: impl Fn(usize) -> F + Send + 'static,
                then: impl Future<Output = ()> + Send + 'static,
            ) -> impl Future<Output = ()> {
                $krate::scope_fn(move |scope| {
                    let body = async move {
                        for _ in 0..batches {
                            (0..batch).for_each(|at| drop(scope.spawn(child(at))));
                            Yields(1).await;
                        }
                        then.await;
                    };
                    body.$box()
                })
            }
        }
    };
}

/// moro for one thread: a `Rc` and a `RefCell` where `moro` has an `Arc` and a lock.
pub(crate) struct MoroLocal;

moro!(Moro = "moro", moro, boxed);
moro!(MoroLocal = "moro-local", moro_local, boxed_local);

impl Nest for Moro {
    fn nest(depth: usize) -> BoxFuture<'static, ()> {
        let Some(depth) = depth.checked_sub(1) else { return std::future::pending().boxed() };
        moro::scope_fn(move |scope| async move { scope.spawn(Self::nest(depth)).await }.boxed())
            .boxed()
    }
}

/// A scope is a vector of its children, all of which are polled at every wake.
impl Nest for Boxing<Bound> {
    fn nest(depth: usize) -> BoxFuture<'static, ()> {
        let Some(depth) = depth.checked_sub(1) else { return std::future::pending().boxed() };
        let mut children = vec![Self::nest(depth)];
        let all_ended = poll_fn(move |cx| {
            children.retain_mut(|child| child.poll_unpin(cx).is_pending());
            if children.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        });
        all_ended.boxed()
    }
}

impl Nursery for Tokio {
    const NAME: &'static str = <Self as SetFamily>::NAME;
    type Drive = OnTokio;

    async fn await_each<F: Child>(n: usize, child: impl Fn(usize) -> F + Send + 'static) {
        Self::spawn_each(1, n, child, std::future::ready(())).await;
    }

    async fn spawn_each<F: Child>(
        batches: usize,
        batch: usize,
        child: impl Fn(usize) -> F + Send + 'static,
        then: impl Future<Output = ()> + Send + 'static,
    ) {
        let mut set = JoinSet::new();
        for _ in 0..batches {
            (0..batch).for_each(|at| drop(set.spawn(child(at))));
            while set.join_next().await.is_some() {}
        }
        then.await;
    }
}
