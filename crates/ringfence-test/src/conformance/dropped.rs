//! Children that are dropped: promise 4.

use super::{Host, busy::busy, patience::wait_until, watch::Watch};
use crate::{Probe, Stepper};
use ringfence_core::{Scope, block_on, cancel, gather, race, remote, scope};
use std::{
    future::{Future, pending, poll_fn},
    thread,
};

pub(super) fn a_child_that_was_never_polled_is_never_spawned(host: impl Host) {
    let watch = Watch::new(host.spawner());
    let child = Probe::<()>::pending();
    let control = child.controller();
    drop(remote(&watch, child));
    assert_eq!((watch.look().len(), control.polls(), control.drops()), (0, 0, 1));
}

/// Drops what `make` makes of three children, each of which has been polled and is idle.
fn drop_idle<F: Future>(host: &impl Host, make: impl FnOnce(Watch, [Probe<()>; 3]) -> F) {
    let watch = Watch::new(host.spawner());
    let children = [(); 3].map(|()| Probe::pending());
    let controls = children.each_ref().map(Probe::controller);
    let mut parent = Stepper::new(make(watch.clone(), children));
    assert!(parent.step().is_pending());
    watch.wait_until_idle(3);
    drop(parent);
    for control in &controls {
        assert!(control.is_dropped(), "an idle child is dropped by whoever drops its parent");
        assert_eq!(control.polls(), 1);
    }
    // The tasks have nothing left in them; the runtime is to find that out.
    watch.wait_until_gone();
    for control in &controls {
        assert_eq!(control.polls(), 1, "no poll begins after the drop");
        control.assert_sound();
    }
}

pub(super) fn an_idle_child_has_been_dropped_when_its_drop_returns(host: impl Host) {
    drop_idle(&host, |watch, children| gather(children.map(|child| remote(&watch, child))));
}

pub(super) fn idle_children_of_a_scope_have_been_dropped_when_its_drop_returns(host: impl Host) {
    drop_idle(&host, |watch, children| {
        scope(async move |s: Scope<'_, ()>| {
            for child in children {
                s.spawn_on(&watch, child);
            }
            pending::<Result<(), ()>>().await
        })
    });
}

pub(super) fn a_drop_does_not_wait_for_a_poll_after_which_the_child_is_dropped(host: impl Host) {
    let watch = Watch::new(host.spawner());
    let (child, gate) = busy();
    let mut parent = Stepper::new(remote(&watch, child));
    assert!(parent.step().is_pending());
    gate.wait();
    drop(parent);
    assert!(!gate.control.is_dropped(), "it is inside of a poll");
    gate.open();
    watch.wait_until_gone();
    assert_eq!(gate.control.polls(), 1, "no poll begins after the drop");
    gate.control.assert_sound();
}

pub(super) fn a_strict_drop_waits_for_the_poll(host: impl Host) {
    let watch = Watch::new(host.spawner());
    let (child, gate) = busy();
    let mut parent = Stepper::new(remote(&watch, child).strict());
    assert!(parent.step().is_pending());
    gate.wait();
    thread::scope(|threads| {
        threads.spawn(gate.opener());
        drop(parent);
        assert!(gate.control.is_dropped(), "a strict drop has waited for that");
    });
    watch.wait_until_gone();
    assert_eq!(gate.control.polls(), 1);
    gate.control.assert_sound();
}

pub(super) fn whoever_is_awaited_waits_for_the_poll_of_a_child_that_it_drops(host: impl Host) {
    let inside = Probe::pending();
    let is_inside = inside.controller();
    let child = Probe::<()>::pending();
    let control = child.controller();
    let loser = async move {
        let mut child = Box::pin(child);
        let token = cancel::current().expect("a child has a token");
        poll_fn(|cx| {
            is_inside.complete(());
            // Until it has lost the race: it is dropped inside of this poll.
            wait_until(|| token.is_cancelled());
            child.as_mut().poll(cx)
        })
        .await;
    };
    // Not inside of the runtime, where this thread might be the one that polls the child.
    block_on(race((remote(&host.spawner(), loser), inside)));
    assert!(control.is_dropped(), "no child outlives the await of its parent");
    control.assert_sound();
}
