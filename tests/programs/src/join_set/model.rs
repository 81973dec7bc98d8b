//! A set that has no futures, wakers or slots, but is told of what happens.

use super::stage::{Event, Id};
use crate::parents::PARENTS;
use ringfence_core::Key;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    iter::Peekable,
    mem, slice,
};

/// How many children share a word of readiness.
const WIDTH: usize = usize::BITS as usize - 2;

/// How many polls of a turn may find a child pending.
const PENDING: usize = 64;

/// How a child has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Panicked,
}

/// Where a child is or was.
#[derive(Clone, Copy, Debug)]
struct Place {
    slot: usize,
    /// Not known of a set that was collected before a child has ended.
    key: Option<Key>,
}

/// What ought to be.
pub(super) struct Model {
    /// Which of the sets of the program this is about.
    number: usize,
    /// The children that have not ended.
    running: BTreeMap<Id, Place>,
    /// All keys that there were.
    keys: BTreeSet<Key>,
    /// Who is in which slot.
    slots: BTreeMap<usize, Id>,
    /// How many slots have been used.
    used: usize,
    /// Those that have ended, but were not handed over.
    done: VecDeque<(Id, End)>,
    /// Those who have gone, and those in `done`.
    gone: BTreeMap<Id, Place>,
    /// The slots that are still to be served of those that were woken when the round began.
    round: BTreeSet<usize>,
    /// The slots that were woken since.
    woken: BTreeSet<usize>,
    /// Where there is more than one order: slots that were woken twice, and may be polled twice.
    stale: BTreeSet<usize>,
    /// Whether there is one order: no slot was ever used that has another word of readiness.
    narrow: bool,
    /// Who waits.
    waiter: Option<Waiter>,
}

/// A parent that was told to wait.
struct Waiter {
    parent: usize,
    /// How often each parent had been woken before its poll.
    before: [usize; PARENTS],
    /// For whom it waits.
    children: BTreeSet<Id>,
}

/// What has become of a turn.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) ended: Vec<(Id, End)>,
    /// How many polls have found a child pending.
    pended: usize,
    /// Whether it has been so long that it may have been broken off.
    long: bool,
}

impl Model {
    pub(super) fn new(number: usize) -> Self {
        Self {
            number,
            running: BTreeMap::new(),
            keys: BTreeSet::new(),
            slots: BTreeMap::new(),
            used: 0,
            done: VecDeque::new(),
            gone: BTreeMap::new(),
            round: BTreeSet::new(),
            woken: BTreeSet::new(),
            stale: BTreeSet::new(),
            narrow: true,
            waiter: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.running.len() + self.done.len()
    }

    pub(super) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// The children that have not ended.
    pub(super) fn running(&self) -> impl Iterator<Item = Id> {
        self.running.keys().copied()
    }

    /// The key of a child that is or was in the set, if it is known.
    pub(super) fn key(&self, id: Id) -> Option<Key> {
        self.running.get(&id).or_else(|| self.gone.get(&id))?.key
    }

    /// A child that has gone is told of by this key.
    pub(super) fn check_key(&mut self, id: Id, key: Key) {
        let place = self.gone.get_mut(&id).expect("it has gone");
        assert_eq!((place.slot, *place.key.get_or_insert(key)), (key.index(), key), "of {id}");
    }

    pub(super) fn contains(&self, id: Id) -> bool {
        self.running.contains_key(&id) || self.done.iter().any(|(done, _)| *done == id)
    }

    /// A child is taken in: it is to be polled, but nobody is woken for it.
    pub(super) fn insert(&mut self, id: Id, key: Key) {
        assert!(self.keys.insert(key), "{key:?} has named another child before");
        self.enter(id, Place { slot: key.index(), key: Some(key) });
    }

    /// A child is in the set from its beginning.
    pub(super) fn adopt(&mut self, id: Id, slot: usize) {
        self.enter(id, Place { slot, key: None });
    }

    fn enter(&mut self, id: Id, place: Place) {
        let slot = place.slot;
        assert!(!self.slots.contains_key(&slot), "slot {slot} has a child already");
        self.running.insert(id, place);
        self.slots.insert(slot, id);
        self.used = self.used.max(slot + 1);
        if slot >= WIDTH {
            self.widen();
        }
        self.wake(slot);
    }

    /// From now on there is more than one order.
    fn widen(&mut self) {
        self.narrow = false;
        mem::take(&mut self.round).into_iter().for_each(|slot| self.wake(slot));
    }

    fn wake(&mut self, slot: usize) {
        if !self.woken.insert(slot) && !self.narrow {
            // Where there are several words, a child may be woken in two places.
            self.stale.insert(slot);
        }
    }

    /// Checks what has happened in a turn that ends with the first end, or goes on.
    pub(super) fn turn(&mut self, log: &[Event], goes_on: bool) -> Turn {
        // Of `try_next` there are as many turns as it takes to come to all slots that there may be: it
        // has room for so many when it grows, and for a hundred at first.
        let longest = PENDING * (1 + 2 * (self.used + WIDTH) / PENDING);
        let mut turn = Turn { ended: Vec::new(), pended: 0, long: false };
        // Slots that are visited in vain are work, too.
        let marks = self.round.len() + self.woken.len();
        turn.long = marks + log.len() > PENDING / 2;
        let mut events = log.iter().peekable();
        while let Some(event) = events.next() {
            match *event {
                Event::Polled(id) => {
                    assert!(goes_on || turn.ended.is_empty(), "{id} is polled after an end");
                    self.serve(id);
                    let end = self.poll(id, &mut events);
                    turn.pended += usize::from(end.is_none());
                    turn.ended.extend(end.map(|end| (id, end)));
                }
                other => self.aside(other),
            }
        }
        assert!(turn.pended <= longest, "a turn of {} polls in vain", turn.pended);
        turn
    }

    /// Something that may happen at any time.
    fn aside(&mut self, event: Event) {
        match event {
            Event::Woken(seat) => {
                if seat.set == self.number {
                    self.wake(seat.slot);
                }
            }
            // Counted at the end.
            Event::ValueDropped(_) => {}
            other => panic!("{other:?} out of place"),
        }
    }

    /// Takes note of what happens between the turns.
    pub(super) fn between(&mut self, log: &[Event]) {
        log.iter().for_each(|event| self.aside(*event));
    }

    /// Takes note of what happens while these children, and no others, are dropped.
    pub(super) fn dropping(&mut self, log: &[Event], ids: &[Id]) {
        let dropped = log.iter().filter_map(|event| match event {
            Event::Dropped(id) => Some(*id),
            _ => None,
        });
        assert!(dropped.eq(ids.iter().copied()), "to be dropped, in order: {ids:?}, but: {log:?}");
        let rest =
            log.iter().filter(|event| !matches!(event, Event::Dropped(_) | Event::FellInDrop(_)));
        rest.for_each(|event| self.aside(*event));
    }

    /// A child's turn has come: it must have been woken, and be the next in order.
    fn serve(&mut self, id: Id) {
        let Some(place) = self.running.get(&id) else { panic!("{id} is polled, and not there") };
        let slot = place.slot;
        if !self.narrow {
            let any = [&mut self.woken, &mut self.stale];
            assert!(any.into_iter().any(|slots| slots.remove(&slot)), "{id} was not woken");
            return;
        }
        if self.first(&self.round).is_none() {
            self.round = mem::take(&mut self.woken);
        }
        let first = self.first(&self.round);
        assert_eq!(first, Some(slot), "{id} is polled out of order, or was not woken");
        self.round.retain(|other| *other > slot);
    }

    /// The first of these slots in which there is somebody.
    fn first(&self, slots: &BTreeSet<usize>) -> Option<usize> {
        slots.iter().copied().find(|slot| self.slots.contains_key(slot))
    }

    /// What happens from the beginning of a poll to its end; how the child has ended, if it has.
    fn poll(&mut self, id: Id, events: &mut Peekable<slice::Iter<'_, Event>>) -> Option<End> {
        loop {
            match *events.next().expect("a poll has an end") {
                Event::Pended(other) => {
                    assert_eq!(other, id);
                    return None;
                }
                Event::Ended(other) => {
                    assert_eq!(other, id);
                    // Before its outcome can be seen, and before anybody else is polled.
                    assert_eq!(events.next(), Some(&Event::Dropped(id)), "{id} has ended");
                    self.leave(id);
                    let falls = events.next_if_eq(&&Event::FellInDrop(id)).is_some();
                    return Some(if falls { End::Panicked } else { End::Completed });
                }
                Event::Fell(other) => {
                    assert_eq!(other, id);
                    assert_eq!(events.next(), Some(&Event::Dropped(id)), "{id} has panicked");
                    events.next_if_eq(&&Event::FellInDrop(id));
                    self.leave(id);
                    return Some(End::Panicked);
                }
                other => self.aside(other),
            }
        }
    }

    /// A child is not in the set any more.
    fn leave(&mut self, id: Id) {
        let place = self.running.remove(&id).expect("it was there");
        self.slots.remove(&place.slot);
        self.gone.insert(id, place);
    }

    /// A child is removed. Returns whether it was there, and whether it had not ended.
    pub(super) fn remove(&mut self, id: Id) -> (bool, bool) {
        if self.running.contains_key(&id) {
            self.leave(id);
            return (true, true);
        }
        let done = self.done.iter().position(|(done, _)| *done == id);
        (done.is_some_and(|position| self.done.remove(position).is_some()), false)
    }

    /// All children go, in the order of their slots.
    pub(super) fn clear(&mut self) -> Vec<Id> {
        self.done.clear();
        let ids: Vec<_> = self.slots.values().copied().collect();
        ids.iter().for_each(|id| self.leave(*id));
        ids
    }

    /// The set is forgotten: returns the children, and those whose values are in it.
    pub(super) fn forget(&mut self) -> (Vec<Id>, Vec<Id>) {
        let done = self.done.iter().filter(|(_, end)| *end == End::Completed);
        let values = done.map(|(id, _)| *id).collect();
        (self.clear(), values)
    }

    /// Outcomes that nobody has taken stay in the set.
    pub(super) fn keep(&mut self, turn: &Turn) {
        self.done.extend(&turn.ended);
    }

    pub(super) fn has_done(&self) -> bool {
        !self.done.is_empty()
    }

    /// Takes the outcome that was kept first.
    pub(super) fn take(&mut self) -> Option<(Id, End)> {
        self.done.pop_front()
    }

    pub(super) fn take_all(&mut self) -> Vec<(Id, End)> {
        self.done.drain(..).collect()
    }

    /// Nobody is told to wait any more.
    pub(super) fn resume(&mut self) {
        self.waiter = None;
    }

    /// A parent is told to wait.
    pub(super) fn wait(&mut self, parent: usize, before: [usize; PARENTS], now: [usize; PARENTS]) {
        let children = self.running.keys().copied().collect();
        self.waiter = Some(Waiter { parent, before, children });
        self.check(now);
    }

    /// A turn has ended because nobody was left, or because it was long enough.
    pub(super) fn rest(&mut self, turn: &Turn) {
        if turn.long {
            return self.widen();
        }
        if let Some(id) = self.left().next() {
            panic!("{id} was woken, and is not polled");
        }
        self.round.clear();
        self.woken.clear();
    }

    /// Who was woken, and not polled since.
    fn left(&self) -> impl Iterator<Item = Id> {
        let woken = self.round.union(&self.woken);
        woken.filter_map(|slot| self.slots.get(slot).copied())
    }

    /// No wake is lost, and none goes to a parent that has polled before another.
    pub(super) fn check(&self, now: [usize; PARENTS]) {
        let Some(Waiter { parent, before, children }) = &self.waiter else { return };
        for other in (0..PARENTS).filter(|other| other != parent) {
            assert_eq!(now[other], before[other], "{other} is woken, but {parent} waits");
        }
        if let Some(id) = self.left().find(|id| children.contains(id)) {
            assert!(now[*parent] > before[*parent], "{id} was woken, but {parent} was not");
        }
    }
}
