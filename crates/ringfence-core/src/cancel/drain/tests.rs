use super::*;
use alloc::sync::Arc;
use core::{
    mem,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    task::Waker,
};
use std::sync::Mutex;

/// One who goes when the test says so.
#[derive(Default)]
struct Child(Mutex<Option<Drain>>);

impl Child {
    fn go(&self, left: Drain) {
        left.go_with(self.address(), |left| *self.0.lock().unwrap() = Some(left));
    }
}

impl Leaving for Child {
    fn poll_gone(&self, _: &mut Context<'_>) -> Poll<Drain> {
        self.0.lock().unwrap().as_mut().map_or(Poll::Pending, |left| Poll::Ready(mem::take(left)))
    }

    fn has_gone(&self) -> bool {
        self.0.lock().unwrap().is_some()
    }

    fn address(&self) -> Address {
        core::ptr::from_ref(self).cast()
    }
}

/// One who has gone, with a panic or without.
fn gone(panic: &'static str) -> Arc<Child> {
    let mut left = Drain::new();
    left.note((!panic.is_empty()).then(|| Panic::new(Box::new(panic))));
    let child = Arc::<Child>::default();
    child.go(left);
    child
}

/// A drain in which somebody was left.
fn with(child: &Arc<Child>) -> Drain {
    let mut drain = Drain::new();
    drain.collect(|| leave(child.clone()));
    drain
}

fn kept(drain: &Drain) -> usize {
    drain.left.as_ref().map_or(0, |left| left.len())
}

fn poll(drain: &mut Drain) -> Poll<Option<Panic>> {
    drain.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn those_who_have_gone_are_forgotten_though_nobody_waits_yet() {
    let mut drain = Drain::new();
    for number in 0..1_000 {
        let child = gone(if number == 7 { "the eighth" } else { "" });
        drain.collect(|| leave(child));
    }
    assert!(kept(&drain) < 64, "{} are kept", kept(&drain));
    let told = poll(&mut drain);
    assert!(matches!(told, Poll::Ready(Some(panic)) if panic.message() == Some("the eighth")));
}

#[test]
fn those_who_have_dropped_each_other_are_not_kept_for_ever() {
    let [one, other, third] = [(); 3].map(|()| Arc::<Child>::default());
    let kept = [&one, &other, &third].map(Arc::downgrade);
    one.go(with(&other));
    other.go(with(&third));
    third.go(with(&one));
    drop((one, other, third));
    assert!(kept.iter().all(|child| child.upgrade().is_none()));
}

#[test]
fn who_was_left_to_itself_is_not_kept_for_ever() {
    let child = Arc::<Child>::default();
    child.go(with(&child));
    assert_eq!(Arc::strong_count(&child), 1);
    assert!(child.0.lock().unwrap().as_ref().is_some_and(Drain::is_empty), "nobody is left");
}

#[test]
fn who_goes_takes_along_whom_those_have_left_who_went_before() {
    let [one, other, third] = [(); 3].map(|()| Arc::<Child>::default());
    other.go(with(&third));
    one.go(with(&other));
    let mut drain = with(&one);
    assert!(poll(&mut drain).is_pending(), "the third is there");
    let mut left = Drain::new();
    left.note(Some(Panic::new(Box::new("the third"))));
    third.go(left);
    let told = poll(&mut drain);
    assert!(matches!(told, Poll::Ready(Some(panic)) if panic.message() == Some("the third")));
}

/// One who goes when the test says so, and counts how often it is looked at.
#[derive(Default)]
struct Busy {
    has_gone: AtomicBool,
    looks: AtomicUsize,
}

impl Leaving for Busy {
    fn poll_gone(&self, _: &mut Context<'_>) -> Poll<Drain> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        if self.has_gone() { Poll::Ready(Drain::new()) } else { Poll::Pending }
    }

    fn has_gone(&self) -> bool {
        self.has_gone.load(Ordering::Relaxed)
    }

    fn address(&self) -> Address {
        core::ptr::from_ref(self).cast()
    }
}

#[test]
fn those_who_are_still_there_are_looked_at_now_and_then() {
    let (mut drain, busy) = (Drain::new(), Arc::new(Busy::default()));
    let kept = || Arc::strong_count(&busy) - 1;
    let mut leave_many = || (0..1_000).for_each(|_| drain.collect(|| leave(busy.clone())));
    leave_many();
    assert_eq!(kept(), 1_000);
    let looks = busy.looks.load(Ordering::Relaxed);
    assert!(looks < 2_000, "{looks} looks");
    busy.has_gone.store(true, Ordering::Relaxed);
    leave_many();
    assert!(kept() < 64, "{} are kept", kept());
}

#[test]
fn a_drain_takes_nobody_of_the_one_around() {
    let (mut outer, mut inner) = (Drain::new(), Drain::new());
    outer.collect(|| {
        leave(Arc::new(Busy::default()));
        inner.collect(|| leave(gone("")));
    });
    assert_eq!((kept(&outer), kept(&inner)), (1, 1));
}

#[test]
fn a_thread_keeps_no_room_for_drains_that_are_closed() {
    let (mut outer, mut inner) = (Drain::new(), Drain::new());
    outer.collect(|| {
        leave(gone(""));
        inner.collect(|| leave(gone("")));
        assert_ne!(open::room(), 0);
    });
    assert_eq!(open::room(), 0);
}

/// A drain around one that was dropped when it had noted a panic and one of its was still there,
/// who is returned as well.
fn around_one_with_a_panic() -> (Drain, Arc<Busy>) {
    let (mut outer, mut inner, busy) = (Drain::new(), Drain::new(), Arc::new(Busy::default()));
    inner.collect(|| {
        leave(gone("noted"));
        leave(busy.clone());
    });
    assert!(poll(&mut inner).is_pending(), "one of them is there");
    outer.collect(|| drop(inner));
    (outer, busy)
}

#[test]
fn a_panic_that_was_noted_goes_to_the_drain_around() {
    let (mut outer, busy) = around_one_with_a_panic();
    assert!(poll(&mut outer).is_pending(), "it still is");
    busy.has_gone.store(true, Ordering::Relaxed);
    let told = poll(&mut outer);
    assert!(matches!(told, Poll::Ready(Some(panic)) if panic.message() == Some("noted")));
}

#[test]
fn a_panic_that_was_noted_goes_along_with_who_goes() {
    let (outer, busy) = around_one_with_a_panic();
    let child = Arc::<Child>::default();
    child.go(outer);
    assert_eq!(
        child.0.lock().unwrap().as_ref().map(kept),
        Some(1),
        "who is there, and nobody else"
    );
    let mut drain = with(&child);
    busy.has_gone.store(true, Ordering::Relaxed);
    let told = poll(&mut drain);
    assert!(matches!(told, Poll::Ready(Some(panic)) if panic.message() == Some("noted")));
}
