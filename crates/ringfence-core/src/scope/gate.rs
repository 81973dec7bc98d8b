//! What of a scope does not depend on its types: whether it is open, its token, its bell.

use crate::{
    cancel::CancelToken,
    outcome::{Reason, catch, drop_each},
    sync::{
        Lock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use alloc::vec::Vec;
use core::{mem, task::Waker};

/// Shared by the scope's future, its handles, and the reports of its children.
///
/// Whoever wants something of the scope's future leaves it here, and rings: a child to admit is
/// left at the [`Door`](super::door::Door), a child to cancel here.
#[derive(Debug)]
pub(super) struct Gate {
    state: Lock<State>,
    /// How many children were given a number.
    numbers: AtomicU64,
    /// The slot of the child that is being polled, or of the body; [`NOBODY`] if none is.
    polling: AtomicUsize,
}

/// No slot.
const NOBODY: usize = usize::MAX;

#[derive(Debug)]
struct State {
    /// Why no child is admitted any more, once none is.
    closed: Option<Reason>,
    /// Whether the scope's future has ended, or was dropped.
    gone: bool,
    /// Whether it outlives the failures of its children.
    supervised: bool,
    /// The scope's token, once anyone has asked for it.
    token: Option<CancelToken>,
    /// Wakes the scope's future for the door, once it was polled.
    bell: Option<Waker>,
    /// Whether it was rung since the scope's future looked.
    rung: bool,
    /// The numbers of the children that are to be cancelled.
    cancels: Vec<u64>,
    /// Who awaits a child that has failed.
    orphans: Vec<Waker>,
    /// Where the deadline was moved to, until the scope's future has heard of it.
    #[cfg(feature = "std")]
    deadline: Option<Option<std::time::Instant>>,
    /// The slots that are not to be dropped, once for each shield in them.
    shielded: Vec<usize>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            state: Lock::new(State {
                closed: None,
                gone: false,
                supervised: false,
                token: None,
                bell: None,
                rung: false,
                cancels: Vec::new(),
                orphans: Vec::new(),
                #[cfg(feature = "std")]
                deadline: None,
                shielded: Vec::new(),
            }),
            numbers: AtomicU64::new(0),
            polling: AtomicUsize::new(NOBODY),
        }
    }

    /// Numbers a child.
    #[inline]
    pub(super) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes the scope's token a child of `parent`, unless anyone has asked for it.
    pub(super) fn put_under(&self, parent: &CancelToken) {
        let token = parent.child();
        let _surplus = self.state.with(|state| match state.token {
            Some(_) => Some(token),
            None => state.token.replace(token),
        });
    }

    /// The scope's token: a child of the one in force where it is first asked for.
    pub(super) fn token(&self) -> CancelToken {
        if let Some(token) = self.state.with(|state| state.token.clone()) {
            return token;
        }
        let new = parent_token();
        let (token, gone) = self.state.with(|state| {
            let gone = state.closed.clone().filter(|_| state.gone);
            (state.token.get_or_insert(new).clone(), gone)
        });
        if let Some(reason) = gone {
            // The scope has ended before anyone asked.
            token.cancel(reason);
        }
        token
    }

    /// Admits no child any more. The first reason stays.
    pub(super) fn close(&self, reason: Reason) {
        self.state.with(|state| {
            state.closed.get_or_insert(reason);
        });
    }

    /// Admits no child any more, unless somebody has rung whom `answer` has not heard.
    pub(super) fn close_unless_rung(&self) -> bool {
        self.state.with(|state| {
            if !state.rung {
                state.closed.get_or_insert(Reason::Closed);
            }
            !state.rung
        })
    }

    /// Rings, for something that was left elsewhere.
    pub(super) fn ring(&self) {
        wake(self.state.with(State::ring));
    }

    /// Calls `admit` if children are admitted, and rings; returns why not otherwise.
    ///
    /// `admit` is called under the lock: it calls nothing foreign.
    #[inline]
    pub(super) fn enter<T>(&self, admit: impl FnOnce() -> T) -> Result<T, Reason> {
        let (admitted, bell) = self.state.with(|state| match state.refusal() {
            Some(reason) => Err(reason),
            None => Ok((admit(), state.ring())),
        })?;
        wake(bell);
        Ok(admitted)
    }

    /// Why a child is dropped that has not ended.
    pub(super) fn why(&self) -> Reason {
        let (token, closed) = self.state.with(|state| (state.token.clone(), state.closed.clone()));
        token.and_then(|token| token.reason()).or(closed).unwrap_or(Reason::Dropped)
    }

    /// Asks for the end of a child.
    pub(super) fn cancel(&self, number: u64) {
        wake(self.state.with(|state| {
            state.cancels.push(number);
            state.ring()
        }));
    }

    /// Takes the children that are to be cancelled, and hears the bell again from now on.
    pub(super) fn answer(&self) -> Vec<u64> {
        self.state.with(|state| {
            state.rung = false;
            mem::take(&mut state.cancels)
        })
    }

    /// Whether somebody rang whom `answer` has not heard.
    pub(super) fn is_rung(&self) -> bool {
        self.state.with(|state| state.rung)
    }

    /// Says whom to wake from now on.
    pub(super) fn hang(&self, bell: &Waker) {
        let new = bell.clone();
        drop(self.state.with(|state| state.bell.replace(new)));
    }

    /// Who is woken, if anyone is yet.
    pub(super) fn bell(&self) -> Option<Waker> {
        self.state.with(|state| state.bell.clone())
    }

    /// The scope outlives the failures of its children.
    pub(super) fn supervise(&self) {
        self.state.with(|state| state.supervised = true);
    }

    /// Waits for the end of the scope, in which a child has failed.
    ///
    /// False if it is over already, or does not end for that.
    pub(super) fn wait_for_end(&self, waker: &Waker) -> bool {
        let new = waker.clone();
        let (waits, _surplus) = self.state.with(|state| {
            if state.gone || state.supervised {
                return (false, Some(new));
            }
            if state.orphans.iter().any(|orphan| orphan.will_wake(&new)) {
                return (true, Some(new));
            }
            state.orphans.push(new);
            (true, None)
        });
        waits
    }

    /// Says who is being polled from now on. The scope's future only.
    #[inline]
    pub(super) fn set_polling(&self, slot: usize) {
        // Relaxed: read on this thread, by what is polled.
        self.polling.store(slot, Ordering::Relaxed);
    }

    /// Says that nobody is being polled any more.
    pub(super) fn set_idle(&self) {
        self.set_polling(NOBODY);
    }

    /// Moves the deadline.
    #[cfg(feature = "std")]
    pub(super) fn set_deadline(&self, deadline: Option<std::time::Instant>) {
        wake(self.state.with(|state| {
            state.deadline = Some(deadline);
            state.ring()
        }));
    }

    /// Takes the word that the deadline was moved.
    #[cfg(feature = "std")]
    pub(super) fn take_deadline(&self) -> Option<Option<std::time::Instant>> {
        self.state.with(|state| state.deadline.take())
    }

    /// Keeps whoever is being polled from being dropped, and returns its slot.
    #[cfg(feature = "std")]
    pub(super) fn shield(&self) -> Option<usize> {
        let slot = self.polling.load(Ordering::Relaxed);
        if slot == NOBODY {
            return None;
        }
        self.state.with(|state| state.shielded.push(slot));
        Some(slot)
    }

    /// Takes one shield away from a slot.
    #[cfg(feature = "std")]
    pub(super) fn unshield(&self, slot: usize) {
        wake(self.state.with(|state| {
            let place = state.shielded.iter().position(|shielded| *shielded == slot)?;
            state.shielded.swap_remove(place);
            state.ring()
        }));
    }

    /// The slots that are not to be dropped.
    pub(super) fn shielded(&self) -> Vec<usize> {
        self.state.with(|state| state.shielded.clone())
    }

    /// The scope's future is gone: whoever waits for its token, or for one of its children, waits
    /// no longer.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, once all are woken.
    pub(super) fn let_go(&self, reason: Reason) {
        let (bell, orphans, token) = self.state.with(|state| {
            state.gone = true;
            state.closed.get_or_insert(reason.clone());
            (state.bell.take(), mem::take(&mut state.orphans), state.token.clone())
        });
        drop(bell);
        let cancelled = catch(|| token.map(|token| token.cancel(reason))).err();
        let woken = drop_each(orphans.into_iter().map(Waker::wake));
        if let Some(panic) = cancelled.or(woken) {
            panic.resume_unless_panicking();
        }
    }
}

impl State {
    /// Why no child is admitted, if none is.
    ///
    /// That the token was cancelled is seen here before the scope's future has seen it.
    #[inline]
    fn refusal(&self) -> Option<Reason> {
        let token = || self.token.as_ref().and_then(CancelToken::reason);
        self.closed.clone().or_else(token)
    }

    /// Rings, unless that was done; the caller wakes.
    #[inline]
    fn ring(&mut self) -> Option<Waker> {
        if mem::replace(&mut self.rung, true) { None } else { self.bell.clone() }
    }
}

#[inline]
fn wake(bell: Option<Waker>) {
    if let Some(bell) = bell {
        bell.wake();
    }
}

/// A token under the one in force.
fn parent_token() -> CancelToken {
    #[cfg(feature = "std")]
    if let Some(parent) = crate::cancel::current() {
        return parent.child();
    }
    CancelToken::new()
}
