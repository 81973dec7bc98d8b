//! How a child of a shard ends.

use crate::{
    cancel::drain::{self, Drain},
    outcome::{Hook, Panic, catch, keep_first, swallow},
};
use alloc::vec::Vec;
use core::{
    mem,
    task::{Context, Poll, ready},
};

/// How a child has ended.
pub(super) struct End<T> {
    pub(super) place: usize,
    pub(super) result: Result<T, Panic>,
    /// Whom it has left behind: it is not over before they have gone.
    pub(super) left: Drain,
}

pub(super) type Ends<T> = Vec<End<T>>;

impl<T> End<T> {
    /// Waits for those whom the child has left behind. A panic of theirs is the child's.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(panic) = ready!(self.left.poll(cx)) {
            match self.result {
                // A child has one end, and that was its first panic.
                Err(_) => panic.discard(),
                Ok(_) => {
                    let output = mem::replace(&mut self.result, Err(panic));
                    swallow(|| drop(output));
                }
            }
        }
        Poll::Ready(())
    }

    /// How the child has ended, as its parent is told of it: of a loss as of that of a remote child.
    #[inline]
    pub(super) fn told(self) -> Result<T, Panic> {
        self.result.map_err(|panic| match panic.is_loss() && !drain::is_open() {
            true => catch(|| Panic::lost(Hook::Told)).unwrap_or_else(|panic| panic),
            false => panic,
        })
    }
}

/// The end of a child that its runtime has lost, and that `drop` drops.
pub(super) fn lost<T>(drop: impl FnOnce()) -> Result<T, Panic> {
    Err(catch(drop).err().unwrap_or_else(Panic::loss))
}

/// Drops ends that nobody hears of; returns the first panic among them that `is_told`, or the first
/// of a destructor. Who was left behind is the next drain's.
pub(super) fn first_panic<T>(
    ends: impl IntoIterator<Item = End<T>>,
    is_told: impl Fn() -> bool,
) -> Option<Panic> {
    let mut first = None;
    for End { result, .. } in ends {
        let panic = match result {
            Err(panic) => (is_told() && !panic.is_loss()).then_some(panic),
            Ok(output) => catch(|| drop(output)).err(),
        };
        keep_first(&mut first, panic);
    }
    first
}
