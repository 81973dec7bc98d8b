//! Parents that change or go while they are woken.

use super::*;
use loom::sync::atomic::AtomicBool;

/// A set for which a parent waits, and the waker of its last child.
fn waited_for(headers: u32) -> (Ready, Waker, Arc<Wakes>) {
    let (mut ready, mut wakers) = set_of(headers);
    let (parent, waker) = Wakes::new();
    assert_eq!(turn(&mut ready, &waker), []);
    (ready, wakers.pop().unwrap(), parent)
}

/// A wake while the set is dropped: the parent is woken or not, and kept by nobody.
fn a_wake_against_the_drop_of_the_set(seen: &Seen<2>, headers: u32) {
    let (ready, child, parent) = waited_for(headers);
    let other = thread::spawn(move || {
        wake(&child);
        child
    });
    step();
    drop(ready);
    let child = other.join().unwrap();
    assert_eq!(Arc::strong_count(&parent), 1, "who rings last drops the parent's waker");
    let wakes = parent.count();
    wake(&child);
    assert_eq!(parent.count(), wakes);
    seen.note(wakes);
}

#[test]
fn a_wake_against_the_drop_of_a_lone_header() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| a_wake_against_the_drop_of_the_set(seen, 1));
}

#[test]
fn a_wake_against_the_drop_of_two_headers() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| a_wake_against_the_drop_of_the_set(seen, 2));
}

/// A wake, a poll by another parent, and the drop of the set, while the first parent is woken.
#[test]
fn a_wake_against_a_turn_by_another_parent_and_the_drop() {
    static SEEN: Seen<5> = Seen::new();
    SEEN.model(|seen| {
        let (mut ready, child, first) = waited_for(1);
        let (second, second_waker) = Wakes::new();
        let other = thread::spawn(move || {
            wake(&child);
            child
        });
        let found = turn(&mut ready, &second_waker);
        step();
        drop((ready, second_waker));
        let _child = other.join().unwrap();
        assert_eq!([&first, &second].map(Arc::strong_count), [1, 1]);
        seen.note(match (found.len(), first.count(), second.count()) {
            // Found, and nobody woken: the set was not parked any more.
            (1, 0, 0) => 0,
            // Found while the first was woken; the set was gone before the second could be.
            (1, 1, 0) => 1,
            // Found while the first was woken, and the second was woken afterwards.
            (1, 1, _) => 2,
            // Not found: the set was gone, or the second was woken before that.
            (0, 0, second) => 3 + second,
            other => unreachable!("{other:?}"),
        });
    });
}

/// The parent's waker is replaced while somebody wakes the old one, or shall do so.
fn a_wake_against_another_parent(seen: &Seen<4>, headers: u32) {
    let (mut ready, child, first) = waited_for(headers);
    let (second, second_waker) = Wakes::new();
    let other = thread::spawn({
        let child = child.clone();
        move || wake(&child)
    });
    let found = turn(&mut ready, &second_waker).len();
    other.join().unwrap();
    seen.note(match (found, first.count(), second.count()) {
        // Found, and nobody woken: the set was not parked any more.
        (1, 0, 0) => 0,
        // Found while the first was woken, or the second as well, since it asked.
        (1, 1, second) => 1 + second.min(1),
        // Found by the second's next turn.
        (0, 0, 1) => 3,
        other => unreachable!("{other:?}"),
    });
    assert_eq!(found + turn(&mut ready, &second_waker).len(), 1, "never missed");
    // From now on it is the second's.
    let (before, second_before) = (first.count(), second.count());
    wake(&child);
    assert_eq!((first.count(), second.count()), (before, second_before + 1));
}

#[test]
fn a_wake_against_another_parent_of_a_lone_header() {
    static SEEN: Seen<4> = Seen::new();
    SEEN.model(|seen| a_wake_against_another_parent(seen, 1));
}

#[test]
fn a_wake_against_another_parent_of_two_headers() {
    static SEEN: Seen<4> = Seen::new();
    SEEN.model(|seen| a_wake_against_another_parent(seen, 2));
}

/// Somebody else polls for whoever waits, while the waker of who waited before is woken: as
/// `JoinSet::try_next` does.
fn a_wake_against_a_poll_for_another_parent(seen: &Seen<4>, headers: u32) {
    let (mut ready, child, first) = waited_for(headers);
    let (second, second_waker) = Wakes::new();
    let other = thread::spawn({
        let child = child.clone();
        move || wake(&child)
    });
    let mut found = turn(&mut ready, &second_waker).len();
    let latest = ready.stand_in().expect("it was polled");
    found += turn(&mut ready, &latest).len();
    other.join().unwrap();
    seen.note(match (found, first.count() > 0, second.count() > 0) {
        // Found, and nobody woken: the set was not parked any more.
        (1, false, false) => 0,
        // Found while the first was woken; the second waits still.
        (1, true, false) => 1,
        (1, _, true) => 2,
        // To be found by the second's next turn.
        (0, false, true) => 3,
        other => unreachable!("{other:?}"),
    });
    if second.count() == 0 {
        wake(&child);
        assert_eq!(second.count(), 1, "it waits still");
    }
    let missed = turn(&mut ready, &second_waker).len();
    assert!(found + missed >= 1, "never missed");
}

#[test]
fn a_wake_against_a_poll_for_another_parent_of_a_lone_header() {
    static SEEN: Seen<4> = Seen::new();
    SEEN.model(|seen| a_wake_against_a_poll_for_another_parent(seen, 1));
}

#[test]
fn a_wake_against_a_poll_for_another_parent_of_two_headers() {
    static SEEN: Seen<4> = Seen::new();
    SEEN.model(|seen| a_wake_against_a_poll_for_another_parent(seen, 2));
}

/// A turn that would park while somebody rings asks to be woken afterwards, or parks after all.
#[test]
fn a_turn_against_the_end_of_a_ringing() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| {
        let (mut ready, wakers) = set_of(2);
        let (parent, waker) = Wakes::new();
        assert_eq!(turn(&mut ready, &waker), []);
        let other = thread::spawn({
            let child = wakers[0].clone();
            move || wake(&child)
        });
        let mut found = turn(&mut ready, &waker);
        wake(&wakers[1]);
        other.join().unwrap();
        // Whoever was not found in the turn has woken the parent since, or that who rang did.
        let wakes = parent.count();
        assert!((1..=2).contains(&wakes));
        seen.note(wakes - 1);
        found.extend(turn(&mut ready, &waker));
        found.sort_unstable();
        assert_eq!(found, [0, WIDTH]);
    });
}

/// The last waker is dropped while the set is, on another thread.
fn the_last_waker_against_the_set(seen: &Seen<2>, headers: u32) {
    let (mut ready, mut wakers) = set_of(headers);
    let (parent, waker) = Wakes::new();
    assert_eq!(turn(&mut ready, &waker), []);
    drop(waker);
    let gone = Arc::new(AtomicBool::new(false));
    let child = wakers.pop().unwrap();
    drop(wakers);
    let other = thread::spawn({
        let gone = gone.clone();
        move || {
            drop(child.clone());
            step();
            drop(child);
            step();
            gone.load(Relaxed)
        }
    });
    step();
    drop(ready);
    gone.store(true, Relaxed);
    seen.note(usize::from(other.join().unwrap()));
    assert_eq!(Arc::strong_count(&parent), 1);
}

#[test]
fn the_last_waker_against_the_drop_of_a_lone_header() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| the_last_waker_against_the_set(seen, 1));
}

#[test]
fn the_last_waker_against_the_drop_of_two_headers() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| the_last_waker_against_the_set(seen, 2));
}
