//! How a scope is polled, from the first poll to its conclusion.

use super::{Phase, Scoped};
#[cfg(feature = "std")]
use crate::cancel;
use crate::{
    engine::turn::turn,
    outcome::{Elapsed, Panic, Reason, ScopeError, TimeLimit},
    scope::{
        door::Door,
        ledger::{Conclusion, Ledger, Verdict},
        mode::Mode,
        nest::{Event, Nest},
        patience::{Over, Patience},
    },
};
use alloc::boxed::Box;
use core::{
    future::Future,
    mem,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Why a turn of a scope was broken off.
enum Step {
    /// Everything is to be cancelled.
    Cancel(Box<Reason>),
    /// There is nothing left to wait for.
    Quiet,
}

impl<B, T, E, M> Scoped<'_, B, T, E, M>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    /// Polls what was woken.
    fn step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Step> {
        let this = self.project();
        let (mut nest, ledger, door) = (this.nest, this.ledger, this.door);
        let (phase, patience) = (this.phase, this.patience);
        let open = matches!(phase, Phase::Open);
        if nest.as_mut().is_quiet(open) && !door.gate.is_rung() {
            return Poll::Ready(Step::Quiet);
        }
        turn(this.ready, nest, cx, |ready, mut nest, _, end| {
            let rung = matches!(end, Ok(Event::Door(_)));
            let verdict = match end {
                Ok(Event::Body(output)) => ledger.body(output),
                Ok(Event::Child(end)) => ledger.child(end),
                Err(panic) => fallen(nest.as_mut(), ledger, panic),
                Ok(Event::Door(cancelled)) => {
                    heard(nest.as_mut(), ledger, door, phase, patience, cancelled)
                }
            };
            if let (Verdict::Cancel(reason), true) = (verdict, open) {
                return ControlFlow::Break(Step::Cancel(reason));
            }
            // Only now: once the scope is decided, nobody begins any more.
            let placed = if rung {
                placing(nest.as_mut(), ledger, |nest| nest.fill(ready))
            } else {
                placing(nest.as_mut(), ledger, |nest| nest.ask_for_fill(ready))
            };
            if let (Verdict::Cancel(reason), true) = (placed, open) {
                return ControlFlow::Break(Step::Cancel(reason));
            }
            if nest.is_quiet(open) {
                return ControlFlow::Break(Step::Quiet);
            }
            ControlFlow::Continue(())
        })
    }

    /// As [`step`](Self::step), once no more is to be waited for: all that was woken is polled. Then
    /// the time is up, unless somebody has moved the deadline meanwhile.
    #[cold]
    #[inline(never)]
    fn last_steps(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Step> {
        for _ in 0..self.as_mut().project().nest.turns() {
            let step = self.as_mut().step(cx);
            if step.is_ready() {
                return step;
            }
        }
        let this = self.as_mut().project();
        let limit = ready!(this.patience.poll_deadline(&this.door.gate, cx));
        Poll::Ready(self.elapse(limit))
    }

    /// Asks everything to end. False if there is no time for it to.
    #[inline(never)]
    fn ask(mut self: Pin<&mut Self>, reason: Reason) -> bool {
        let this = self.as_mut().project();
        let ledger = this.ledger;
        this.door.gate.close(reason.clone());
        this.nest.watch().cancelled(&reason);
        // It wakes whoever waits for the token, of whom anyone may panic.
        let _ = ledger.run(|| {
            if let Some(token) = this.door.gate.given_token() {
                token.cancel(reason);
            }
        });
        this.patience.ask();
        self.cut()
    }

    /// Drops those who have had their grace, but for those behind a shield. False if nobody would be
    /// left: then they are still there.
    #[inline(never)]
    fn cut(self: Pin<&mut Self>) -> bool {
        let this = self.project();
        let (mut nest, ledger, patience) = (this.nest, this.ledger, this.patience);
        if let Some(tell) = this.said.as_mut().and_then(|said| said.on_leftovers.as_mut()) {
            let late = nest.as_mut().unfinished(|own| patience.is_just_over(own));
            let _ = ledger.run(|| late.iter().for_each(tell));
        }
        let spared = patience.spared(&this.door.gate, nest.as_mut().graces());
        if spared.is_empty() {
            return false;
        }
        *this.phase = Phase::Ending;
        nest.as_mut().clear_but(&spared, &mut |end| drop(ledger.child(end)));
        let _ = ledger.run(|| nest.as_mut().vacate());
        patience.wait_for(nest.graces().into_iter().map(|(_, own)| own));
        true
    }

    /// Drops what is left, which is then ready.
    #[inline(never)]
    fn finish(self: Pin<&mut Self>) -> Poll<()> {
        let this = self.project();
        let (mut nest, ledger) = (this.nest, this.ledger);
        *this.phase = Phase::Draining;
        nest.as_mut().watch().draining();
        // A destructor may spawn, and must find the door closed.
        debug_assert!(this.door.gate.refusal().is_some(), "a scope that ends takes no children");
        nest.clear(&mut |end| drop(ledger.child(end)));
        // Who waits for the token from outside waits no longer than the scope lasts.
        let _ = ledger.run(|| this.door.gate.let_go(Reason::Closed));
        // Handles that went with the body.
        if let Some(overdue) = this.door.given_overdue() {
            let _ = ledger.overdue(&overdue);
        }
        Poll::Ready(())
    }

    /// Polls the scope until nothing of it runs any more, on any thread.
    pub(in crate::scope) fn poll_end(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Conclusion<T, E>> {
        let mut drain = mem::take(self.as_mut().project().drain);
        let dropped = drain.collect(|| self.as_mut().poll_phases(cx));
        let this = self.project();
        this.door.gate.set_idle();
        *this.drain = drain;
        ready!(dropped);
        if let Some(panic) = ready!(this.drain.poll(cx)) {
            let _ = this.ledger.panic(panic);
        }
        let mut nest = this.nest;
        let _ = this.ledger.run(|| nest.as_mut().vacate());
        *this.phase = Phase::Done;
        nest.watch().closed();
        Poll::Ready(this.ledger.conclude(this.door.given_overdue().as_deref()))
    }

    /// Polls the scope until all of it has been dropped.
    fn poll_phases(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_mut().project();
        match this.phase {
            Phase::New => {
                *this.phase = Phase::Open;
                this.patience.begin();
                self.as_mut().begin();
            }
            Phase::Draining => return Poll::Ready(()),
            Phase::Done => panic!("a scope was polled after it had ended"),
            Phase::Open | Phase::Ending => {}
        }
        #[cfg(feature = "std")]
        {
            let this = self.as_mut().project();
            let gate = this.door.gate.clone();
            gate.set_here();
            let _until = this.patience.enter(&gate);
            cancel::within(&gate, || self.poll_steps(cx))
        }
        #[cfg(not(feature = "std"))]
        self.poll_steps(cx)
    }

    /// Polls the scope, whose token is in force, until all of it has been dropped.
    #[inline]
    fn poll_steps(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let mut step = self.as_mut().step(cx);
            if step.is_pending() {
                let this = self.as_mut().project();
                step = match ready!(this.patience.poll(&this.door.gate, cx)) {
                    Over::Grace if self.as_mut().cut() => continue,
                    Over::Grace => return self.finish(),
                    Over::Scope => self.as_mut().last_steps(cx),
                };
            }
            let more = match ready!(step) {
                Step::Cancel(reason) => self.as_mut().ask(*reason),
                Step::Quiet => self.as_mut().leave(),
            };
            if !more {
                return self.finish();
            }
        }
    }

    /// Ends in good order: nothing is left but daemons. False if there is nothing to wait for.
    #[inline(never)]
    fn leave(mut self: Pin<&mut Self>) -> bool {
        let mut this = self.as_mut().project();
        if !matches!(this.phase, Phase::Open) {
            return false;
        }
        if !this.door.close_unless_rung() {
            // Somebody came at the last moment, and may be about to ring.
            this.door.gate.ring();
            return true;
        }
        !this.nest.as_mut().is_quiet(false) && self.ask(Reason::Closed)
    }

    /// Notes that the time is up, and who has not ended.
    #[cold]
    #[inline(never)]
    fn elapse(self: Pin<&mut Self>, limit: TimeLimit) -> Step {
        let this = self.project();
        let unfinished = this.nest.unfinished(|_| true);
        let name = this.said.as_ref().and_then(|said| said.name.clone());
        this.ledger.elapse(Elapsed::new(limit, name, unfinished));
        Step::Cancel(Box::new(Reason::Deadline))
    }
}

/// The body or a child has panicked.
//
// Apart from `step`, as is `heard`: what is rare does not make the frame of each poll larger, of
// which scopes in one another have many at a time.
#[cold]
#[inline(never)]
fn fallen<B, T, E, M: Mode>(
    nest: Pin<&mut Nest<'_, B, E, M>>,
    ledger: &mut Ledger<'_, T, E>,
    panic: Panic,
) -> Verdict {
    let end = nest.panicked(panic);
    ledger.child(end)
}

/// Somebody has rung, or the scope's token was cancelled, for this reason.
#[inline(never)]
fn heard<'env, B, T, E, M: Mode>(
    mut nest: Pin<&mut Nest<'env, B, E, M>>,
    ledger: &mut Ledger<'env, T, E>,
    door: &Door<'env, E, M>,
    phase: &Phase,
    patience: &mut Patience,
    cancelled: Option<Box<Reason>>,
) -> Verdict {
    let mut heard = Verdict::GoOn;
    let mut ended = |end| heard.add(ledger.child(end));
    nest.as_mut().answer(&mut ended);
    if let Phase::Ending = phase {
        // Some shield may be down.
        let spared = patience.spared(&door.gate, nest.as_mut().graces());
        nest.as_mut().clear_but(&spared, &mut ended);
        heard.add(ledger.run(|| nest.as_mut().vacate()));
    }
    if let Some(overdue) = door.given_overdue() {
        heard.add(ledger.overdue(&overdue));
    }
    match (heard, cancelled, phase) {
        // Whoever has only just come never begins.
        (Verdict::GoOn, Some(reason), Phase::Open) => ledger.cancel(reason),
        (heard, ..) => heard,
    }
}

/// Calls what takes places, or gives them back: where others share them it may wake those, of whom
/// anyone may panic.
#[inline]
fn placing<'env, B, T, E, M: Mode>(
    mut nest: Pin<&mut Nest<'env, B, E, M>>,
    ledger: &mut Ledger<'_, T, E>,
    place: impl FnOnce(Pin<&mut Nest<'env, B, E, M>>),
) -> Verdict {
    if nest.as_mut().shares() {
        return ledger.run(|| place(nest));
    }
    place(nest);
    Verdict::GoOn
}

impl<B, T, E, M> Future for Scoped<'_, B, T, E, M>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    type Output = Result<T, ScopeError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.poll_end(cx)) {
            Conclusion::Value(value) => Ok(value),
            Conclusion::Error(error) => Err(error),
            Conclusion::Panicked(panic) => panic.resume(),
        })
    }
}
