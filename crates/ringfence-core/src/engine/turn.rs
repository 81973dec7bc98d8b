//! The one loop.

use super::ready::{Parked, Readiness, Slot};
use crate::outcome::{Panic, catch, swallow};
use core::{
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll},
};

/// How many polls of a turn may find a child pending.
///
/// More would be polls in vain where a runtime has a budget for each task (tokio's is 128 units):
/// once it is spent, every child that needs some finds nothing, and wakes itself for later.
const PENDING: u32 = 64;

/// What a turn may spend; a poll that finds a child pending costs [`COSTLY`], and another 1.
///
/// So children that end at once, be there ever so many, do not keep other tasks from their turn.
const BUDGET: u32 = PENDING * COSTLY;

const COSTLY: u32 = 16;

/// How many turns it takes to poll everyone who was woken, where so many can be: those who have gone
/// are among them.
pub(crate) fn turns(slots: usize) -> usize {
    slots / PENDING as usize + 1
}

/// The children of a set, by number.
pub(crate) trait Children {
    /// What is known of a child that has ended.
    type End;

    /// Polls the child in a slot; once it has ended, it is dropped, and the slot is vacant.
    ///
    /// Pending, if there is no child in the slot.
    fn poll(self: Pin<&mut Self>, slot: Slot, cx: &mut Context<'_>) -> Poll<Self::End>;

    /// Drops the child in a slot, if there is one, wherever its poll has left it.
    fn discard(self: Pin<&mut Self>, slot: Slot);
}

/// Why the children are not polled any more for now.
enum Stop {
    /// The parent has what it wants.
    Decided,
    /// Nobody else was woken.
    Idle,
    /// The turn has been long enough.
    Spent,
}

/// Polls the children that were woken, each once before any is polled again, until `ended` breaks,
/// nobody is left that was woken, or the turn has been long enough.
///
/// `ended` is called for each child that has returned or panicked; the child is gone by then.
/// There is one `catch_unwind` for as long as nobody panics.
#[inline]
pub(crate) fn turn<R: Readiness, C: Children, B>(
    ready: &mut R,
    mut children: Pin<&mut C>,
    cx: &mut Context<'_>,
    mut ended: impl FnMut(&mut R, Pin<&mut C>, Slot, Result<C::End, Panic>) -> ControlFlow<B>,
) -> Poll<B> {
    let _polled = ready.begin(cx.waker());
    let mut spent = 0;
    // Who is polled, or has panicked and is to be told of.
    let mut polling = None;
    // With what, until it is told.
    let mut panicked = None;
    // Here, and not in `Stop`: so it is moved once only.
    let mut decided = Poll::Pending;
    loop {
        let stop = catch(|| {
            loop {
                let (slot, end) = match panicked.take() {
                    Some(panic) => {
                        (polling.take().expect("whoever has panicked was polled"), Err(panic))
                    }
                    None => loop {
                        let Some(slot) = ready.next() else { return Stop::Idle };
                        polling = Some(slot);
                        let polled =
                            ready.with_context(slot, cx, |cx| children.as_mut().poll(slot, cx));
                        if let Poll::Ready(end) = polled {
                            polling = None;
                            break (slot, Ok(end));
                        }
                        spent += COSTLY;
                        if spent >= BUDGET {
                            return Stop::Spent;
                        }
                    },
                };
                // Nowhere else: what is called in one place is inlined there.
                if let ControlFlow::Break(decision) = ended(ready, children.as_mut(), slot, end) {
                    decided = Poll::Ready(decision);
                    return Stop::Decided;
                }
                spent += 1;
                if spent >= BUDGET {
                    return Stop::Spent;
                }
            }
        });
        match stop {
            Ok(Stop::Decided) => return decided,
            Ok(Stop::Idle) => match ready.park(cx.waker()) {
                Parked::Yes => return Poll::Pending,
                Parked::Woken => {}
            },
            Ok(Stop::Spent) => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Err(panic) => {
                // Not a child's, if none was being polled.
                let Some(slot) = polling else { panic.resume() };
                // The child has one end, and that was its first panic.
                swallow(|| children.as_mut().discard(slot));
                panicked = Some(panic);
            }
        }
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;
