//! How a supervisor runs.

use super::{
    GaveUp, Plan, Restart, Strategy,
    kept::{Past, Running},
};
use crate::{
    cancel::{self, CancelToken, WhenCancelled},
    join_set::JoinSet,
    outcome::{ErrorGroup, Outcome, ScopeError},
    rt::{self, Timer},
};
use alloc::collections::VecDeque;
use core::{
    future::{Future, poll_fn},
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use std::time::Instant;

/// A supervisor that has begun.
struct Supervisor<'env, E> {
    plan: Plan<'env, E>,
    running: JoinSet<Running<'env, E>>,
    /// Those who have ended while others were stopped.
    ended: VecDeque<Ended<E>>,
    /// When children were started again, of late.
    restarts: VecDeque<Instant>,
    /// Waits until it is asked to end; none if nobody can.
    asked: Option<WhenCancelled>,
}

/// The place of a child that has ended, and what it has failed with, if it has.
type Ended<E> = (usize, Option<ErrorGroup<E>>);

/// What has happened.
enum Event<E> {
    Ended(Ended<E>),
    /// It was asked to end.
    Asked,
    /// No child is left.
    Quiet,
}

/// Runs what was planned.
pub(super) async fn run<'env, E: Send + 'env>(plan: Plan<'env, E>) -> Result<(), GaveUp<E>> {
    let asked = cancel::current().as_ref().map(CancelToken::cancelled);
    let (running, ended, restarts) = (JoinSet::new(), VecDeque::new(), VecDeque::new());
    let mut supervisor = Supervisor { plan, running, ended, restarts, asked };
    let all = 0..supervisor.plan.children.len();
    for place in all.clone() {
        supervisor.start(place, Duration::ZERO);
    }
    loop {
        let (place, failure) = match poll_fn(|cx| supervisor.poll(cx)).await {
            Event::Ended(ended) => ended,
            Event::Asked => {
                supervisor.stop(all).await;
                return Ok(());
            }
            Event::Quiet => return Ok(()),
        };
        let again = match supervisor.plan.children[place].spec.restart {
            Restart::Permanent => true,
            Restart::Transient => failure.is_some(),
            Restart::Temporary => false,
        };
        if !again || supervisor.is_asked() {
            supervisor.tell((place, failure));
            continue;
        }
        let now = rt::timer().now();
        if supervisor.is_too_much(now) {
            supervisor.stop(all).await;
            let child = supervisor.plan.children.swap_remove(place).spec.name;
            let Plan { restarts, period, .. } = supervisor.plan;
            return Err(GaveUp { child, restarts, period, cause: failure });
        }
        supervisor.tell((place, failure));
        supervisor.restart(place, now).await;
    }
}

impl<'env, E: Send + 'env> Supervisor<'env, E> {
    /// Waits for what happens next.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event<E>> {
        if let Some(ended) = self.ended.pop_front() {
            return Poll::Ready(Event::Ended(ended));
        }
        if let Some(asked) = &mut self.asked {
            if Pin::new(asked).poll(cx).is_ready() {
                return Poll::Ready(Event::Asked);
            }
        }
        self.poll_ended(cx).map(|ended| ended.map_or(Event::Quiet, Event::Ended))
    }

    /// Waits for the end of a child; none if no child runs. Begins those whose delay is over.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Option<Ended<E>>> {
        loop {
            let Some((key, outcome)) = ready!(self.running.poll_next(cx)) else {
                return Poll::Ready(None);
            };
            let place = self.plan.children.iter_mut().position(|child| child.has_ended(key));
            let place = place.expect("who runs is a child");
            let failure = match outcome {
                Outcome::Completed(Past::Delay) => {
                    self.begin(place);
                    continue;
                }
                // Who cancels itself has not failed.
                Outcome::Completed(Past::Life(Err(ScopeError::Failed(group)))) => Some(group),
                Outcome::Completed(Past::Life(_)) | Outcome::Cancelled(_) => None,
                // A scope has caught what its children panic with; this comes from elsewhere.
                Outcome::Panicked(panic) => panic.resume(),
            };
            return Poll::Ready(Some((place, failure)));
        }
    }

    /// Whether it was asked to end, be that noticed or not: then nobody begins any more.
    fn is_asked(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.token().is_cancelled())
    }

    /// Starts a child once `delay` is over, unless nobody begins any more.
    fn start(&mut self, place: usize, delay: Duration) {
        if self.is_asked() {
            return;
        }
        if delay.is_zero() {
            return self.begin(place);
        }
        // Who is asked while it waits has nothing to clean up, and is not stopped in its turn.
        let asked = self.asked.as_ref();
        let token = asked.map_or_else(CancelToken::new, |asked| asked.token().child());
        let Self { plan, running, .. } = self;
        plan.children[place].wait(delay, token, |wait| running.insert(wait));
    }

    /// Begins a life of a child.
    fn begin(&mut self, place: usize) {
        let Self { plan, running, .. } = self;
        plan.children[place].begin(rt::timer().now(), |life| running.insert(life));
    }

    /// Starts a child again, and those that are with it.
    async fn restart(&mut self, place: usize, now: Instant) {
        let len = self.plan.children.len();
        let with = match self.plan.strategy {
            Strategy::OneForOne => place..place + 1,
            Strategy::OneForAll => 0..len,
            Strategy::RestForOne => place..len,
        };
        self.stop(with.clone()).await;
        let delay = self.plan.children[place].delay(self.plan.backoff, now);
        for other in with {
            if self.plan.children[other].spec.restart != Restart::Temporary {
                self.start(other, delay);
            }
        }
    }

    /// Stops children, the last one first. What they fail with meanwhile is told.
    async fn stop(&mut self, places: Range<usize>) {
        for place in places.clone().rev() {
            self.plan.children[place].ask();
            while self.plan.children[place].is_running() {
                if let Some(ended) = poll_fn(|cx| self.poll_ended(cx)).await {
                    self.ended.push_back(ended);
                }
            }
        }
        // The ends of those who were to be stopped start nobody again.
        for _ in 0..self.ended.len() {
            let Some(ended) = self.ended.pop_front() else { break };
            if places.contains(&ended.0) {
                self.tell(ended);
            } else {
                self.ended.push_back(ended);
            }
        }
    }

    /// Hands a failure over.
    fn tell(&mut self, (place, failure): Ended<E>) {
        let Plan { on_failure: Some(tell), children, .. } = &mut self.plan else { return };
        if let Some(failure) = failure {
            tell(children[place].spec.name(), failure);
        }
    }

    /// Whether a restart now is one too many.
    fn is_too_much(&mut self, now: Instant) -> bool {
        let period = self.plan.period;
        self.restarts.retain(|then| now.saturating_duration_since(*then) < period);
        self.restarts.push_back(now);
        self.restarts.len() > self.plan.restarts
    }
}
