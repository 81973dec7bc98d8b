//! A gather made of a set, as users of libraries without one write it.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::task::{Context, Poll, ready};

use super::{Gather, Set, SetFamily, TryGather};
use crate::child::{Child, Failed, Placed};

/// Gathers with the set of `C`: each child carries the place of its output.
pub(crate) struct Placing<C>(PhantomData<C>);

/// Makes a set of `children` and room for their outputs.
fn place<C: SetFamily, F: Child>(children: Vec<F>) -> (C::Set<Placed<F>>, usize) {
    let n = children.len();
    let mut set = C::Set::with_capacity(n);
    for (place, child) in children.into_iter().enumerate() {
        set.insert(Placed { place, child });
    }
    (set, n)
}

/// Polls `set` until it is empty, and hands every output with its place to `take`.
fn drain<F: Child, E>(
    set: &mut impl Set<Placed<F>>,
    cx: &mut Context<'_>,
    mut take: impl FnMut(usize, F::Output) -> Result<(), E>,
) -> Poll<Result<(), E>> {
    while let Some((place, output)) = ready!(set.poll_next(cx)) {
        take(place, output)?;
    }
    Poll::Ready(Ok(()))
}

impl<C: SetFamily> Gather for Placing<C> {
    const NAME: &'static str = C::NAME;
    type Drive = C::Drive;

    async fn gather<F: Child>(children: Vec<F>) -> Vec<F::Output> {
        let (mut set, n) = place::<C, F>(children);
        let mut outputs = Vec::new();
        outputs.resize_with(n, || None);
        poll_fn(|cx| {
            drain(&mut set, cx, |place, output| {
                outputs[place] = Some(output);
                Ok::<(), std::convert::Infallible>(())
            })
        })
        .await
        .unwrap_or_else(|never| match never {});
        outputs.into_iter().flatten().collect()
    }
}

impl<C: SetFamily> TryGather for Placing<C> {
    const NAME: &'static str = C::NAME;
    type Drive = C::Drive;

    async fn try_gather<F>(children: Vec<F>) -> Result<Vec<u64>, Failed>
    where
        F: Child + Future<Output = Result<u64, Failed>>,
    {
        let (mut set, n) = place::<C, F>(children);
        let mut outputs = vec![0; n];
        poll_fn(|cx| {
            drain(&mut set, cx, |place, output| {
                outputs[place] = output?;
                Ok(())
            })
        })
        .await?;
        Ok(outputs)
    }
}
