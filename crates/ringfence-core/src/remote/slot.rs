//! What the two ends of a remote child share: the child, what came of it, and who may have it.

mod place;
mod turn;

pub(super) use place::Place;
pub(super) use turn::{Going, Polling, Turn};

use super::stage::{Hold, Late, Stage};
use crate::{
    cancel::drain::{Address, Drain},
    outcome::Outcome,
    rt::wake,
    sync::{
        UnsafeCell,
        here::{Here, here},
    },
};
use core::{
    mem,
    pin::Pin,
    ptr,
    task::{Context, Poll, Waker},
};

/// The place of a remote child `F`, whose output is a `T`.
///
/// It is a state machine and nothing else: it neither polls nor drops nor wakes. Whoever is to do
/// that is lent or handed what it takes for it.
///
/// # States
///
/// ```text
///               1                   3                 6
///       idle ◀─────▶ polled ──────────────▶ ended ◀────────▶ over
///        │      2       │ 4                   │        9      ▲▲
///        │              ▼       5             │   8           ││
///        │            doomed ─────▶ gone ─────┼───────────────┘│
///        └────────────────────────────────────┴────────────────┘
///                              7 (from `ended`, too)
/// ```
///
/// | edge | walked by | of | what it means |
/// |---|---|---|---|
/// | 1 | [`Polling::rest`] | the task | the poll has found the child pending |
/// | 2 | [`Slot::begin`] | the task | the child is the task's, to poll it or to drop it |
/// | 3 | [`Polling::end`] | the task | the child has been dropped, and this is its outcome |
/// | 4 | [`Slot::doom`] | the parent | the task is to drop the child when its poll has ended |
/// | 5 | [`Going::go`] | the task | the task has dropped it |
/// | 6 | [`Slot::poll_end`] | the parent | the parent has the outcome |
/// | 7 | [`Slot::doom`] | the parent | the child, or its outcome, is the parent's to drop |
/// | 8 | [`Slot::poll_gone`] | a drain | the drain has whom the child has left behind |
/// | 9 | [`Slot::poll_end`] | the parent | the outcome waits for those whom the child has left behind |
///
/// Beside the stage there are two bits of the waiter's place, where there is room for one waker:
/// a waker *waits* there, or somebody *holds* the place, to put one there. The edges 3, 5 and 7 take
/// both bits away, and edge 4 makes the first the second; the others leave them as they are.
///
/// # Who may touch what
///
/// | cell | stage | belongs to |
/// |---|---|---|
/// | `child` | polled, doomed | the task: whoever walked edge 2, by its [`Turn`] |
/// | | over | whoever walked the edge to there: 6, 7 or 8; if it was 7 from `idle`, by its `Turn` |
/// | `waiter` | any, held | who has set the bit, also once an edge has taken it away |
/// | | any | who has taken away the bit of a waker that waits |
///
/// Where a stage is not named, the cell belongs to nobody. That a cell passes from one to another is
/// by the edge between them: who leaves it releases, and who comes acquires.
///
/// # Invariants
///
/// S1. There is one [`Turn`] at most: whoever walks edge 2, or edge 7 from `idle`, has it, until it
///     walks edge 1, 3 or 5. For 2 and 7 lead away from `idle`, and only edge 1 leads back. So from
///     `doomed`, `ended`, `gone` and `over` no poll begins.
/// S2. To `over` there is one way from each of `idle`, `ended` and `gone`, and one walks it. From
///     there only edge 9 leads on, by the one that has walked edge 6.
/// S3. The waiter's place has one owner at most. To hold it is to have set that bit where it was not;
///     who does has the place until the release, though an edge may take the bit away. Who takes
///     away the bit of a waker that waits has the place then: by `hold`; by edge 4, which makes it a
///     hold; or by 3, 5 or 7, from where on nobody begins to hold.
/// S4. A slot does not move any more: it is where its [`Owner`](crate::memory::counted::Owner)s have
///     it, by [`seat`](super::seat::seat), and nobody takes it out.
pub(super) struct Slot<F, T> {
    stage: Stage,
    child: UnsafeCell<Child<F, T>>,
    /// Whoever waits for the outcome or, once it is doomed, for the child to go.
    waiter: UnsafeCell<Option<Waker>>,
}

/// What there is of a child.
struct Child<F, T> {
    /// Pinned.
    place: Place<F, T>,
    beside: Beside,
}

/// What there is of a child beside its future, and beside its outcome.
#[derive(Default)]
pub(super) struct Beside {
    /// Wakes the task, once it was polled.
    pub(super) task: Option<Waker>,
    /// Whom it has dropped in its polls and has not waited for; and of a doomed child, once it has
    /// gone, the panic of its last poll, or of its destructor.
    pub(super) left: Drain,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
// SAFETY: S1 to S3: what is in a cell is one's at a time, so that it is only ever sent, never shared.
unsafe impl<F, T> Sync for Slot<F, T>
where
    Child<F, T>: Send,
    Waker: Send,
{
}

/// What the parent has to do, now that it does not wait any more.
#[must_use]
pub(super) enum Doom<'a, F, T> {
    /// To drop the child, and to wake its task.
    Idle(Turn<'a, F, T>),
    /// Nothing: this thread is inside a poll of the child, and drops it when that has ended.
    Polled(Here),
    /// To drop the outcome.
    Ended(Outcome<T>, Drain),
    /// Nothing.
    Over,
}

impl<F, T> Slot<F, T> {
    #[inline]
    pub(super) fn new(future: F) -> Self {
        Self {
            stage: Stage::new(),
            child: UnsafeCell::new(Child {
                place: Place::Future { future },
                beside: Beside { task: None, left: Drain::new() },
            }),
            waiter: UnsafeCell::new(None),
        }
    }

    /// Which child it is.
    pub(super) fn address(&self) -> Address {
        ptr::from_ref(self).cast()
    }

    /// Says who waits.
    ///
    /// # Safety
    ///
    /// Nobody else has the slot yet.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    pub(super) unsafe fn wait_first(&self, waiter: Waker) {
        // SAFETY: nobody else touches it, says the caller.
        unsafe { self.waiter(|place| *place = Some(waiter)) };
        self.stage.wait_first();
    }

    /// Whether there is an outcome to take.
    #[inline]
    pub(super) fn has_ended(&self) -> bool {
        self.stage.has_ended()
    }

    /// Takes the turn, to poll the child or to drop it. None if it has ended or gone.
    #[inline]
    pub(super) fn begin(&self) -> Option<Polling<'_, F, T>> {
        let by = here();
        self.stage.begin(by).then_some(Polling { turn: Turn(self), by })
    }

    /// Has the child dropped, by the caller or by whoever is inside a poll of it. Returns who has
    /// waited for it as well.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    pub(super) fn doom(&self) -> (Doom<'_, F, T>, Option<Waker>) {
        let from = self.stage.doom();
        // SAFETY: S3, since this edge has taken the bit away, or made it the one of who holds.
        let waiter = from.waited().then(|| unsafe { self.waiter(Option::take) }).flatten();
        let doom = match from.polled_by() {
            Some(by) => {
                if from.waited() {
                    // Late or not: whoever has waited does so no more.
                    let _ = self.stage.release_empty();
                }
                Doom::Polled(by)
            }
            None if from.is_idle() => Doom::Idle(Turn(self)),
            None if from.is_ended() => {
                // SAFETY: S2, since this has walked edge 7 from `ended`.
                let (outcome, left) = unsafe {
                    self.child(|place, beside| (place.take(), mem::take(&mut beside.left)))
                };
                outcome.map_or(Doom::Over, |outcome| Doom::Ended(outcome, left))
            }
            None => Doom::Over,
        };
        (doom, waiter)
    }

    /// Waits for the outcome; before that, for those whom the child has left behind, if there are any.
    #[inline]
    pub(super) fn poll_end(&self, cx: &mut Context<'_>) -> Poll<Result<Outcome<T>, Drain>> {
        self.look_or_wait(cx, Self::take_end)
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    fn take_end(&self) -> Option<Result<Outcome<T>, Drain>> {
        if !self.stage.take_end() {
            return None;
        }
        // SAFETY: S2, since this has walked edge 6, and edge 9 comes after.
        let left = unsafe { self.child(|_, beside| mem::take(&mut beside.left)) };
        if !left.is_empty() {
            self.stage.return_end();
            return Some(Err(left));
        }
        // SAFETY: as above, and there is no edge 9.
        unsafe { self.child(|place, _| place.take()) }.map(Ok)
    }

    /// Waits until a doomed child has been dropped; returns the panic with which it went, and whom it
    /// has left behind.
    pub(super) fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Drain> {
        self.look_or_wait(cx, Self::take_gone)
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    fn take_gone(&self) -> Option<Drain> {
        match self.stage.take_gone() {
            // SAFETY: S2, since this has walked edge 8.
            true => Some(unsafe { self.child(|_, beside| mem::take(&mut beside.left)) }),
            // By an earlier look.
            false => self.stage.has_gone().then(Drain::new),
        }
    }

    /// Whether a doomed child has been dropped.
    pub(super) fn has_gone(&self) -> bool {
        self.stage.has_gone()
    }

    /// Waits until `look` finds something.
    #[inline]
    fn look_or_wait<X>(&self, cx: &mut Context<'_>, look: impl Fn(&Self) -> Option<X>) -> Poll<X> {
        look(self).map_or_else(|| self.wait(cx, look), Poll::Ready)
    }

    /// As above, once `look` has not found it.
    fn wait<X>(&self, cx: &mut Context<'_>, look: impl Fn(&Self) -> Option<X>) -> Poll<X> {
        match self.stage.hold() {
            Hold::Taken => {
                if let Ok(()) = Held(self).keep(cx.waker()) {
                    return Poll::Pending;
                }
            }
            Hold::Held => {
                // Two wait for one child. This one looks again, rather than to wait for the other.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Hold::Late => {}
        }
        // It came meanwhile.
        look(self).map_or(Poll::Pending, Poll::Ready)
    }

    /// Lends the child: its place, and what is beside it.
    ///
    /// # Safety
    ///
    /// The cell is the caller's until this returns, by S1 or S2.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    unsafe fn child<R>(&self, f: impl FnOnce(Pin<&mut Place<F, T>>, &mut Beside) -> R) -> R {
        self.child.with_mut(|child| {
            // SAFETY: nobody else touches it, says the caller.
            let Child { place, beside } = unsafe { &mut *child };
            // SAFETY: S4, and nobody takes a future out: all have it from here.
            f(unsafe { Pin::new_unchecked(place) }, beside)
        })
    }

    /// Lends the waiter's place.
    ///
    /// # Safety
    ///
    /// The cell is the caller's until this returns, by S3.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    unsafe fn waiter<R>(&self, f: impl FnOnce(&mut Option<Waker>) -> R) -> R {
        // SAFETY: nobody else touches it, says the caller.
        self.waiter.with_mut(|waiter| f(unsafe { &mut *waiter }))
    }
}

/// The waiter's place, held.
struct Held<'a, F, T>(&'a Slot<F, T>);

impl<F, T> Held<'_, F, T> {
    /// Puts a waker there, unless it is the one that is there.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    fn keep(self, waker: &Waker) -> Result<(), Late> {
        let knows =
            |kept: &mut Option<Waker>| kept.as_ref().is_some_and(|kept| kept.will_wake(waker));
        // SAFETY: S3, since this holds the place.
        let known = unsafe { self.0.waiter(knows) };
        let mut old = None;
        if !known {
            let new = waker.clone();
            // SAFETY: as above.
            old = unsafe { self.0.waiter(|kept| kept.replace(new)) };
        }
        let slot = self.0;
        let released = slot.stage.release();
        mem::forget(self);
        if released.is_err() {
            // SAFETY: as above: nobody takes it from here any more.
            drop(unsafe { slot.waiter(Option::take) });
        }
        drop(old);
        released
    }
}

/// A waker has panicked: the place is as it was.
impl<F, T> Drop for Held<'_, F, T> {
    #[expect(unsafe_code, reason = "docs/unsafe.md, U20")]
    fn drop(&mut self) {
        // SAFETY: S3, since this holds the place.
        let waits = unsafe { self.0.waiter(|kept| kept.is_some()) };
        let stage = &self.0.stage;
        let Err(Late) = (if waits { stage.release() } else { stage.release_empty() }) else {
            return;
        };
        // It has not been woken.
        // SAFETY: as above: nobody takes it from here any more.
        wake(unsafe { self.0.waiter(Option::take) });
    }
}

#[cfg(all(test, ringfence_loom))]
mod models;
