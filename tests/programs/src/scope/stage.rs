//! The body and the children of a program's scope, and what happens to them, in order.

use crate::caught::panic_as_planned;
use ringfence_core::{Handle, Outcome, OwnedHandle, Scope, cancel::WhenCancelled};
use std::{
    collections::VecDeque,
    future::Future,
    marker::PhantomPinned,
    mem,
    pin::Pin,
    ptr,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

/// The body is number 0, and then the children in the order in which they were spawned.
pub(super) type Id = usize;

pub(super) const BODY: Id = 0;

/// How a child is spawned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Regular,
    /// Its failure is its handle's.
    Owned,
    Daemon,
}

/// What someone does in a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Stay,
    Yield,
    Rouse(Id),
    Spawn(Kind, Last),
    CancelScope,
    /// What is done with a handle, by its number among those that there are.
    CancelChild(usize),
    Await(usize),
    DropHandle(usize),
    /// Waits for the scope's token.
    Watch,
    Last(Last),
}

/// What someone does in the last poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// It is not the last.
    Stay,
    End,
    Fail,
    Panic,
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Polled(Id),
    Pended(Id),
    Ended(Id, Last),
    Dropped(Id),
    FellInDrop(Id),
    CargoDropped(Id),
    Woken(Id),
    /// A spawn begins; if the child is refused it is dropped before the spawn is over.
    Spawning(Id, Kind),
    Spawned(Id),
    /// The scope's token is cancelled, if it was not.
    ScopeCancelled,
    ChildCancelled(Id),
    HandleDropped(Id),
    /// Somebody has asked a handle, by itself or as a child.
    Asked {
        child: Id,
        by: Option<Id>,
        told: Told,
    },
    /// A child's failure was handed to the sink.
    Sunk(Id, Last),
}

/// What a handle says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Pending,
    Value,
    /// Of a handle whose child's failure is its own.
    Failure(Last),
    Cancelled,
}

/// A value or an error, whose drop is counted.
pub(super) struct Cargo {
    pub(super) id: Id,
    stage: Stage,
}

impl Drop for Cargo {
    fn drop(&mut self) {
        self.stage.log(Event::CargoDropped(self.id));
    }
}

pub(super) enum AnyHandle {
    Plain(Handle<Cargo>),
    Owned(OwnedHandle<Cargo, Cargo>),
}

impl AnyHandle {
    pub(super) fn is_finished(&self) -> bool {
        match self {
            Self::Plain(handle) => handle.is_finished(),
            Self::Owned(handle) => handle.is_finished(),
        }
    }

    fn cancel(&self) {
        match self {
            Self::Plain(handle) => handle.cancel("handle"),
            Self::Owned(handle) => handle.cancel("handle"),
        }
    }

    /// Polls a child's handle; given back unless it has told all that it will.
    fn ask(self, cx: &mut Context<'_>) -> (Told, Option<Self>) {
        match self {
            // Its outcome, and not itself, which would be a panic where there is no value.
            Self::Plain(handle) if handle.is_finished() => {
                let told = match Pin::new(&mut handle.outcome()).poll(cx) {
                    Poll::Ready(Outcome::Completed(_)) => Told::Value,
                    Poll::Ready(Outcome::Cancelled(_)) => Told::Cancelled,
                    Poll::Ready(Outcome::Panicked(_)) | Poll::Pending => Told::Pending,
                };
                (told, None)
            }
            Self::Plain(mut handle) => match Pin::new(&mut handle).poll(cx) {
                Poll::Pending => (Told::Pending, Some(Self::Plain(handle))),
                Poll::Ready(_) => (Told::Value, None),
            },
            Self::Owned(mut handle) => match Pin::new(&mut handle).poll(cx) {
                Poll::Pending => (Told::Pending, Some(Self::Owned(handle))),
                Poll::Ready(Outcome::Completed(Ok(_))) => (Told::Value, None),
                Poll::Ready(Outcome::Completed(Err(_))) => (Told::Failure(Last::Fail), None),
                Poll::Ready(Outcome::Panicked(_)) => (Told::Failure(Last::Panic), None),
                Poll::Ready(Outcome::Cancelled(_)) => (Told::Cancelled, None),
            },
        }
    }
}

/// Shared by all who act, and the interpreter.
#[derive(Clone, Default)]
pub(super) struct Stage(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    log: Vec<Event>,
    actors: Vec<Record>,
    scope: Option<Scope<'static, Cargo>>,
    handles: Vec<(Id, AnyHandle)>,
}

#[derive(Default)]
struct Record {
    acts: VecDeque<Act>,
    falls_in_drop: bool,
    waker: Option<Waker>,
    address: Option<usize>,
    watch: Option<WhenCancelled>,
    over: bool,
}

/// How many there are at most.
const ACTORS: usize = 40;

impl Stage {
    /// No foreign code in `f`.
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().expect("nothing panics under the lock"))
    }

    pub(super) fn log(&self, event: Event) {
        self.with(|state| state.log.push(event));
    }

    pub(super) fn take_log(&self) -> Vec<Event> {
        self.with(|state| mem::take(&mut state.log))
    }

    pub(super) fn set_scope(&self, scope: Scope<'static, Cargo>) {
        let _none = self.with(|state| state.scope.replace(scope));
    }

    pub(super) fn scope(&self) -> Scope<'static, Cargo> {
        self.with(|state| state.scope.clone()).expect("it is set at the beginning")
    }

    pub(super) fn actor(&self) -> Actor {
        let id = self.with(|state| {
            state.actors.push(Record::default());
            state.actors.len() - 1
        });
        Actor { id, stage: self.clone(), _pinned: PhantomPinned }
    }

    pub(super) fn actors(&self) -> usize {
        self.with(|state| state.actors.len())
    }

    /// Calls `look` with all handles.
    pub(super) fn for_each_handle(&self, mut look: impl FnMut(Id, &AnyHandle)) {
        let handles = self.with(|state| mem::take(&mut state.handles));
        handles.iter().for_each(|(id, handle)| look(*id, handle));
        self.with(|state| state.handles = handles);
    }

    /// Says what someone does next.
    pub(super) fn direct(&self, id: Id, act: Act) {
        self.with(|state| state.actors[id].acts.push_back(act));
    }

    /// Says that someone panics when it is dropped.
    pub(super) fn undermine(&self, id: Id) {
        self.with(|state| state.actors[id].falls_in_drop = true);
    }

    /// Wakes someone by the waker of its last poll, if there was one.
    pub(super) fn rouse(&self, id: Id) {
        if let Some(waker) = self.with(|state| state.actors[id].waker.clone()) {
            self.log(Event::Woken(id));
            waker.wake();
        }
    }

    pub(super) fn spawn(&self, kind: Kind, last: Last) {
        if self.actors() == ACTORS {
            return;
        }
        let (scope, actor) = (self.scope(), self.actor());
        let id = actor.id;
        if last != Last::Stay {
            self.direct(id, Act::Last(last));
        }
        self.log(Event::Spawning(id, kind));
        let handle = match kind {
            Kind::Regular => AnyHandle::Plain(scope.spawn(actor)),
            Kind::Daemon => AnyHandle::Plain(scope.daemon(actor)),
            Kind::Owned => AnyHandle::Owned(scope.spawn_owned(actor)),
        };
        self.with(|state| {
            state.log.push(Event::Spawned(id));
            state.handles.push((id, handle));
        });
    }

    pub(super) fn cancel_scope(&self) {
        self.log(Event::ScopeCancelled);
        self.scope().cancel("asked");
    }

    fn take_handle(&self, number: usize) -> Option<(Id, AnyHandle)> {
        self.with(|state| {
            let len = state.handles.len();
            (len > 0).then(|| state.handles.remove(number % len))
        })
    }

    fn keep_handle(&self, handle: (Id, AnyHandle)) {
        self.with(|state| state.handles.push(handle));
    }

    pub(super) fn cancel_child(&self, number: usize) {
        let Some((id, handle)) = self.take_handle(number) else { return };
        self.log(Event::ChildCancelled(id));
        handle.cancel();
        self.keep_handle((id, handle));
    }

    pub(super) fn drop_handle(&self, number: usize) {
        let Some((id, handle)) = self.take_handle(number) else { return };
        self.log(Event::HandleDropped(id));
        drop(handle);
    }

    pub(super) fn ask(&self, number: usize, by: Option<Id>, cx: &mut Context<'_>) {
        let Some((child, handle)) = self.take_handle(number) else { return };
        let (told, handle) = handle.ask(cx);
        self.log(Event::Asked { child, by, told });
        if let Some(handle) = handle {
            self.keep_handle((child, handle));
        }
    }

    fn watch(&self, id: Id, cx: &mut Context<'_>) {
        let mut watch = self.scope().cancelled();
        let _ = Pin::new(&mut watch).poll(cx);
        let _old = self.with(|state| state.actors[id].watch.replace(watch));
    }

    /// Drops all that would keep something else.
    pub(super) fn strike(&self) {
        let state = self.with(|state| {
            let watches =
                state.actors.iter_mut().map(|actor| (actor.watch.take(), actor.waker.take()));
            (watches.collect::<Vec<_>>(), state.scope.take(), mem::take(&mut state.handles))
        });
        drop(state);
    }
}

/// The body, or a child.
pub(super) struct Actor {
    id: Id,
    stage: Stage,
    _pinned: PhantomPinned,
}

impl Future for Actor {
    type Output = Result<Cargo, Cargo>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (id, stage, address) = (self.id, &self.stage, ptr::from_ref(&*self).addr());
        let waker = Some(cx.waker().clone());
        let (act, old) = stage.with(|state| {
            state.log.push(Event::Polled(id));
            let record = &mut state.actors[id];
            assert!(!record.over, "{id} is polled after its end");
            assert_eq!(*record.address.get_or_insert(address), address, "{id} was moved");
            let act = record.acts.pop_front().unwrap_or(Act::Stay);
            record.over = matches!(act, Act::Last(_));
            (act, mem::replace(&mut record.waker, waker))
        });
        drop(old);
        match act {
            Act::Stay => {}
            Act::Yield => {
                stage.log(Event::Woken(id));
                cx.waker().wake_by_ref();
            }
            Act::Rouse(other) => stage.rouse(other),
            Act::Spawn(kind, last) => stage.spawn(kind, last),
            Act::CancelScope => stage.cancel_scope(),
            Act::CancelChild(number) => stage.cancel_child(number),
            Act::Await(number) => stage.ask(number, Some(id), cx),
            Act::DropHandle(number) => stage.drop_handle(number),
            Act::Watch => stage.watch(id, cx),
            Act::Last(last) => {
                stage.log(Event::Ended(id, last));
                let cargo = || Cargo { id, stage: stage.clone() };
                match last {
                    Last::End => return Poll::Ready(Ok(cargo())),
                    Last::Fail => return Poll::Ready(Err(cargo())),
                    Last::Panic | Last::Stay => panic_as_planned(),
                }
            }
        }
        stage.log(Event::Pended(id));
        Poll::Pending
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        let (id, address) = (self.id, ptr::from_ref(self).addr());
        let (falls, home) = self.stage.with(|state| {
            state.log.push(Event::Dropped(id));
            let record = &mut state.actors[id];
            record.over = true;
            (record.falls_in_drop, record.address)
        });
        if std::thread::panicking() {
            // A check has failed, and its message is on its way.
            return;
        }
        assert_eq!(home.unwrap_or(address), address, "{id} was moved before its drop");
        if falls {
            self.stage.log(Event::FellInDrop(id));
            panic_as_planned();
        }
    }
}
