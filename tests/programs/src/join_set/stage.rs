//! The children of a program, and what happens to them, in order.

use crate::caught::panic_as_planned;
use std::{
    future::Future,
    marker::PhantomPinned,
    mem,
    pin::Pin,
    ptr,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

/// The number of a child, in the order in which they were made.
pub(super) type Id = usize;

/// What a child does when it is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Stay,
    /// Wakes itself, once.
    Yield,
    /// Wakes another child, once.
    Rouse(Id),
    End,
    /// Ends with a value that panics when it is dropped.
    EndWithBomb,
    Panic,
}

/// What a child does when it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDrop {
    Nothing,
    Panic,
    Rouse(Id),
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A poll begins.
    Polled(Id),
    /// It ends, and the child is pending.
    Pended(Id),
    /// It ends with a value, or with a panic.
    Ended(Id),
    Fell(Id),
    /// A child is dropped.
    Dropped(Id),
    /// It panics right after that.
    FellInDrop(Id),
    /// A value is dropped.
    ValueDropped(Id),
    /// A waker of the child in this place is woken.
    Woken(Seat),
}

/// A slot of one of the sets that there were in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) set: usize,
    pub(super) slot: usize,
}

/// A waker, and whose it is.
#[derive(Clone)]
pub(super) struct Bell {
    pub(super) seat: Seat,
    waker: Waker,
}

/// Shared by the children, the parents' wakers and the interpreter.
#[derive(Clone, Default)]
pub(super) struct Stage(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    log: Vec<Event>,
    children: Vec<Record>,
    /// The waker that the last parent wakes.
    echo: Option<Bell>,
}

struct Record {
    act: Act,
    on_drop: OnDrop,
    seat: Option<Seat>,
    waker: Option<Waker>,
    address: Option<usize>,
    over: bool,
}

impl Stage {
    // No foreign code in `f`: a waker's drop would be.
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().expect("nothing panics under the lock"))
    }

    fn log(&self, event: Event) {
        self.with(|state| state.log.push(event));
    }

    /// Takes what has happened since the last call.
    pub(super) fn take_log(&self) -> Vec<Event> {
        self.with(|state| mem::take(&mut state.log))
    }

    /// Makes a child.
    pub(super) fn child(&self, act: Act, on_drop: OnDrop) -> (Id, Child) {
        let id = self.with(|state| {
            let (seat, waker, address) = (None, None, None);
            state.children.push(Record { act, on_drop, seat, waker, address, over: false });
            state.children.len() - 1
        });
        (id, Child { id, stage: self.clone(), _pinned: PhantomPinned })
    }

    /// How many children were made.
    pub(super) fn made(&self) -> usize {
        self.with(|state| state.children.len())
    }

    /// Says where a child is.
    pub(super) fn place(&self, id: Id, seat: Seat) {
        self.with(|state| state.children[id].seat = Some(seat));
    }

    /// Says what a child does when it is polled next.
    pub(super) fn direct(&self, id: Id, act: Act) {
        self.with(|state| state.children[id].act = act);
    }

    /// Says what a child does when it is dropped.
    pub(super) fn will(&self, id: Id, on_drop: OnDrop) {
        self.with(|state| state.children[id].on_drop = on_drop);
    }

    /// A clone of the waker of the last poll of a child, dead or alive.
    pub(super) fn bell(&self, id: Id) -> Option<Bell> {
        self.with(|state| {
            let record = state.children.get(id)?;
            Some(Bell { seat: record.seat?, waker: record.waker.clone()? })
        })
    }

    /// Wakes, and says so first.
    pub(super) fn ring(&self, bell: &Bell) {
        self.log(Event::Woken(bell.seat));
        bell.waker.wake_by_ref();
    }

    /// Wakes a child by the waker of its last poll, if it has one.
    pub(super) fn rouse(&self, id: Id) {
        if let Some(bell) = self.bell(id) {
            self.ring(&bell);
        }
    }

    /// Has the last parent wake this, when it is woken.
    pub(super) fn set_echo(&self, bell: Option<Bell>) {
        let _old = self.with(|state| mem::replace(&mut state.echo, bell));
    }

    /// Wakes what the last parent wakes.
    pub(super) fn echo(&self) {
        if let Some(bell) = self.with(|state| state.echo.clone()) {
            self.ring(&bell);
        }
    }

    /// Drops all wakers, each of which knows the stage by its parent.
    pub(super) fn strike(&self) {
        let wakers = self.with(|state| {
            let wakers = state.children.iter_mut().map(|record| record.waker.take());
            (wakers.collect::<Vec<_>>(), state.echo.take())
        });
        drop(wakers);
    }
}

/// A child of a program, which knows its address.
pub(super) struct Child {
    id: Id,
    stage: Stage,
    _pinned: PhantomPinned,
}

/// What a child returns.
pub(super) struct Value {
    pub(super) id: Id,
    bomb: bool,
    stage: Stage,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.stage.log(Event::ValueDropped(self.id));
        if self.bomb {
            panic_as_planned();
        }
    }
}

impl Future for Child {
    type Output = Value;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Value> {
        let (id, address) = (self.id, ptr::from_ref(&*self).addr());
        let waker = Some(cx.waker().clone());
        let (act, old) = self.stage.with(|state| {
            state.log.push(Event::Polled(id));
            let record = &mut state.children[id];
            assert!(!record.over, "child {id} is polled after its end");
            assert_eq!(*record.address.get_or_insert(address), address, "child {id} was moved");
            let act = mem::replace(&mut record.act, Act::Stay);
            record.over = matches!(act, Act::End | Act::EndWithBomb | Act::Panic);
            (act, mem::replace(&mut record.waker, waker))
        });
        drop(old);
        match act {
            Act::Stay => {}
            Act::Yield => {
                let seat = self.stage.with(|state| state.children[id].seat);
                self.stage.log(Event::Woken(seat.expect("it is placed before it is polled")));
                // By the very waker that it was lent, not by a clone.
                cx.waker().wake_by_ref();
            }
            Act::Rouse(other) => self.stage.rouse(other),
            Act::End | Act::EndWithBomb => {
                self.stage.log(Event::Ended(id));
                let bomb = act == Act::EndWithBomb;
                return Poll::Ready(Value { id, bomb, stage: self.stage.clone() });
            }
            Act::Panic => {
                self.stage.log(Event::Fell(id));
                panic_as_planned();
            }
        }
        self.stage.log(Event::Pended(id));
        Poll::Pending
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let (id, address) = (self.id, ptr::from_ref(self).addr());
        let (on_drop, home) = self.stage.with(|state| {
            state.log.push(Event::Dropped(id));
            let record = &mut state.children[id];
            record.over = true;
            (record.on_drop, record.address)
        });
        if std::thread::panicking() {
            // A check has failed, and its message is on its way.
            return;
        }
        assert_eq!(home.unwrap_or(address), address, "child {id} was moved before its drop");
        match on_drop {
            OnDrop::Nothing => {}
            OnDrop::Panic => {
                self.stage.log(Event::FellInDrop(id));
                panic_as_planned();
            }
            OnDrop::Rouse(other) => self.stage.rouse(other),
        }
    }
}
