//! The store of a scope: the body, the door, and the children that came through it.

mod clear;
#[cfg(feature = "std")]
mod watched;

use super::{
    arrivals::Arrivals,
    child::{ChildEnd, Rank},
    door::{Child, Door},
    heed::Heed,
    mode::Mode,
    watch::Watch,
};
use crate::{
    engine::{
        limit::{Limit, Share},
        ready::{Ready, Slot},
        segments::Segments,
        turn::{Children, turns},
    },
    outcome::{ChildId, Label, Reason, Unseen},
    sync::Arc,
};
use alloc::{boxed::Box, collections::VecDeque, vec::Vec};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};
use pin_project_lite::pin_project;

/// The place of the body.
const BODY: usize = 0;

/// The place of the door: woken when somebody has come, or asks for something, and when the scope's
/// token is cancelled.
const DOOR: usize = 1;

/// How many places are not for children.
const RESERVED: usize = 2;

pin_project! {
    /// What runs in a scope.
    pub(super) struct Nest<'env, B, E, M>
    where
        M: Mode,
    {
        #[pin]
        body: Option<B>,
        has_body: bool,
        children: Segments<Child<'env, E, M>, RESERVED>,
        // How many of them the scope is open for.
        regular: usize,
        // Children that have just come through the door: its buffer and ours change places. Empty
        // but between a look at the door and the verdict.
        arrivals: Arrivals<Child<'env, E, M>>,
        // Regular children that wait for a place.
        queue: VecDeque<Child<'env, E, M>>,
        // How many regular children may run at a time.
        limit: usize,
        // Whether one who waits for a place has got one.
        has_place: bool,
        // What limits others, too.
        share: Option<Box<Share>>,
        heed: Heed,
        // The child whose poll has panicked.
        fallen: Option<Child<'env, E, M>>,
        watch: Watch,
        // Last, since it has the gate, and children are gone before that (I14).
        door: Arc<Door<'env, E, M>>,
    }
}

/// What has happened in a scope.
pub(super) enum Event<T, E> {
    /// The body has returned.
    Body(Result<T, E>),
    /// A child has ended.
    Child(ChildEnd<E>),
    /// Somebody has rung at the door, or the scope's token was cancelled, for this reason.
    Door(Option<Box<Reason>>),
}

impl<'env, B, E, M: Mode> Nest<'env, B, E, M> {
    pub(super) fn new(body: B, door: Arc<Door<'env, E, M>>) -> Self {
        Self {
            body: Some(body),
            has_body: true,
            children: Segments::new(),
            regular: 0,
            arrivals: Arrivals::new(),
            queue: VecDeque::new(),
            limit: usize::MAX,
            has_place: false,
            share: None,
            heed: Heed::Idle,
            fallen: None,
            watch: Watch::default(),
            door,
        }
    }

    /// Who is woken first: the body and the door.
    pub(super) fn ready() -> Ready {
        Ready::of_few(RESERVED)
    }

    /// Lets no more than `limit` regular children run at a time.
    pub(super) fn limit(&mut self, limit: Limit) {
        match limit {
            Limit::Number(limit) => self.limit = limit.get(),
            Limit::Limiter(limiter) => self.share = Some(Box::new(Share::new(limiter))),
        }
    }

    /// Looks who has come, and drops those whose end was asked for. Tells the ends of those whose
    /// destructors panic.
    pub(super) fn answer(mut self: Pin<&mut Self>, ended: &mut dyn FnMut(ChildEnd<E>)) {
        let this = self.as_mut().project();
        *this.has_place = false;
        let cancels = this.door.gate.take_cancels();
        this.door.take(this.arrivals);
        this.watch.arrived(this.arrivals.iter().map(Child::<'_, E, M>::id));
        for number in cancels {
            self.as_mut().cancel(number).into_iter().for_each(&mut *ended);
        }
    }

    /// Has the door looked at, if somebody waits for a place, and there is one.
    ///
    /// Children are let in there only. Who is let in during a round is polled in the next, by slot:
    /// were one let in at the end of another, it might have the lower slot of the two.
    #[inline]
    pub(super) fn ask_for_fill(mut self: Pin<&mut Self>, ready: &mut Ready) {
        self.as_mut().vacate();
        let this = self.project();
        if !this.queue.is_empty() && *this.regular < *this.limit {
            *this.has_place = true;
            ready.mark(0, 1 << DOOR);
        }
    }

    /// Lets children begin, in the order of their spawns, as far as there are places for them.
    #[inline(never)]
    pub(super) fn fill(mut self: Pin<&mut Self>, ready: &mut Ready) {
        #[cfg(feature = "std")]
        self.as_mut().forget_shields();
        self.as_mut().let_in_waiting(ready);
        let this = self.as_mut().project();
        let shares = this.share.is_some();
        this.children.prepare(this.arrivals.len().min(*this.limit), ready);
        let places = *this.limit - *this.regular;
        if this.arrivals.len() <= places && !shares && !this.door.has_daemons() {
            // There is a place for each of them, and none has to be looked at.
            *this.regular += this.arrivals.len();
            this.arrivals.drain(|block| this.children.extend(block, ready));
            return;
        }
        let (regular, queue, watch) = (this.regular, this.queue, this.watch);
        this.arrivals.drain(|block| {
            let beginning = block.filter_map(|child| {
                if child.id().rank() == Rank::Regular {
                    if shares || *regular == *this.limit {
                        line_up::<E, M>(queue, child, watch);
                        return None;
                    }
                    *regular += 1;
                }
                Some(child)
            });
            this.children.extend(beginning, ready);
        });
        if shares {
            self.as_mut().let_in_waiting(ready);
            // Whoever waited may have been cancelled.
            self.vacate();
        }
    }

    /// Takes down the shields of those who have gone, and may have been kept elsewhere.
    #[cfg(feature = "std")]
    #[inline]
    fn forget_shields(self: Pin<&mut Self>) {
        let this = self.project();
        let children = &*this.children;
        this.door.gate.forget_shields(|slot| slot == BODY || children.is_occupied(Slot::at(slot)));
    }

    /// Lets those begin who wait for a place, as far as there are places for them.
    fn let_in_waiting(self: Pin<&mut Self>, ready: &mut Ready) {
        let this = self.project();
        let mut bell = None;
        if let Some(share) = this.share {
            share.keep(*this.regular);
            bell = this.door.gate.bell();
        }
        while *this.regular < *this.limit && !this.queue.is_empty() {
            if let Some(share) = this.share {
                // The door is woken when there is a place, if it was polled before.
                if share.poll_more(bell.as_ref().unwrap_or(Waker::noop())).is_pending() {
                    return;
                }
            }
            let Some(child) = this.queue.pop_front() else { return };
            this.watch.unqueued(child.id());
            *this.regular += 1;
            this.children.insert(child, ready);
        }
    }

    /// Gives up the places of those who have gone, and waits for no more than are needed.
    #[inline]
    pub(super) fn vacate(self: Pin<&mut Self>) {
        let this = self.project();
        if let Some(share) = this.share {
            share.keep(*this.regular);
            if this.queue.is_empty() {
                share.leave_line();
            }
        }
    }

    /// Whether others share the places of its children.
    #[inline]
    pub(super) fn shares(self: Pin<&mut Self>) -> bool {
        self.share.is_some()
    }

    /// Whether nothing is left to wait for: while the scope is `open`, daemons do not count.
    pub(super) fn is_quiet(self: Pin<&mut Self>, open: bool) -> bool {
        let this = self.project();
        let children = if open { *this.regular } else { this.children.len() };
        !*this.has_body && children == 0 && this.queue.is_empty()
    }

    /// How many turns it takes to poll everyone who was woken.
    pub(super) fn turns(self: Pin<&mut Self>) -> usize {
        turns(RESERVED + self.project().children.capacity())
    }

    /// Returns the labels of what has not ended: the body, then the children; of those only whose
    /// own grace is `meant`.
    pub(super) fn unfinished(
        self: Pin<&mut Self>,
        meant: impl Fn(Option<Duration>) -> bool,
    ) -> Vec<Label> {
        let this = self.project();
        let body = *this.has_body && meant(None);
        let body = body.then_some(Label { child: ChildId::BODY, name: None });
        let running = this.children.occupied().filter_map(|slot| this.children.child(slot));
        let children = running.chain(&*this.queue).filter(|child| meant(child.id().grace()));
        body.into_iter().chain(children.map(|child| child.id().label())).collect()
    }

    /// Returns the slots of what has begun and not ended, each with its own grace if it has one.
    pub(super) fn graces(self: Pin<&mut Self>) -> Vec<(usize, Option<Duration>)> {
        let this = self.project();
        let body = this.has_body.then_some((BODY, None));
        let children = this.children.occupied().map(|slot| {
            (slot.index(), this.children.child(slot).and_then(|child| child.id().grace()))
        });
        body.into_iter().chain(children).collect()
    }

    /// Who looks on.
    pub(super) fn watch(self: Pin<&mut Self>) -> &mut Watch {
        self.project().watch
    }
}

/// Has a child wait for a place.
#[inline(never)]
fn line_up<'env, E, M: Mode>(
    queue: &mut VecDeque<Child<'env, E, M>>,
    child: Child<'env, E, M>,
    watch: &Watch,
) {
    watch.queued(child.id());
    queue.push_back(child);
}

impl<T, E, B, M> Children for Nest<'_, B, E, M>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    type End = Event<T, E>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, slot: Slot, cx: &mut Context<'_>) -> Poll<Event<T, E>> {
        let mut this = self.as_mut().project();
        this.door.gate.set_polling(slot.index());
        match slot.index() {
            BODY => {
                let Some(body) = this.body.as_mut().as_pin_mut() else { return Poll::Pending };
                let watched;
                let waker = if this.watch.is_on() {
                    watched = this.watch.poll_begins(ChildId::BODY, cx.waker());
                    &watched
                } else {
                    cx.waker()
                };
                // One poll, whether somebody looks on or not: where there are two, neither is inlined.
                let polled = body.poll(&mut Context::from_waker(waker));
                #[cfg(feature = "std")]
                if this.watch.is_on() {
                    return self.body_polled(polled).map(Event::Body);
                }
                let output = Unseen::new(ready!(polled));
                *this.has_body = false;
                this.body.set(None);
                Poll::Ready(Event::Body(output.show()))
            }
            DOOR => self.poll_door(cx).map(Event::Door),
            #[cfg(feature = "std")]
            _ if this.watch.is_on() => self.poll_watched(slot, cx).map(Event::Child),
            _ => {
                let end = ready!(Pin::new(this.children).poll(slot, cx));
                if end.rank() == Rank::Regular {
                    *this.regular -= 1;
                }
                Poll::Ready(Event::Child(end))
            }
        }
    }

    fn discard(self: Pin<&mut Self>, slot: Slot) {
        let mut this = self.project();
        this.watch.poll_ends();
        if slot.index() == BODY {
            *this.has_body = false;
            this.body.set(None);
        } else if let Some(child) = this.children.take(slot) {
            if child.id().rank() == Rank::Regular {
                *this.regular -= 1;
            }
            *this.fallen = Some(child);
        }
    }
}

impl<B, E, M: Mode> Nest<'_, B, E, M> {
    /// Waits until somebody rings, or a child may begin, or the scope's token is cancelled, for the
    /// reason that it returns.
    #[inline(never)]
    fn poll_door(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Box<Reason>>> {
        let this = self.project();
        this.door.gate.hang(cx.waker());
        // Before anything is looked for that somebody may leave.
        let rung = this.door.gate.hear();
        if let Poll::Ready(reason) = this.heed.poll(&this.door.gate, cx) {
            return Poll::Ready(Some(Box::new(reason)));
        }
        let waits = this.share.as_ref().is_some_and(|share| share.is_waiting());
        let wanted = rung || *this.has_place || waits;
        if wanted { Poll::Ready(None) } else { Poll::Pending }
    }
}
