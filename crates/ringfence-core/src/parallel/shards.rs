//! Children on shards, as their parent has them.

use super::{
    end::{End, first_panic, lost},
    exchange::{Exchange, Inflow},
    roster::Roster,
    shard::Shard,
};
use crate::{
    cancel::drain::{self, Drain},
    engine::{
        crew::Crew,
        keep::{Judge, Keep},
        limit::Limits,
        policy::{Policy, Stop},
        slots::Slots,
        source::Source,
        turn::turns,
    },
    outcome::{Outcome, Panic, catch, drop_each, keep_first},
    remote::{RemoteOutcome, remote},
    rt::Spawn,
    sync::Arc,
};
use alloc::{collections::VecDeque, vec::Vec};
use core::{
    fmt,
    future::Future,
    marker::PhantomData,
    mem,
    num::NonZeroUsize,
    ops::ControlFlow,
    task::{Context, Poll, Waker, ready},
};

/// How often the parent hears of ends in a turn, at the most: then other tasks have theirs.
const HEARINGS: usize = 16;

/// Children that share a number of tasks of a runtime.
///
/// The parent makes them, and hands them to whichever task takes them; it polls none, and waits
/// for their ends. A task is spawned when there is a child for it.
pub struct Shards<F, T, S, R, J> {
    exchange: Arc<Exchange<F, T>>,
    /// What stands for the tasks.
    tasks: Slots<RemoteOutcome<()>>,
    rt: R,
    shards: NonZeroUsize,
    /// How many tasks there were.
    launched: usize,
    stop: Stop,
    /// Where children come from; none once all have come.
    source: Option<S>,
    limits: Limits,
    /// How many have come.
    admitted: usize,
    /// How many members will never begin, since the verb was cancelled before.
    refused: usize,
    /// Children that were made, and not handed over.
    made: VecDeque<F>,
    /// Whether the tasks expect more.
    inflow: Inflow,
    /// The children whose ends the verb has not seen.
    roster: Roster,
    /// Ends that the verb has not seen.
    heard: VecDeque<End<T>>,
    /// Those that it will not see before those have gone whom the child has left behind.
    waiting: Vec<End<T>>,
    /// Once a task has panicked, with that panic: whoever has not gone yet.
    fallen: Drain,
    judge: PhantomData<fn() -> J>,
}

impl<F, T, S, R, J> Shards<F, T, S, R, J> {
    pub(super) fn new(
        source: S,
        rt: R,
        shards: NonZeroUsize,
        policy: Policy,
        limits: Limits,
    ) -> Self {
        Self {
            exchange: Arc::new(Exchange::new(shards)),
            tasks: Slots::new(),
            rt,
            shards,
            launched: 0,
            stop: policy.stop,
            source: Some(source),
            limits,
            admitted: 0,
            refused: 0,
            made: VecDeque::new(),
            inflow: Inflow::Open,
            roster: Roster::default(),
            heard: VecDeque::new(),
            waiting: Vec::new(),
            fallen: Drain::new(),
            judge: PhantomData,
        }
    }

    /// Drops all children and what they have returned; returns the first panic.
    fn drop_all(&mut self) -> Option<Panic> {
        let (queue, unheard) = self.exchange.stop();
        let mut first = self.tasks.children.clear();
        self.heard.extend(unheard);
        // As with a remote child that has ended: its panic is for whoever waits.
        let ends = self.waiting.drain(..).chain(self.heard.drain(..));
        keep_first(&mut first, first_panic(ends, drain::is_open));
        keep_first(&mut first, drop_each(queue.into_iter().chain(self.made.drain(..))));
        let source = self.source.take();
        keep_first(&mut first, catch(|| drop(source)).err());
        // Who is left in there is left to whoever waits.
        drop(mem::take(&mut self.fallen));
        self.roster.clear();
        first
    }

    /// Takes the children that no task has taken, since there is no task, for lost.
    fn lose_all(&mut self) {
        let (first, queue) = self.exchange.take_all();
        for (place, child) in (first..).zip(queue) {
            let mut left = Drain::new();
            let result = left.collect(|| lost(|| drop(child)));
            self.heard.push_back(End { place, result, left });
        }
        let ends = self.heard.len() + self.waiting.len();
        assert_ne!(ends, 0, "whoever has a child tells its end");
    }

    /// Hears of ends; of those that were heard of before, the verb has seen all.
    fn hear(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Its buffer goes to and fro.
        let mut ends = mem::take(&mut self.heard).into();
        let heard = self.exchange.hear(&mut ends, cx);
        self.heard = ends.into();
        if self.waiting.is_empty() { heard } else { self.hear_of_waiting(cx) }
    }

    /// Hears, too, of children that have waited for whom they have left behind.
    #[cold]
    fn hear_of_waiting(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut at = 0;
        while let Some(end) = self.waiting.get_mut(at) {
            match end.poll(cx) {
                Poll::Ready(()) => self.heard.push_back(self.waiting.remove(at)),
                Poll::Pending => at += 1,
            }
        }
        if self.heard.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Polls the tasks that have ended. Breaks, if one has panicked, or could not be begun for a
    /// panic of the runtime: that is none of a child's doing, and ends the verb.
    fn turn_tasks(&mut self, cx: &mut Context<'_>) -> ControlFlow<()> {
        if self.tasks.len() == 0 {
            return ControlFlow::Continue(());
        }
        let turned = self.tasks.turn(cx, |_, tasks, _, end| match end {
            Ok(Outcome::Panicked(panic)) | Err(panic) => ControlFlow::Break(Some(panic)),
            Ok(_) if tasks.len() == 0 => ControlFlow::Break(None),
            Ok(_) => ControlFlow::Continue(()),
        });
        match turned {
            Poll::Ready(Some(panic)) => {
                self.fall(panic);
                ControlFlow::Break(())
            }
            // It is asked who is left.
            Poll::Ready(None) | Poll::Pending => ControlFlow::Continue(()),
        }
    }

    /// Drops all children for a panic, as for that of a child.
    #[cold]
    fn fall(&mut self, panic: Panic) {
        let mut fallen = Drain::new();
        fallen.note(Some(panic));
        let second = fallen.collect(|| self.drop_all());
        fallen.note(second);
        self.fallen = fallen;
    }

    /// Waits for those who have not gone yet, and goes on with the panic for which all were dropped.
    #[cold]
    fn poll_fallen<B>(&mut self, cx: &mut Context<'_>) -> Poll<B> {
        match ready!(self.fallen.poll(cx)) {
            Some(panic) => panic.resume(),
            None => unreachable!("it was noted first of all"),
        }
    }
}

impl<F, T, S, R, J> Shards<F, T, S, R, J>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
    S: Source<F>,
    R: Spawn + Clone + 'static,
    J: Judge<T> + 'static,
{
    /// Makes as many children as there are places free.
    fn fill(&mut self, outputs: &mut impl Keep<T>, waker: &Waker) {
        if !self.limits.is_none() {
            while self.admit(outputs, waker) {}
        } else if let Some(source) = self.source.take() {
            self.made = source.all().into();
            self.enroll(self.made.len(), outputs);
        }
    }

    /// Makes one child more, if there is one, and a place for it. Who waits for places is woken by
    /// `waker`.
    fn admit(&mut self, outputs: &mut impl Keep<T>, waker: &Waker) -> bool {
        let Some(child) = self.limits.next(&mut self.source, self.roster.len(), waker) else {
            return false;
        };
        self.made.push_back(child);
        self.enroll(1, outputs);
        true
    }

    fn enroll(&mut self, additional: usize, outputs: &mut impl Keep<T>) {
        self.roster.add(self.admitted..self.admitted + additional);
        self.admitted += additional;
        outputs.reserve(additional);
    }

    /// Hands over what was made, to as many tasks as there are children for.
    fn hand_over(&mut self) {
        let inflow = if self.source.is_some() { Inflow::Open } else { Inflow::Over };
        if self.made.is_empty() && inflow == self.inflow {
            return;
        }
        self.inflow = inflow;
        while self.tasks.len() < self.shards.get().min(self.roster.len()) {
            let exchange = Arc::clone(&self.exchange);
            let shard = Shard::<F, T, J>::new(self.launched, exchange, self.stop);
            self.launched += 1;
            self.tasks.insert(remote(&self.rt, shard).outcome());
        }
        self.exchange.hand_over(&mut self.made, inflow);
    }
}

impl<F, T, S, R, J> Crew for Shards<F, T, S, R, J>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
    S: Source<F>,
    R: Spawn + Clone + 'static,
    J: Judge<T> + 'static,
{
    type Output = T;

    fn turn<K: Keep<T>, B>(
        &mut self,
        cx: &mut Context<'_>,
        outputs: &mut K,
        mut ended: impl FnMut(&mut K, usize, Result<T, Panic>) -> ControlFlow<B>,
    ) -> Poll<Option<B>> {
        if !self.fallen.is_empty() {
            return self.poll_fallen(cx);
        }
        let mut hearings = 0;
        self.fill(outputs, cx.waker());
        self.hand_over();
        loop {
            while let Some(end) = self.heard.pop_front() {
                if !end.left.is_empty() {
                    self.waiting.push(end);
                    continue;
                }
                self.roster.remove(end.place);
                self.limits.keep(self.roster.len());
                if let ControlFlow::Break(decision) = ended(outputs, end.place, end.told()) {
                    return Poll::Ready(Some(decision));
                }
                // Only now: of a verb that is decided no more children are made.
                while self.admit(outputs, cx.waker()) {}
            }
            self.hand_over();
            if self.roster.len() == 0 {
                if self.source.is_none() {
                    return Poll::Ready(None);
                }
                // All places are others'.
                return match self.turn_tasks(cx) {
                    ControlFlow::Continue(()) => Poll::Pending,
                    ControlFlow::Break(()) => self.poll_fallen(cx),
                };
            }
            if hearings == HEARINGS {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            hearings += 1;
            if self.hear(cx).is_ready() {
                continue;
            }
            if self.turn_tasks(cx).is_break() {
                return self.poll_fallen(cx);
            }
            if self.tasks.len() > 0 {
                return Poll::Pending;
            }
            // What the last tasks had to tell, they have told.
            if self.hear(cx).is_pending() {
                self.lose_all();
                if self.heard.is_empty() {
                    return Poll::Pending;
                }
            }
        }
    }

    fn cancel(&mut self) -> Option<Panic> {
        self.refused = self.source.as_ref().map_or(0, Source::known);
        self.drop_all()
    }

    fn turns(&self) -> usize {
        turns(self.roster.len())
    }

    fn unfinished(&self) -> Vec<usize> {
        let known = self.source.as_ref().map_or(0, Source::known);
        let mut places = self.roster.places();
        places.extend(self.admitted..self.admitted + known);
        places
    }

    fn to_come(&self) -> Option<usize> {
        let to_come = self.source.as_ref().map_or(Some(0), Source::at_most)?;
        Some(self.roster.len() + to_come)
    }

    fn admitted(&self) -> usize {
        self.admitted
    }

    fn refused(&self) -> usize {
        self.refused
    }

    fn limits(&mut self) -> &mut Limits {
        &mut self.limits
    }
}

/// No destructor that panics keeps the other children from being dropped.
impl<F, T, S, R, J> Drop for Shards<F, T, S, R, J> {
    fn drop(&mut self) {
        if let Some(panic) = self.drop_all() {
            panic.resume_unless_panicking();
        }
    }
}

impl<F, T, S, R, J> fmt::Debug for Shards<F, T, S, R, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shards")
            .field("tasks", &self.tasks.len())
            .field("unfinished", &self.roster.len())
            .finish_non_exhaustive()
    }
}
