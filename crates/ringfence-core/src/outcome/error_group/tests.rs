#[cfg(feature = "std")]
mod deep;

use super::*;
use crate::outcome::{Name, Panic, Reason, ScopeError};
use alloc::{boxed::Box, format, string::ToString, vec};
use core::{error::Error, fmt, num::ParseIntError, panic::Location, str::Utf8Error};

type Shared = Box<dyn Error + Send + Sync>;
type Local = Box<dyn Error>;

fn failure<E>(child: u64, error: E) -> Failure<E> {
    Failure::new(ChildId::new(child), Cause::Error(error))
}

fn panicked<E>(child: u64, message: &'static str) -> Failure<E> {
    Failure::new(ChildId::new(child), Cause::Panic(Panic::new(Box::new(message))))
}

fn group<E: 'static>(errors: impl IntoIterator<Item = E>) -> ErrorGroup<E> {
    ErrorGroup::from_errors(errors).expect("there are errors")
}

fn parse() -> ParseIntError {
    "x".parse::<u8>().expect_err("x is no number")
}

fn utf8() -> Utf8Error {
    let bytes = vec![0xff_u8];
    core::str::from_utf8(&bytes).expect_err("0xff is not UTF-8")
}

fn is<X: Error + 'static>(failure: &Failure<Shared>) -> bool {
    failure.error().is_some_and(|error| error.is::<X>())
}

/// A group in a group in a group, `levels` in all, around one error.
fn nested(levels: u32, innermost: Shared) -> ErrorGroup<Shared> {
    let mut group = group([innermost]);
    for level in 1..levels {
        // As a scope in a scope gives it, and as a hand gives it.
        let error: Shared =
            if level % 2 == 0 { ScopeError::Failed(group).into() } else { group.into() };
        group = ErrorGroup::new(failure(u64::from(level), error));
    }
    group
}

// rule: group-order
#[test]
fn failures_stay_in_the_order_in_which_they_came() {
    let mut group = ErrorGroup::new(failure(7, "a"));
    group.push(panicked(2, "b"));
    group.extend([failure(5, "c")]);
    let children: Vec<_> = group.iter().map(|failure| failure.child.index()).collect();
    assert_eq!(children, [7, 2, 5]);
    assert_eq!(group.first().error(), Some(&"a"));
    assert_eq!(group.errors().collect::<Vec<_>>(), [&"a", &"c"]);
    assert_eq!(group.into_first().child, ChildId::new(7));
}

// rule: group-order
#[test]
fn there_is_no_empty_group() {
    assert!(ErrorGroup::<&str>::from_vec(vec![]).is_none());
    assert!(ErrorGroup::<&str>::from_errors([]).is_none());
    assert!(group(["a"]).retain(|_| false).is_none());
    assert!(group(["a"]).subgroup(|_| false).is_none());
}

#[test]
fn a_single_error_can_be_taken_out() {
    assert_eq!(group(["a"]).into_single().expect("one"), "a");
    assert_eq!(group(["a", "b"]).into_single().expect_err("two").len(), 2);
    let panic = ErrorGroup::<&str>::new(panicked(0, "boom"));
    assert!(panic.into_single().expect_err("a panic").first().panic().is_some());
    let mut capped = group(["a"]);
    assert!(capped.push_within(1, failure(1, "b")).is_some());
    assert!(capped.into_single().is_err());
}

// rule: group-cap
#[test]
fn failures_beyond_the_cap_are_counted_and_given_back() {
    let mut group = group(["a"]);
    assert!(group.push_within(2, failure(1, "b")).is_none());
    assert_eq!(group.push_within(2, failure(2, "c")).expect("full").error(), Some(&"c"));
    assert_eq!((group.len(), group.rest()), (2, 1));
    assert_eq!(group.to_string(), "child 0: a\nchild 1: b\nand 1 more");
    assert_eq!(format!("{group:#}"), "3 failures\n├─ child 0: a\n├─ child 1: b\n└─ and 1 more");
    // They go where the failures go that nobody asked for.
    let (yes, no) = group.split(|failure| failure.child.index() == 0);
    assert_eq!((yes.map(|group| group.rest()), no.map(|group| group.rest())), (Some(0), Some(1)));
}

#[test]
fn mapping_keeps_names_places_and_panics() {
    let group = ErrorGroup::from_vec(vec![failure(3, 1).named("a"), panicked(4, "boom")]);
    let group = group.expect("two").map(|n| n + 1);
    assert_eq!(group.to_string(), "child 3 (a): 2\nchild 4: panicked: boom");
}

// rule: group-nested
#[test]
fn flattening_keeps_order_and_panics() {
    let mut inner = group(["a", "b"]);
    let _ = inner.push_within(2, failure(2, "c"));
    let mut outer = ErrorGroup::new(failure(9, inner));
    outer.push(panicked(8, "boom"));
    outer.push(failure(7, group(["d"])));
    let flat = outer.flatten();
    assert_eq!(
        flat.to_string(),
        "child 0: a\nchild 1: b\nchild 8: panicked: boom\nchild 0: d\nand 1 more"
    );
}

// case: EG-02
// rule: group-nested
#[test]
fn a_group_in_a_group_is_a_node() {
    let outer: ErrorGroup<Shared> = group([group([parse()]).into()]);
    assert_eq!(outer.len(), 1);
    let inner = outer.first().error().and_then(|error| error.downcast_ref());
    assert_eq!(inner.map(ErrorGroup::<ParseIntError>::len), Some(1));
}

// case: EG-13
// rule: group-split
#[test]
fn a_group_that_matches_or_fails_to_as_a_whole_is_gone_from_the_other_half() {
    let all: Shared = group::<Shared>([parse().into(), parse().into()]).into();
    let none: Shared = group::<Shared>([utf8().into()]).into();
    let (yes, no) = group([all, none, fmt::Error.into()]).split(is::<ParseIntError>);
    let (yes, no) = (yes.expect("two match"), no.expect("two do not"));
    assert_eq!(yes.len(), 1);
    assert_eq!(yes.leaves().count(), 2);
    assert_eq!(yes.first().child.index(), 0);
    let children: Vec<_> = no.iter().map(|failure| failure.child.index()).collect();
    assert_eq!(children, [1, 2]);
    assert!(no.leaves().all(|leaf| !is::<ParseIntError>(leaf)));
}

// rule: group-split
#[test]
fn a_group_that_matches_in_part_is_in_both_halves_in_the_same_shape() {
    let inner = ScopeError::Failed(group::<Shared>([parse().into(), utf8().into()]));
    let outer = ErrorGroup::new(failure::<Shared>(4, inner.into()).named("inner"));
    let (yes, no) = outer.split(is::<ParseIntError>);
    for (half, leaf) in [(yes, 0), (no, 1)] {
        let half = half.expect("each half has one");
        assert_eq!(half.first().label().to_string(), "child 4 (inner)");
        assert!(half.first().error().is_some_and(|error| error.is::<ScopeError<Shared>>()));
        let leaves: Vec<_> = half.leaves().map(|leaf| leaf.child.index()).collect();
        assert_eq!(leaves, [leaf]);
    }
}

#[test]
fn a_group_that_matches_as_it_stands_goes_whole() {
    let outer: ErrorGroup<Shared> = group([group::<Shared>([parse().into()]).into()]);
    let (yes, no) = outer.split(|failure| failure.child == ChildId::new(0));
    assert_eq!(yes.expect("it matches").leaves().count(), 1);
    assert!(no.is_none());
}

// case: EG-14
#[test]
fn groups_of_one_in_groups_of_one_are_not_flattened() {
    let (yes, no) = nested(4, parse().into()).split(is::<ParseIntError>);
    let yes = yes.expect("it matches");
    let mut leaves = yes.leaves();
    assert!(leaves.next().is_some());
    assert_eq!(leaves.path().len(), 3);
    assert!(no.is_none());
}

#[derive(Debug, PartialEq)]
enum Storage {
    Busy,
    Broken,
}

impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Error for Storage {}

// case: EG-16
#[test]
fn a_kind_of_errors_is_matched_by_the_predicate_that_describes_it() {
    // What is a superclass elsewhere is a type, or a predicate, here.
    let group = group::<Shared>([Storage::Busy.into(), parse().into(), Storage::Broken.into()]);
    let mut caught = vec![];
    let rest = group.catch(|error: Storage| caught.push(error));
    assert_eq!(caught, [Storage::Busy, Storage::Broken]);
    assert!(is::<ParseIntError>(rest.expect("one is left").first()));
}

// case: EG-17
// rule: group-catch
#[test]
fn each_error_goes_to_the_first_handler_that_takes_it() {
    let group = group::<Shared>([utf8().into(), Storage::Busy.into(), parse().into()]);
    let (mut first, mut second, mut third) = (0, 0, 0);
    let rest = group
        .catch::<Storage>(|_| first += 1)
        .and_then(|group| group.catch::<Storage>(|_| second += 1))
        .and_then(|group| group.catch::<ParseIntError>(|_| third += 1));
    assert_eq!((first, second, third), (1, 0, 1));
    assert_eq!(rest.expect("one is left").first().child.index(), 0);
}

// case: EG-18
#[test]
fn a_single_error_is_caught_like_one_of_many_and_another_is_left_as_it_is() {
    let mut caught = vec![];
    let rest = group([Storage::Busy]).catch(|error: Storage| caught.push(error));
    assert!(rest.is_none());
    assert_eq!(caught, [Storage::Busy]);
    let rest = group([parse()]).catch(|error: Storage| caught.push(error));
    assert_eq!(rest.expect("of another type").into_single().expect("one"), parse());
}

// case: EG-19
// rule: group-catch
#[test]
fn what_a_handler_returns_joins_what_it_was_not_asked_about() {
    let group = group::<Shared>([
        Storage::Busy.into(),
        parse().into(),
        nested(2, Storage::Broken.into()).into(),
    ]);
    let rest = group.try_catch(|error: Storage| match error {
        Storage::Busy => Err("still busy".into()),
        Storage::Broken => Ok(()),
    });
    let rest = rest.expect("two are left");
    let labels: Vec<_> = rest.iter().map(|failure| failure.child.index()).collect();
    assert_eq!(labels, [1, 0]);
    assert_eq!(
        rest.into_iter().next_back().expect("it is there").to_string(),
        "child 0: still busy"
    );
}

#[test]
fn what_a_handler_returns_is_a_group_also_if_nothing_else_is_left() {
    let rest = group([Storage::Busy]).try_catch(|_: Storage| Err(Storage::Broken));
    assert_eq!(rest.expect("one was returned").into_single().expect("one"), Storage::Broken);
}

// case: EG-22
// rule: group-identity
#[test]
fn errors_are_never_compared_hashed_or_cloned() {
    /// It has none of the three, so that nothing could call them.
    struct Odd(u8);
    let odd = |child, n| failure(child, Odd(n));
    let group = ErrorGroup::from_vec(vec![odd(0, 1), odd(1, 2), odd(2, 1)]).expect("three");
    let (yes, no) = group.split(|failure| failure.error().is_some_and(|odd| odd.0 == 1));
    assert_eq!(yes.expect("two").len(), 2);
    let take = |odd: Odd| if odd.0 == 2 { Ok(odd) } else { Err(odd) };
    assert!(no.expect("one").catch_with(take, drop).is_none());
}

// case: EG-23
// rule: group-leaves
#[test]
fn leaves_come_depth_first_with_the_groups_around_them() {
    let inner = |a: &str, b: &str| -> Shared { group::<Shared>([a.into(), b.into()]).into() };
    let deep = group::<Shared>(["b".into(), inner("c", "d"), "e".into()]);
    let outer = group::<Shared>(["a".into(), deep.into(), inner("f", "g")]);
    let mut leaves = outer.leaves();
    let mut seen = vec![];
    while let Some(leaf) = leaves.next() {
        let path: Vec<_> = leaves.path().map(|around| around.child.index()).collect();
        seen.push(format!("{} in {path:?}", leaf.error().expect("no panics")));
    }
    assert_eq!(
        seen,
        ["a in []", "b in [1]", "c in [1, 1]", "d in [1, 1]", "e in [1]", "f in [2]", "g in [2]"]
    );
}

#[test]
fn groups_of_other_kinds_in_boxes_are_searched() {
    let mut typed = group([Storage::Busy]);
    typed.push(panicked(1, "boom"));
    let outer = group::<Local>([
        typed.into(),
        ScopeError::Failed(group([Storage::Broken])).into(),
        group::<Shared>([parse().into(), group([Storage::Busy]).into()]).into(),
    ]);
    let mut caught = vec![];
    let rest = outer.catch(|error: Storage| caught.push(error)).expect("a panic and another");
    assert_eq!(caught, [Storage::Busy, Storage::Broken, Storage::Busy]);
    assert_eq!(
        rest.to_string(),
        "child 0: child 1: panicked: boom\nchild 2: child 0: invalid digit found in string"
    );
}

#[test]
fn a_group_of_typed_groups_is_searched() {
    let mut caught = vec![];
    let rest = group([group([Storage::Busy]), group([Storage::Broken])])
        .catch(|error: Storage| caught.push(error));
    assert!(rest.is_none());
    assert_eq!(caught, [Storage::Busy, Storage::Broken]);
}

#[test]
fn a_timeout_in_a_box_is_an_error_like_any_other() {
    let cancelled = ScopeError::<Shared>::Cancelled(Reason::Closed.into());
    let group = group::<Shared>([cancelled.into(), parse().into()]);
    let rest = group.catch::<ParseIntError>(drop).expect("one is left");
    assert_eq!(rest.leaves().count(), 1);
    assert_eq!(rest.to_string(), "child 0: cancelled: the scope was closed");
}

#[test]
fn a_tree_shows_names_places_and_groups_in_groups() {
    let here = Location::caller();
    let inner: Shared = group::<Shared>(["a\nb".into(), "c".into()]).into();
    let mut outer = ErrorGroup::new(failure(1, inner).named("db").started_at(here));
    outer.push(Failure::new(ChildId::BODY, Cause::Error("d".into())));
    assert_eq!(outer.to_string(), "child 1 (db): child 0: a; b; child 1: c\nbody: d");
    assert_eq!(
        format!("{outer:#}"),
        format!(
            "2 failures\n├─ child 1 (db) at {here}: 2 failures\n│  ├─ child 0: a\n│  │  b\n\
             │  └─ child 1: c\n└─ body: d"
        )
    );
}

#[test]
fn the_source_is_the_first_failure() {
    let boxed = group::<Shared>([parse().into(), "b".into()]);
    assert!(boxed.source().is_some_and(|source| source.is::<ParseIntError>()));
    let typed = group([parse()]);
    assert!(typed.source().is_some_and(|source| source.is::<Failure<ParseIntError>>()));
    let panic = ErrorGroup::<Shared>::new(panicked(0, "boom"));
    assert!(panic.source().is_some_and(|source| source.is::<Panic>()));
}

#[test]
fn a_group_is_an_error_whatever_it_is_a_group_of() {
    fn question_mark(group: ErrorGroup<Shared>) -> Result<(), Shared> {
        Err(group)?
    }
    let error = question_mark(group(["a".into()])).expect_err("it is one");
    assert!(error.is::<ErrorGroup<Shared>>());
    let error: Shared = group(["a".to_string()]).into();
    assert!(error.is::<ErrorGroup<alloc::string::String>>());
}

#[test]
fn errors_may_borrow() {
    let text = "a b".to_string();
    let mut group = ErrorGroup::shallow(failure(0, &text[..1]));
    group.push(failure(1, &text[2..]).named(Name::Borrowed("second")));
    assert_eq!(group.to_string(), "child 0: a\nchild 1 (second): b");
    assert_eq!(group.into_iter().map(|failure| failure.child.index()).sum::<u64>(), 1);
}
