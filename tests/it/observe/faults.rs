//! Observers that panic.

use super::{Notes, ms, run};
use ringfence_core::{
    Reason,
    observe::{End, ObservedChild, ObservedScope, Observer},
    scope, sleep,
};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

/// An observer that panics in one of its hooks, and counts how often it was told anything.
struct Faulty {
    hook: &'static str,
    told: Arc<AtomicUsize>,
}

impl Faulty {
    fn told(&self, hook: &str) {
        self.told.fetch_add(1, Ordering::Relaxed);
        assert_ne!(hook, self.hook, "not this one");
    }
}

const HOOKS: [&str; 9] = [
    "opened",
    "spawned",
    "poll_begins",
    "poll_ends",
    "woken",
    "child_cancelled",
    "cancelled",
    "ended",
    "closed",
];

impl Observer for Faulty {
    fn opened(&self, _: &ObservedScope, _: Instant) {
        self.told("opened");
    }

    fn spawned(&self, _: &ObservedChild, _: Instant) {
        self.told("spawned");
    }

    fn poll_begins(&self, _: &ObservedChild, _: Instant) {
        self.told("poll_begins");
    }

    fn poll_ends(&self, _: &ObservedChild, _: Instant) {
        self.told("poll_ends");
    }

    fn woken(&self, _: &ObservedChild) {
        self.told("woken");
    }

    fn child_cancelled(&self, _: &ObservedChild, _: &Reason, _: Instant) {
        self.told("child_cancelled");
    }

    fn cancelled(&self, _: &ObservedScope, _: &Reason, _: Instant) {
        self.told("cancelled");
    }

    fn ended(&self, _: &ObservedChild, _: End<'_>, _: Instant) {
        self.told("ended");
    }

    fn closed(&self, _: &ObservedScope, _: Instant) {
        self.told("closed");
    }
}

/// Runs a scope in which all hooks are called. Returns what the others were told.
fn watched(faulty: Option<Faulty>) -> Vec<String> {
    let notes = Notes::default();
    let whole = scope(async |s| -> Result<u32, &str> {
        let idle = s.spawn(pending::<()>());
        sleep(ms(1)).await;
        idle.cancel("not needed");
        sleep(ms(1)).await;
        s.cancel("enough");
        Ok(7)
    });
    let whole = match faulty {
        Some(faulty) => whole.observe(faulty).observe(Arc::new(notes.clone())),
        None => whole.observe(notes.clone()),
    };
    assert_eq!(run(whole).unwrap(), 7);
    notes.take()
}

// rule: observe-panic
#[test]
fn an_observer_that_panics_in_any_hook_is_told_nothing_any_more_and_all_else_is_as_without_it() {
    let others = watched(None);
    let told = HOOKS.map(|hook| {
        let told = Arc::new(AtomicUsize::new(0));
        assert_eq!(watched(Some(Faulty { hook, told: told.clone() })), others);
        told.load(Ordering::Relaxed)
    });
    // In the order in which they are called first.
    assert_eq!(told[..4], [1, 2, 3, 4]);
    assert_eq!(told[8], others.len(), "the last hook of all");
    assert!(told[4..8].iter().all(|told| (5..others.len()).contains(told)), "{told:?}");
}

// rule: observe-panic
#[test]
fn a_snapshot_says_what_an_observer_has_panicked_with() {
    let faulty = || Faulty { hook: "spawned", told: Arc::default() };
    let whole = scope(async |s| -> Result<_, &str> {
        let inner = scope(async |s| -> Result<_, &str> { Ok(s.snapshot().faults) });
        Ok((s.snapshot(), inner.await.unwrap()))
    });
    let (snapshot, inherited) = run(whole.observe(faulty()).observe(())).unwrap();
    assert_eq!(snapshot.faults.len(), 1);
    assert!(snapshot.faults[0].contains("not this one"));
    assert_eq!(inherited, snapshot.faults);
    assert!(snapshot.tree().to_string().contains("!  an observer has panicked: "));
}

// rule: observe-panic
#[test]
fn an_observer_whose_destructor_panics_does_no_harm() {
    struct Bomb;
    impl Observer for Bomb {}
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("boom");
        }
    }
    assert_eq!(run(scope(async |_| Ok::<_, &str>(7)).observe(Bomb)).unwrap(), 7);
    drop(scope(async |_| Ok::<_, &str>(7)).observe(Bomb));
}
