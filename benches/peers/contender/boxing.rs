//! A nursery made of a set, as users of libraries without one write it.

use std::marker::PhantomData;
use std::pin::Pin;

use super::{Nursery, Set, SetFamily};
use crate::child::Child;
use crate::steps::drain;

/// What a set needs to hold children of different types, as a nursery does.
type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Makes do with the set of `C`, its children boxed; there are no handles.
pub(crate) struct Boxing<C>(PhantomData<C>);

impl<C: SetFamily> Nursery for Boxing<C> {
    const NAME: &'static str = C::NAME;
    type Drive = C::Drive;

    async fn await_each<F: Child>(n: usize, child: impl Fn(usize) -> F + Send + 'static) {
        Self::spawn_each(1, n, child, std::future::ready(())).await;
    }

    async fn spawn_each<F: Child>(
        batches: usize,
        batch: usize,
        child: impl Fn(usize) -> F + Send + 'static,
        then: impl Future<Output = ()> + Send + 'static,
    ) {
        let mut set = C::Set::<Boxed<F::Output>>::with_capacity(batch);
        for _ in 0..batches {
            (0..batch).for_each(|at| set.insert(Box::pin(child(at))));
            drain(&mut set).await;
        }
        then.await;
    }
}
