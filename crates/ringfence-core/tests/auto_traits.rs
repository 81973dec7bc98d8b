//! Which types are `Send`, `Sync` and `Unpin`, and that verbs stay `Send` inside tasks.

// trap: T20

use futures::executor::block_on;
use ringfence_core::{
    DynJoinSet, JoinSet, as_completed, gather, race, race_ok, settle, timeout, try_gather, until,
    wait,
};
use std::{
    future::{Future, Pending, pending},
    marker::PhantomPinned,
    rc::Rc,
    task::Waker,
    time::Duration,
};

/// Tells whether a type has a trait: the inherent function is found first, where it exists.
macro_rules! is {
    ($type:ty: $trait:ident) => {{
        trait Not {
            const IS: bool = false;
        }
        impl<T: ?Sized> Not for T {}
        struct Probe<T: ?Sized>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "used for the types that have the trait")]
        impl<T: ?Sized + $trait> Probe<T> {
            const IS: bool = true;
        }
        <Probe<$type>>::IS
    }};
}

/// As `is`, of the type of a value.
macro_rules! value_is {
    ($value:expr => Send: $send:literal, Sync: $sync:literal, Unpin: $unpin:literal) => {{
        fn facts<T>(_: &T, facts: [bool; 3]) -> [bool; 3] {
            facts
        }
        let value = $value;
        assert_eq!(facts(&value, traits!(value)), [$send, $sync, $unpin], stringify!($value));
    }};
}

/// A future that may not move between threads.
struct Local(Pending<Rc<()>>, Rc<()>);

fn task<F: Future + Send + 'static>(future: F) -> F::Output {
    block_on(future)
}

async fn text(name: &str) -> Result<String, String> {
    std::future::ready(()).await;
    Ok(name.to_owned())
}

#[test]
fn verbs_over_closures_that_borrow_are_send_inside_tasks() {
    let names = vec![String::from("a"), String::from("b")];
    let all = task(async move {
        let a = gather(names.iter().map(|n| text(n))).await;
        let b = try_gather(names.iter().map(|n| text(n))).limit(1).await;
        let c = settle(names.iter().map(|n| async move { text(n).await })).await;
        let d = race(names.iter().map(|n| text(n))).await;
        let e = race_ok(names.iter().map(|n| text(n))).timeout(Duration::from_secs(9)).await;
        let f = wait(names.iter().map(|n| text(n)), until::FirstFailure).await;
        let g = timeout(Duration::from_secs(9), gather((text(&names[0]), text(&names[1])))).await;
        (
            a.len(),
            b.unwrap().len(),
            c.len(),
            d.unwrap(),
            e.unwrap().unwrap(),
            f.done.len(),
            g.is_ok(),
        )
    });
    assert_eq!(all, (2, 2, 2, "a".into(), "a".into(), 2, true));
}
