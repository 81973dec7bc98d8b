//! The parent's waker, and who has it.

use crate::{
    outcome::catch,
    sync::{
        UnsafeCell,
        atomic::{AtomicU8, Ordering},
    },
};
use core::{mem, task::Waker};

/// The waker is the owner's alone.
const HOME: u8 = 0;

/// The set is parked, or somebody rings.
const LENT: u8 = 1;

/// Somebody rings, and shall wake `next` afterwards.
const ASKED: u8 = 2;

/// Somebody has rung, and takes `next`.
const TAKING: u8 = 3;

/// Somebody rings, but the set is gone.
const GONE: u8 = 4;

/// Whom to wake.
///
/// The waker is *lent* to whoever wakes a child first while the set is parked. Only while it is at
/// home may the owner replace it, so that it needs neither a lock nor a count.
///
/// # States
///
/// ```text
///                1 lend                      2 the first wake
///      ┌──────────────────────▶ LENT: parked ────────────────▶ LENT: ringing ────┐
///      │ ┌───── 3 return home ───────┘                          │   ▲ │          │
///     HOME ◀──────────────────── 4 rung ────────────────────────┘ 6 │ │ 5 ask    │ 9 close
///      │ ▲                                                          │ ▼          ▼
///      │ └────────────── 8 taken ─── TAKING ◀──────── 7 take ────── ASKED ────▶ GONE
///      └─────────────────────────────────── 9 close ─────────────────────────────▶
/// ```
///
/// 1. [`lend`](Self::lend), before the mark of parking is set; owner.
/// 2. No change here: it takes the mark of parking away, so that only one can walk it. Anyone.
/// 3. [`return_home`](Self::return_home), once the owner itself took the mark away; owner.
/// 4. The end of [`ring`](Self::ring); who rings.
/// 5. [`ask`](Self::ask), when the owner would wait; owner.
/// 6. The same, with another waker; or [`take_asked`](Self::take_asked); owner.
/// 7. [`settle`](Self::settle), instead of 4; who rings. 8. The same, and then it wakes `next`.
/// 9. [`close`](Self::close); owner. From TAKING as well. In GONE who rings drops the wakers.
///
/// # Invariants
///
/// I4. The state is HOME exactly while the set is not parked and nobody rings. Who rings is one.
/// I5. `waker` is written only at HOME, by the owner, and in GONE, by who rings. Until then, who
///     rings reads it, and so does the owner.
///     `next` is touched only at HOME and LENT by the owner, in TAKING and GONE by who rings.
pub(super) struct Parent {
    /// Who has the wakers (I4).
    hold: AtomicU8,
    /// Whom to wake (I5).
    waker: UnsafeCell<Option<Waker>>,
    /// Whom to wake when the ringing is over (I5).
    next: UnsafeCell<Option<Waker>>,
}

impl Parent {
    pub(super) fn new() -> Self {
        Self {
            hold: AtomicU8::new(HOME),
            waker: UnsafeCell::new(None),
            next: UnsafeCell::new(None),
        }
    }

    /// Whether the waker is the owner's alone.
    #[inline]
    pub(super) fn is_home(&self) -> bool {
        // Acquire: pairs with the Release at the end of `ring` and of `settle` (I5).
        self.hold.load(Ordering::Acquire) == HOME
    }

    /// Lends the waker, if it is at home; the caller parks next. Owner only.
    #[inline]
    pub(super) fn lend(&self) -> bool {
        let home = self.is_home();
        if home {
            // Relaxed: published by the mark of parking that follows.
            self.hold.store(LENT, Ordering::Relaxed);
        }
        home
    }

    /// Takes back what was lent, since the mark of parking was not set or is gone. Owner only.
    #[inline]
    pub(super) fn return_home(&self) {
        // Relaxed: nobody has read the waker, and only the owner reads the state.
        self.hold.store(HOME, Ordering::Relaxed);
    }

    /// Wakes the parent. The caller has taken the mark of parking away (edge 2).
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U8")]
    pub(super) fn ring(&self) {
        /// Brings the waker home, also if it panics.
        struct Rung<'a>(&'a Parent);
        impl Drop for Rung<'_> {
            #[inline]
            fn drop(&mut self) {
                // Release: pairs with the Acquire in `is_home`: the reading is over (I5).
                let home =
                    self.0.hold.compare_exchange(LENT, HOME, Ordering::Release, Ordering::Relaxed);
                if home.is_err() {
                    self.0.settle();
                }
            }
        }
        let _rung = Rung(self);
        self.waker.with(|waker| {
            // SAFETY: I5, since the caller walked edge 2, and nobody writes before it is done.
            if let Some(waker) = unsafe { &*waker } {
                waker.wake_by_ref();
            }
        });
    }

    /// Ends a ringing during which the owner wanted something.
    #[cold]
    #[inline(never)]
    fn settle(&self) {
        let last = loop {
            // Acquire: pairs with `ask` and `close` (I5).
            match self.hold.compare_exchange(ASKED, TAKING, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => {
                    let next = self.replace_next(None);
                    // As at the end of `ring`, and as above. No foreign code in TAKING: an owner
                    // that meets it need not wait for anyone but us.
                    let taken = self.hold.compare_exchange(
                        TAKING,
                        HOME,
                        Ordering::Release,
                        Ordering::Acquire,
                    );
                    match (taken, next) {
                        (Ok(_), Some(next)) => break Last::Wake(next),
                        (Ok(_), None) => return,
                        (Err(_), next) => break Last::Drop([self.replace(None), next]),
                    }
                }
                Err(GONE) => break Last::Drop([self.replace(None), self.replace_next(None)]),
                // The owner changes its mind.
                Err(_) => {
                    // As at the end of `ring`.
                    let home = self.hold.compare_exchange(
                        LENT,
                        HOME,
                        Ordering::Release,
                        Ordering::Relaxed,
                    );
                    if home.is_ok() {
                        return;
                    }
                }
            }
        };
        // Foreign code, perhaps after a panic of the first waker.
        let done = catch(|| match last {
            Last::Wake(next) => next.wake(),
            Last::Drop(wakers) => drop(wakers),
        });
        if let Err(panic) = done {
            panic.resume_unless_panicking();
        }
    }

    /// Asks whoever rings to wake `waker` afterwards. False if the ringing is over. Owner only.
    ///
    /// If the parent's waker polls the parent there and then, the ringing is not over before that
    /// poll is. To ask to be polled again, and again, until it is over would go on for ever.
    #[cold]
    #[inline(never)]
    pub(super) fn ask(&self, waker: &Waker) -> bool {
        // Acquire: as in `is_home`.
        match self.hold.compare_exchange(ASKED, LENT, Ordering::Relaxed, Ordering::Acquire) {
            Ok(_) | Err(LENT) => {}
            Err(TAKING) => {
                // It may be another waker that is woken. It is over in a few instructions.
                waker.wake_by_ref();
                return true;
            }
            Err(_) => return false,
        }
        // Foreign code: the clone, and the drop of the old one.
        let new = waker.clone();
        drop(self.replace_next(Some(new)));
        // Release: pairs with `settle` (I5). Acquire: as in `is_home`.
        match self.hold.compare_exchange(LENT, ASKED, Ordering::Release, Ordering::Acquire) {
            Ok(_) => true,
            Err(_) => {
                drop(self.replace_next(None));
                false
            }
        }
    }

    /// Takes back who is to be woken when the ringing is over, if somebody is. Owner only.
    pub(super) fn take_asked(&self) -> Option<Waker> {
        // Relaxed: `next` is the owner's still, as in `ask` (I5).
        let asked = self.hold.compare_exchange(ASKED, LENT, Ordering::Relaxed, Ordering::Relaxed);
        asked.ok().and_then(|_| self.replace_next(None))
    }

    /// The waker. Owner only.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U8")]
    pub(super) fn waker(&self) -> Option<&Waker> {
        self.waker.with(|waker| {
            // SAFETY: I5, since the owner is the only one to write, and it reads here.
            unsafe { &*waker }.as_ref()
        })
    }

    /// Whether the parent is woken by `waker` already. Owner only.
    #[inline]
    pub(super) fn is_woken_by(&self, waker: &Waker) -> bool {
        self.waker().is_some_and(|parent| parent.will_wake(waker))
    }

    /// Replaces the waker. At HOME the owner only, in GONE who rings.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U8")]
    pub(super) fn replace(&self, waker: Option<Waker>) -> Option<Waker> {
        self.waker.with_mut(|cell| {
            // SAFETY: I5, since the caller is who may write in this state.
            mem::replace(unsafe { &mut *cell }, waker)
        })
    }

    /// Replaces the waker that is woken next. Who may do so in which state is said by I5.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U8")]
    fn replace_next(&self, waker: Option<Waker>) -> Option<Waker> {
        self.next.with_mut(|cell| {
            // SAFETY: I5, since the caller is who may write in this state.
            mem::replace(unsafe { &mut *cell }, waker)
        })
    }

    /// Gives up the wakers, once nobody rings any more after who rings now. Owner only, at last.
    ///
    /// The caller drops what is returned, when it is ready for foreign code.
    pub(super) fn close(&self) -> [Option<Waker>; 2] {
        // At home it stays there: the set is not parked, and will not be. If somebody rings, either
        // they bring it home first, or they find it gone.
        // Acquire: as in `is_home`. Release: pairs with `settle` (I5).
        if self.is_home() || self.hold.swap(GONE, Ordering::AcqRel) == HOME {
            return [self.replace(None), self.replace_next(None)];
        }
        [None, None]
    }
}

/// What is left to do at the end of a ringing.
enum Last {
    Wake(Waker),
    Drop([Option<Waker>; 2]),
}
