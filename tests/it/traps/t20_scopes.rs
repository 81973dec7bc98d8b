//! Which types of a scope are `Send`, `Sync` and `Unpin`.

use crate::traits::{OUTER, local, pinned, plain, traits};
use ringfence_core::{
    Handle, LocalScope, NotStarted, OnFailure, PanicPolicy, Scope, SpawnError, Started, scope,
    scope_local,
};
use std::{future::ready, rc::Rc, time::Duration};

type Ended = Result<u32, u32>;

// trap: T20
#[test]
fn the_future_of_a_scope_is_send_and_unpin_as_its_body_is() {
    // It may hold a sink and a clock's sleep, which are not `Sync`.
    assert_eq!(traits!(scope(|_| plain())), "Send Unpin");
    assert_eq!(traits!(scope(|_| pinned())), "Send");
    assert_eq!(traits!(scope(|_| local())), "");
    assert_eq!(traits!(scope(|_| pinned()).first()), "Send");
    let second = Duration::from_secs(1);
    let built = scope(|_| pinned()).limit(1).named("all").timeout(second).grace(second);
    let built = built.panics(PanicPolicy::Collect).on_failure(OnFailure::sink(drop));
    assert_eq!(traits!(built), "Send");
    assert_eq!(traits!(scope(|_| ready(Ok::<_, u32>(Rc::new(1))))), "Unpin", "a value counts");
}

// trap: T20
#[test]
fn the_future_of_a_local_scope_stays_on_its_thread() {
    assert_eq!(traits!(scope_local(|_| plain())), "Unpin");
    assert_eq!(traits!(scope_local(|_| pinned())), "");
    assert_eq!(traits!(scope_local(|_| local()).first()), "");
}

/// What a scope has given out by the time its body is made.
fn given_out<'env, V: 'env>(give: impl FnOnce(Scope<'env, u32>) -> V) -> V {
    let mut given = None;
    drop(scope(|s| {
        given = Some(give(s));
        ready(Ok::<u32, u32>(1))
    }));
    given.unwrap()
}

fn given_out_locally<'env, V: 'env>(give: impl FnOnce(LocalScope<'env, u32>) -> V) -> V {
    let mut given = None;
    drop(scope_local(|s| {
        given = Some(give(s));
        ready(Ok::<u32, u32>(1))
    }));
    given.unwrap()
}

// trap: T20
#[test]
fn the_handle_of_a_scope_may_be_sent_and_shared_but_that_of_a_local_one_may_not() {
    assert_eq!(traits!(given_out(|s| s)), OUTER);
    assert_eq!(traits!(given_out(|s| s.child())), OUTER);
    assert_eq!(traits!(given_out_locally(|s| s)), "Unpin");
    assert_eq!(traits!(given_out_locally(|s| s.child())), "Unpin");
}

// trap: T20
#[test]
fn the_handle_of_a_child_is_send_and_sync_as_its_value_is_sent_and_always_unpin() {
    assert_eq!(traits!(given_out(|s| s.spawn(pinned()))), OUTER);
    assert_eq!(traits!(given_out(|s| s.spawn(pinned()).outcome())), OUTER);
    assert_eq!(traits!(given_out(|s| s.spawn_owned(pinned()))), OUTER);
    // The child stays where it is, whoever has the handle.
    assert_eq!(traits!(given_out_locally(|s| s.spawn(local()))), OUTER);
    let local = || ready(Ok::<Rc<u32>, u32>(Rc::new(1)));
    assert_eq!(traits!(given_out_locally(|s| s.spawn(local()))), "Unpin");
    assert_eq!(traits!(given_out_locally(|s| s.spawn(local()).outcome())), "Unpin");
    assert_eq!(traits!(given_out_locally(|s| s.spawn_owned(local()))), "Unpin");
}

// trap: T20
#[test]
fn starts_shields_and_refusals_are_what_is_in_them_is() {
    let start = |s: Scope<'static, u32>| s.start(|_: Started<u32>| pinned());
    assert_eq!(traits!(given_out(start)), OUTER);
    let start = |s: LocalScope<'static, u32>| s.start(|_: Started<Rc<u32>>| pinned());
    assert_eq!(traits!(given_out_locally(start)), "Unpin");
    assert_eq!(traits!(NotStarted), OUTER);
    assert_eq!(traits!(given_out(|s| s.shield(Duration::ZERO, plain()))), "Send Unpin");
    assert_eq!(traits!(given_out(|s| s.shield(Duration::ZERO, pinned()))), "Send");
    assert_eq!(traits!(given_out(|s| s.shield(Duration::ZERO, local()))), "");
    assert_eq!(traits!(SpawnError::Closed(plain())), OUTER);
    assert_eq!(traits!(SpawnError::Cancelled(local())), "");
}

// trap: T20
#[test]
fn a_handle_of_a_local_child_may_be_dropped_elsewhere_and_leaves_the_child_where_it_is() {
    struct HereOnly(Rc<()>, std::thread::ThreadId);
    impl Drop for HereOnly {
        fn drop(&mut self) {
            assert_eq!(std::thread::current().id(), self.1);
        }
    }
    let here = HereOnly(Rc::new(()), std::thread::current().id());
    let count = here.0.clone();
    let ended = ringfence::block_on(scope_local(async |s| -> Ended {
        let child = s.spawn(async move {
            let _here = here;
            Ok(7)
        });
        let cancelled = s.spawn(std::future::pending::<Ended>());
        std::thread::scope(|threads| {
            let elsewhere = |handle: Handle<u32>| move || drop(handle);
            threads.spawn(elsewhere(child));
            threads.spawn(move || cancelled.cancel("from elsewhere"));
        });
        Ok(1)
    }));
    assert_eq!((ended.unwrap(), Rc::strong_count(&count)), (1, 1));
}
