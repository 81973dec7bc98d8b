use super::{Counted, Owner, Vacant};
use crate::outcome::catch;
use core::{
    any::Any,
    cell::{Cell, RefCell},
    ptr::NonNull,
};
use std::{rc::Rc, thread};

/// Says when it is dropped.
struct Dropped(Rc<Cell<bool>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        assert!(!self.0.replace(true), "it is dropped once");
    }
}

/// An owner, and whether what it owns has been dropped.
fn owner() -> (Owner<Dropped>, Rc<Cell<bool>>) {
    let dropped = Rc::new(Cell::new(false));
    (Vacant::here().fill(Dropped(dropped.clone())), dropped)
}

#[test]
fn what_is_owned_goes_with_the_last_owner() {
    let (first, dropped) = owner();
    let second = first.clone();
    drop(first);
    assert!(!dropped.get());
    drop(second);
    assert!(dropped.get());
}

#[test]
fn the_only_owner_knows_that_it_is() {
    let (mut first, dropped) = owner();
    assert!(first.is_only());
    let second = first.second().expect("it is the only one");
    assert!(!first.is_only());
    assert!(first.second().is_none());
    drop(first);
    assert!(second.is_only());
    assert!(!dropped.get());
    drop(second);
    assert!(dropped.get());
}

#[test]
#[expect(unsafe_code, reason = "docs/unsafe.md, U36")]
fn an_owner_forgets_the_type_of_what_it_owns() {
    let (owner, dropped) = owner();
    let raw: NonNull<Counted<dyn Any>> = owner.into_raw();
    // SAFETY: it was just given up.
    let owner = unsafe { Owner::from_raw(raw) };
    assert!(owner.is::<Dropped>());
    drop(owner);
    assert!(dropped.get());
}

#[test]
fn small_and_large_are_side_by_side_and_go_in_any_order() {
    let small: Vec<_> = (0..40_u64).map(|n| Vacant::here().fill([n; 20])).collect();
    let large: Vec<_> = (0..3_u64).map(|n| Vacant::here().fill([n; 500])).collect();
    let (even, odd): (Vec<_>, Vec<_>) = small.into_iter().partition(|owner| owner[0] % 2 == 0);
    drop(even);
    for (n, owner) in odd.iter().enumerate() {
        assert_eq!(**owner, [2 * n as u64 + 1; 20]);
    }
    drop(odd);
    for (n, owner) in large.iter().enumerate() {
        assert_eq!(**owner, [n as u64; 500]);
    }
}

#[test]
fn a_panic_of_what_is_owned_is_that_of_the_last_owner() {
    struct Fussy;
    impl Drop for Fussy {
        fn drop(&mut self) {
            panic!("not yet");
        }
    }
    let first = Vacant::here().fill(Fussy);
    let second = first.clone();
    drop(first);
    assert_eq!(catch(|| drop(second)).unwrap_err().message(), Some("not yet"));
}

#[test]
fn an_owner_may_outlive_the_thread_where_it_came_to_be() {
    let owners: Vec<Owner<u64>> =
        thread::spawn(|| (0..20).map(|n| Vacant::here().fill(n)).collect()).join().unwrap();
    assert!(owners.iter().map(|owner| **owner).eq(0..20));
}

#[test]
fn a_thread_that_is_being_torn_down_makes_owners_still() {
    /// Makes one when it is dropped.
    struct Late(RefCell<Vec<Owner<u64>>>);
    impl Drop for Late {
        fn drop(&mut self) {
            self.0.get_mut().push(Vacant::here().fill(2));
            assert!(self.0.get_mut().drain(..).map(|owner| *owner).eq([1, 2]));
        }
    }
    thread_local! {
        static LATE: Late = const { Late(RefCell::new(Vec::new())) };
    }
    // The arena comes after that, and so goes before.
    let other = thread::spawn(|| {
        LATE.with(|late| late.0.borrow_mut().push(Vacant::here().fill(1)));
    });
    other.join().expect("a panic there would abort");
}
