//! Groups that are nested deeper than a stack is long.

use super::*;

/// How many levels are many: more than any stack holds, if each takes a few dozen bytes.
const MANY: u32 = if cfg!(miri) { 300 } else { 100_000 };

/// On a stack too small for one frame per level.
fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(f);
    thread.expect("a thread can be started").join().expect("no panic");
}

// trap: T21
// rule: group-deep
#[test]
fn deep_groups_are_dropped_without_deep_recursion() {
    on_a_small_stack(|| {
        let alive = alloc::sync::Arc::new(());
        drop(nested(MANY, Box::new(Held(alive.clone()))));
        assert_eq!(alloc::sync::Arc::strong_count(&alive), 1);
    });
}

/// An error that is counted.
#[derive(Debug)]
struct Held(#[expect(dead_code, reason = "held")] alloc::sync::Arc<()>);

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("held")
    }
}

impl Error for Held {}

// trap: T21
#[test]
fn deep_groups_of_a_recursive_type_are_dropped_and_shown_without_deep_recursion() {
    #[derive(Debug)]
    enum Recursive {
        Leaf,
        Group(Box<ErrorGroup<Recursive>>),
    }
    impl fmt::Display for Recursive {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Self::Leaf => f.write_str("leaf"),
                Self::Group(group) => group.fmt(f),
            }
        }
    }
    on_a_small_stack(|| {
        let mut error = Recursive::Leaf;
        for _ in 0..MANY {
            error = Recursive::Group(Box::new(group([error])));
        }
        assert!(error.to_string().ends_with("child 0: …"));
        drop(error);
    });
}

// trap: T21
// rule: group-deep
#[test]
fn deep_groups_are_shown_without_deep_recursion() {
    on_a_small_stack(|| {
        let group = nested(MANY, parse().into());
        assert!(group.to_string().ends_with(": …"));
        assert!(format!("{group:#}").ends_with(": …"));
        assert!(format!("{group:?}").contains('…'));
        // What is not deep is shown whole.
        assert!(nested(60, parse().into()).to_string().ends_with("invalid digit found in string"));
    });
}

// trap: T21
// rule: group-deep
#[test]
fn deep_groups_are_searched_without_deep_recursion() {
    on_a_small_stack(|| {
        let mut group = nested(MANY, parse().into());
        group.push(failure(0, utf8().into()));
        let mut leaves = group.leaves();
        assert!(leaves.next().is_some_and(is::<ParseIntError>));
        assert_eq!(leaves.path().len() as u32, MANY - 1);

        let (yes, no) = group.split(is::<Utf8Error>);
        assert_eq!(yes.expect("one").len(), 1);
        let mut caught = 0;
        let no = no.expect("the deep one").catch::<Storage>(|_| ()).expect("no such error");
        assert!(no.catch::<ParseIntError>(|_| caught += 1).is_none());
        assert_eq!(caught, 1);

        let mut source: &dyn Error = &nested(MANY, parse().into());
        while let Some(next) = source.source() {
            source = next;
        }
        assert!(source.is::<ParseIntError>());
    });
}

// rule: group-deep
#[test]
fn a_destructor_that_panics_keeps_no_other_error_from_being_dropped() {
    #[derive(Debug)]
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    impl fmt::Display for Bomb {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bomb")
        }
    }
    impl Error for Bomb {}

    let alive = alloc::sync::Arc::new(());
    let mut group = nested(100, Box::new(Bomb));
    group.push(failure(1, nested(100, Box::new(Held(alive.clone()))).into()));
    let panic = crate::outcome::catch(|| drop(group)).expect_err("it goes on");
    assert_eq!(panic.message(), Some("in a destructor"));
    assert_eq!(alloc::sync::Arc::strong_count(&alive), 1);
    // The thread still knows how deep it is.
    drop(nested(100, Box::new(Held(alive.clone()))));
    assert_eq!(alloc::sync::Arc::strong_count(&alive), 1);
}
