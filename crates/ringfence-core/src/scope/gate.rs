//! What of a scope does not depend on its types: whether it is open, its token, its bell.

mod lease;
#[cfg(feature = "std")]
mod looks;
#[cfg(feature = "std")]
mod shields;

pub(super) use lease::Lease;
#[cfg(feature = "std")]
pub(super) use shields::{ShieldId, Shielded};

#[cfg(feature = "std")]
use shields::Shields;

#[cfg(feature = "std")]
use crate::{
    cancel,
    observe::ObservedScope,
    sync::here::{Here, here},
};
use crate::{
    cancel::CancelToken,
    outcome::{Reason, catch, drop_each, keep_first},
    sync::{
        Lock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use alloc::vec::Vec;
use core::{mem, task::Waker};

/// Shared by the scope's future, its handles, and the reports of its children.
///
/// Whoever wants something of the scope's future leaves it here, and rings: a child to admit is
/// left at the [`Door`](super::door::Door), a child to cancel here.
//
// In this order: what is changed most is where the gate is.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Gate {
    state: Lock<State>,
    /// Whether it was rung since the scope's future looked.
    rung: AtomicBool,
    /// Whether a child may have to be refused: once the gate is closed, or has a token.
    guarded: AtomicBool,
    /// The slot of the child that is being polled, or of the body; [`NOBODY`] if none is.
    polling: AtomicUsize,
    /// Whether anyone may be behind a shield.
    #[cfg(feature = "std")]
    has_shields: AtomicBool,
    /// The thread on which the scope is being polled, or [`NOWHERE`].
    #[cfg(feature = "std")]
    thread: AtomicUsize,
    /// Where the scope was opened.
    #[cfg(feature = "std")]
    location: &'static core::panic::Location<'static>,
    /// The record of the scope, once it has begun and if somebody looks on.
    #[cfg(feature = "std")]
    observed: std::sync::OnceLock<ObservedScope>,
}

/// No slot.
const NOBODY: usize = usize::MAX;

/// No thread.
#[cfg(feature = "std")]
const NOWHERE: Here = 0;

#[derive(Debug)]
struct State {
    /// Why no child is admitted any more, once none is.
    closed: Option<Reason>,
    /// Whether the scope's future has ended, or was dropped.
    gone: bool,
    /// Whether it outlives the failures of its children.
    supervised: bool,
    /// Whether the scope was polled.
    begun: bool,
    /// The scope's token, if it has begun under another one, or anyone has asked for it.
    token: Option<CancelToken>,
    /// Wakes the scope's future for the door, once it was polled.
    bell: Option<Waker>,
    /// The numbers of the children that are to be cancelled.
    cancels: Vec<u64>,
    /// Who awaits a child that has failed, by the number of the child.
    orphans: Vec<(u64, Waker)>,
    /// Where the deadline was moved to, until the scope's future has heard of it.
    #[cfg(feature = "std")]
    deadline: Option<Option<std::time::Instant>>,
    /// The scope's deadline, and the earliest around it, when it was polled last.
    #[cfg(feature = "std")]
    deadlines: [Option<std::time::Instant>; 2],
    /// Who is behind a shield.
    #[cfg(feature = "std")]
    shields: Shields,
}

impl State {
    /// Why no child is admitted, if none is.
    fn refusal(&self) -> Option<Reason> {
        let token = || self.token.as_ref().and_then(CancelToken::reason);
        self.closed.clone().or_else(token)
    }

    /// Has `orphan` await the end, for the child of this number. Returns who did so before.
    fn await_end(&mut self, number: u64, orphan: Waker) -> Option<Waker> {
        let before = self.await_no_more(number);
        self.orphans.push((number, orphan));
        before
    }

    /// Takes away who awaits the end for the child of this number, if anyone does.
    fn await_no_more(&mut self, number: u64) -> Option<Waker> {
        let place = self.orphans.iter().position(|(of, _)| *of == number)?;
        Some(self.orphans.swap_remove(place).1)
    }
}

impl Gate {
    #[track_caller]
    pub(super) fn new() -> Self {
        Self {
            #[cfg(feature = "std")]
            location: core::panic::Location::caller(),
            #[cfg(feature = "std")]
            observed: std::sync::OnceLock::new(),
            state: Lock::new(State {
                closed: None,
                gone: false,
                supervised: false,
                begun: false,
                token: None,
                bell: None,
                cancels: Vec::new(),
                orphans: Vec::new(),
                #[cfg(feature = "std")]
                deadline: None,
                #[cfg(feature = "std")]
                deadlines: [None, None],
                #[cfg(feature = "std")]
                shields: Shields::default(),
            }),
            rung: AtomicBool::new(false),
            guarded: AtomicBool::new(false),
            polling: AtomicUsize::new(NOBODY),
            #[cfg(feature = "std")]
            has_shields: AtomicBool::new(false),
            #[cfg(feature = "std")]
            thread: AtomicUsize::new(NOWHERE),
        }
    }

    /// The scope begins here: it is under the token in force, if there is one.
    ///
    /// Most scopes are under none, and nobody asks for theirs: they make none.
    pub(super) fn begin(&self) {
        self.state.with(|state| state.begun = true);
    }

    /// Makes the scope's token a child of `parent`, unless there is one.
    pub(super) fn put_under(&self, parent: &CancelToken) {
        if self.given_token().is_none() {
            self.give(parent.child());
        }
    }

    /// The scope's token, if there is one.
    pub(super) fn given_token(&self) -> Option<CancelToken> {
        self.state.with(|state| state.token.clone())
    }

    /// The scope's token: before it begins, a child of the one in force where it is first asked
    /// for.
    pub(super) fn token(&self) -> CancelToken {
        let (token, begun) = self.state.with(|state| (state.token.clone(), state.begun));
        token.unwrap_or_else(|| self.give(if begun { CancelToken::new() } else { parent_token() }))
    }

    /// Gives the scope a token, unless it has one. Returns the one it has.
    fn give(&self, new: CancelToken) -> CancelToken {
        let (token, closed, _surplus) = self.state.with(|state| match &state.token {
            Some(token) => (token.clone(), None, Some(new)),
            None => (state.token.insert(new).clone(), state.closed.clone(), None),
        });
        // Relaxed: who cancels it and then spawns does so in this order by other means.
        self.guarded.store(true, Ordering::Relaxed);
        match closed {
            // The scope was asked to end before anyone asked for this.
            Some(reason) => drop(token.cancel(reason)),
            // It has to wait for its token from now on.
            None => self.ring(),
        }
        token
    }

    /// Admits no child any more. The first reason stays.
    pub(super) fn close(&self, reason: Reason) {
        self.state.with(|state| {
            state.closed.get_or_insert(reason);
        });
        // Relaxed: who does not see it leaves a child at the door, where the scope's future, which
        // is what closes, looks after this, under the lock of the door.
        self.guarded.store(true, Ordering::Relaxed);
    }

    /// Why no child is admitted, if none is.
    ///
    /// That the token was cancelled is seen here before the scope's future has seen it.
    #[inline]
    pub(super) fn refusal(&self) -> Option<Reason> {
        if !self.guarded.load(Ordering::Relaxed) {
            return None;
        }
        self.state.with(|state| state.refusal())
    }

    /// Rings, for something that was left for the scope's future under a lock.
    ///
    /// Whoever leaves something does so before this; the scope's future looks for it after `hear`.
    #[inline]
    pub(super) fn ring(&self) {
        // Relaxed: if this reads what was there before `hear`, then the scope's future comes to
        // the lock, under which something was left, after that.
        if !self.is_rung() && !self.rung.swap(true, Ordering::Relaxed) {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        if let Some(bell) = self.state.with(|state| state.bell.clone()) {
            bell.wake();
        }
    }

    /// Why a child is dropped that has not ended.
    pub(super) fn why(&self) -> Reason {
        let (token, closed) = self.state.with(|state| (state.token.clone(), state.closed.clone()));
        token.and_then(|token| token.reason()).or(closed).unwrap_or(Reason::Dropped)
    }

    /// Asks for the end of a child.
    pub(super) fn cancel(&self, number: u64) {
        self.state.with(|state| state.cancels.push(number));
        self.ring();
    }

    /// Whether somebody rang. From now on, who leaves something rings again: so all that may have been
    /// left is looked for after this.
    pub(super) fn hear(&self) -> bool {
        // Relaxed: see `ring`. An exchange, for the models: of a store and an exchange that do not see
        // each other they try both orders, also where one is out of the question.
        self.is_rung() && self.rung.swap(false, Ordering::Relaxed)
    }

    /// Takes the children that are to be cancelled.
    pub(super) fn take_cancels(&self) -> Vec<u64> {
        self.state.with(|state| mem::take(&mut state.cancels))
    }

    /// Whether somebody rang whom `hear` has not heard.
    #[inline]
    pub(super) fn is_rung(&self) -> bool {
        // Relaxed: see `ring`.
        self.rung.load(Ordering::Relaxed)
    }

    /// Says whom to wake from now on.
    pub(super) fn hang(&self, bell: &Waker) {
        let hangs = |state: &mut State| state.bell.as_ref().is_some_and(|it| it.will_wake(bell));
        if !self.state.with(hangs) {
            let new = bell.clone();
            drop(self.state.with(|state| state.bell.replace(new)));
        }
    }

    /// Who is woken, if anyone is yet.
    pub(super) fn bell(&self) -> Option<Waker> {
        self.state.with(|state| state.bell.clone())
    }

    /// The scope outlives the failures of its children.
    pub(super) fn supervise(&self) {
        self.state.with(|state| state.supervised = true);
    }

    /// Waits for the end of the scope, in which the child of this number has failed.
    ///
    /// False if it is over already, or does not end for that.
    pub(super) fn wait_for_end(&self, number: u64, waker: &Waker) -> bool {
        let new = waker.clone();
        let (waits, _surplus) = self.state.with(|state| {
            // One that outlives failures may end for something else: for a panic of that child, too.
            if state.gone || (state.supervised && state.refusal().is_none()) {
                return (false, Some(new));
            }
            (true, state.await_end(number, new))
        });
        waits
    }

    /// Nobody awaits that child any more.
    #[cold]
    pub(super) fn wait_no_more(&self, number: u64) {
        // Foreign code runs after the lock.
        drop(self.state.with(|state| state.await_no_more(number)));
    }

    /// Says who is being polled from now on. The scope's future only.
    #[inline]
    pub(super) fn set_polling(&self, slot: usize) {
        // Relaxed: it counts for this thread only.
        self.polling.store(slot, Ordering::Relaxed);
    }

    /// Says that whoever is polled from now on is polled on this thread.
    #[cfg(feature = "std")]
    pub(super) fn set_here(&self) {
        // Relaxed: of another thread that reads this it is not the mark.
        self.thread.store(here(), Ordering::Relaxed);
    }

    /// Says that nobody is being polled any more.
    pub(super) fn set_idle(&self) {
        self.set_polling(NOBODY);
        // Relaxed: from here on, this thread does not find its mark any more, whoever sets another.
        #[cfg(feature = "std")]
        self.thread.store(NOWHERE, Ordering::Relaxed);
    }

    /// Moves the deadline.
    #[cfg(feature = "std")]
    pub(super) fn set_deadline(&self, deadline: Option<std::time::Instant>) {
        self.state.with(|state| state.deadline = Some(deadline));
        self.ring();
    }

    /// Takes the word that the deadline was moved.
    #[cfg(feature = "std")]
    pub(super) fn take_deadline(&self) -> Option<Option<std::time::Instant>> {
        self.state.with(|state| state.deadline.take())
    }

    /// The scope's future is gone: whoever waits for its token, or for one of its children, waits
    /// no longer.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, once all are woken.
    pub(super) fn let_go(&self, reason: Reason) {
        let (bell, has_orphans, token) = self.state.with(|state| {
            state.gone = true;
            state.closed.get_or_insert_with(|| reason.clone());
            (state.bell.take(), !state.orphans.is_empty(), state.token.clone())
        });
        drop(bell);
        let mut panic = token.and_then(|token| catch(|| token.cancel(reason)).err());
        if has_orphans {
            // Nobody comes any more.
            let orphans = self.state.with(|state| mem::take(&mut state.orphans));
            keep_first(&mut panic, drop_each(orphans.into_iter().map(|(_, orphan)| orphan.wake())));
        }
        if let Some(panic) = panic {
            panic.resume_unless_panicking();
        }
    }
}

/// A token under the one in force.
fn parent_token() -> CancelToken {
    #[cfg(feature = "std")]
    if let Some(parent) = cancel::current() {
        return parent.child();
    }
    CancelToken::new()
}
