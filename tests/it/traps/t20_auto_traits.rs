//! Which futures and sets are `Send`, `Sync` and `Unpin`, over which children.
//!
//! Values, errors and the types of the clock are pinned beside their modules in the core.

use crate::traits::{OUTER, gives_local, local, pinned, plain, traits, unshared};
use ringfence_core::{
    DynJoinSet, JoinSet, Key, Outcome, Waited, as_completed, gather, race, race_ok, settle,
    timeout, try_gather, until, wait,
};
use std::{rc::Rc, time::Duration};

type Output = Result<u32, u32>;
type Condition = Box<dyn FnMut(&Outcome<Output>) -> bool>;

// trap: T20
// rule: members-borrow
#[test]
fn futures_of_lists_are_send_and_sync_as_children_are_and_always_unpin() {
    macro_rules! rows {
        ($($verb:ident)*) => {$(
            let name = stringify!($verb);
            assert_eq!(traits!($verb(vec![plain()])), OUTER, "{name}");
            assert_eq!(traits!($verb([pinned()])), OUTER, "{name}");
            assert_eq!(traits!($verb(vec![unshared()])), "Send Unpin", "{name}");
            assert_eq!(traits!($verb([unshared()])), "Send Unpin", "{name}");
            assert_eq!(traits!($verb(vec![local()])), "Unpin", "{name}");
            assert_eq!(traits!($verb(std::iter::once(local()))), "Unpin", "{name}");
        )*};
    }
    rows!(gather try_gather race race_ok as_completed);
    assert_eq!(traits!(gather(vec![gives_local()])), "Unpin");
    assert_eq!(traits!(race(vec![gives_local()])), "Unpin");
}

// trap: T20
#[test]
fn futures_of_tuples_are_send_sync_and_unpin_as_children_are() {
    macro_rules! rows {
        ($($verb:ident)*) => {$(
            let name = stringify!($verb);
            assert_eq!(traits!($verb((plain(), plain()))), OUTER, "{name}");
            assert_eq!(traits!($verb((plain(), pinned()))), "Send Sync", "{name}");
            assert_eq!(traits!($verb((unshared(), plain()))), "Send", "{name}");
            assert_eq!(traits!($verb((plain(), plain(), plain(), local()))), "", "{name}");
        )*};
    }
    rows!(gather try_gather race race_ok as_completed);
    assert_eq!(traits!(gather((plain(), gives_local()))), "Unpin");
}

// trap: T20
#[test]
fn settle_may_hold_a_clocks_sleep_which_is_not_sync() {
    assert_eq!(traits!(settle(vec![plain()])), "Send Unpin");
    assert_eq!(traits!(settle(vec![local()])), "Unpin");
    assert_eq!(traits!(settle((plain(), plain()))), "Send Unpin");
    assert_eq!(traits!(settle((plain(), pinned()))), "Send");
    assert_eq!(traits!(settle((plain(), local()))), "");
}

// trap: T20
#[test]
fn a_limit_a_name_and_a_timeout_change_no_trait() {
    let second = Duration::from_secs(1);
    let built = gather(vec![pinned()]).limit(1).named("all").timeout(second);
    assert_eq!(traits!(built), "Send Unpin");
    assert_eq!(traits!(settle(vec![pinned()]).timeout(second)), "Send Unpin");
    assert_eq!(traits!(gather(vec![local()]).timeout(second)), "Unpin");
    assert_eq!(traits!(timeout(second, pinned())), "Send");
    assert_eq!(traits!(timeout(second, local())), "");
}

// trap: T20
#[test]
fn sets_are_send_and_sync_as_children_and_outputs_are_and_always_unpin() {
    assert_eq!(traits!(JoinSet::from_iter([plain()])), OUTER);
    assert_eq!(traits!(JoinSet::from_iter([pinned()])), OUTER);
    assert_eq!(traits!(JoinSet::from_iter([unshared()])), "Send Unpin");
    assert_eq!(traits!(JoinSet::from_iter([local()])), "Unpin");
    assert_eq!(traits!(JoinSet::from_iter([gives_local()])), "Unpin");
    // Its children need not be `Sync`.
    assert_eq!(traits!(DynJoinSet::<u32>::new()), "Send Unpin");
    assert_eq!(traits!(DynJoinSet::<Rc<u32>>::new()), "Unpin");
    assert_eq!(traits!(JoinSet::from_iter([plain()]).insert(plain())), OUTER, "a key");
}

// trap: T20
#[test]
fn who_waits_for_a_set_is_what_the_set_is() {
    assert_eq!(traits!(JoinSet::from_iter([pinned()]).next()), OUTER);
    assert_eq!(traits!(JoinSet::from_iter([unshared()]).next()), "Send Unpin");
    assert_eq!(traits!(JoinSet::from_iter([local()]).next()), "Unpin");
    assert_eq!(traits!(wait([unshared()], until::FirstFailure)), "Send Unpin");
    assert_eq!(traits!(wait([local()], until::FirstFailure)), "Unpin");
    assert_eq!(traits!(JoinSet::from_iter([unshared()]).wait(until::AllCompleted)), "Send Unpin");
    assert_eq!(traits!(JoinSet::from_iter([local()]).wait(until::AllCompleted)), "Unpin");
    let local: Condition = Box::new(|_| true);
    assert_eq!(traits!(wait([plain()], local)), "Unpin", "a condition counts, too");
    let waited = Waited { done: Vec::<(Key, _)>::new(), pending: JoinSet::from_iter([unshared()]) };
    assert_eq!(traits!(waited), "Send Unpin");
}
