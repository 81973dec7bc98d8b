//! The one allocation of a remote child, which its task and its parent share.

use super::{
    child::{Child, lose, run},
    launch::Launch,
    lineage::Lineage,
    slot::Slot,
};
use crate::{
    cancel::{
        CancelToken, Lend,
        drain::{Behind, Leaving},
        in_force,
    },
    engine::joint::{Joining, Joint, Post},
    observe::ObservedChild,
    outcome::{Outcome, Panic},
    rt::Run,
};
// Not loom's, which cannot forget the type of what it holds.
use alloc::sync::Arc;
use core::{
    future::Future,
    task::{Context, Poll},
};

/// What a remote child's parent has of it, whatever the child and its runtime are.
pub(super) trait Shared<T>: Send + Sync {
    /// Whose turn it is, and what came of it.
    fn slot(&self) -> &Slot<Child<T>, T>;

    /// Hands the child to its runtime, unless that was done.
    fn launch(self: Arc<Self>);

    /// Asks the child to end, since its parent drops it.
    fn ask(&self);

    /// What a drain has of it.
    fn leaving(self: Arc<Self>) -> Arc<dyn Leaving>;
}

/// What stands beside the child in the allocation.
pub(super) struct Seat<T: 'static, L> {
    slot: Slot<Child<T>, T>,
    lineage: Lineage<L>,
}

/// The allocation.
type Allocation<F, L> = Joint<F, Seat<<F as Future>::Output, L>>;

/// Makes a remote child, which `launch` will hand to its runtime.
pub(super) fn allocate<F, L>(future: F, launch: L) -> Arc<dyn Shared<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    let seat = Seat { slot: Slot::new(), lineage: Lineage::new(launch) };
    let (driver, shared) = Joining::new(future, seat).share(|joint| joint as _);
    let child = Child::new(driver, shared.clone().into());
    shared.post().slot.put(child);
    shared
}

impl<F, L> Shared<F::Output> for Allocation<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    #[inline]
    fn slot(&self) -> &Slot<Child<F::Output>, F::Output> {
        &self.post().slot
    }

    fn launch(self: Arc<Self>) {
        if let Some(launch) = self.post().lineage.begin(in_force()) {
            launch.launch(self);
        }
    }

    fn ask(&self) {
        self.post().lineage.drop_child();
    }

    fn leaving(self: Arc<Self>) -> Arc<dyn Leaving> {
        self
    }
}

/// The task's end.
impl<F, L> Run for Allocation<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    fn run(&self, cx: &mut Context<'_>) -> Poll<()> {
        run(&self.post().slot, cx)
    }

    fn lose(&self) {
        lose(&self.post().slot);
    }
}

/// The child's token, which is in force while it is polled.
impl<F, L> Lend for Allocation<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    fn token(&self) -> CancelToken {
        self.post().lineage.token()
    }

    fn observed(&self) -> Option<ObservedChild> {
        self.post().lineage.observed()
    }
}

impl<F, L> Leaving for Allocation<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Behind> {
        self.post().slot.poll_gone(cx)
    }

    fn has_gone(&self) -> bool {
        self.post().slot.has_gone()
    }
}

impl<T: 'static, L> Post<T> for Seat<T, L> {
    type End = Outcome<T>;
    type Id = ();

    fn id(&self) -> &() {
        &()
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U19")]
    unsafe fn deliver(&self, output: T) -> Outcome<T> {
        Outcome::Completed(output)
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U19")]
    unsafe fn panicked(&self, panic: Panic) -> Outcome<T> {
        Outcome::of_panic(panic)
    }

    /// Whoever drops it says so to the slot.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U19")]
    unsafe fn dropped(&self) {}
}
