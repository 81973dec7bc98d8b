//! moro: a nursery; its children are gathered through their handles.

use super::Gather;
use crate::child::Child;
use crate::drive::Spin;

/// A box, a channel and a handle per child.
pub(crate) struct Moro;

impl Gather for Moro {
    const NAME: &'static str = "moro";
    type Drive = Spin;

    fn gather<F: Child>(children: Vec<F>) -> impl Future<Output = Vec<F::Output>> {
        moro::scope_fn(move |scope| {
            Box::pin(async move {
                let handles: Vec<_> =
                    children.into_iter().map(|child| scope.spawn(child)).collect();
                let mut outputs = Vec::with_capacity(handles.len());
                for handle in handles {
                    outputs.push(handle.await);
                }
                outputs
            })
        })
    }
}
