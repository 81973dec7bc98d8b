//! Children that have more time to end than the others, or less.

use super::{Failed, ms, run};
use ringfence::{
    rt::{self, Timer},
    scope, sleep,
};
use ringfence_test::Probe;
use std::{future::pending, sync::Mutex};

/// What happened, and at which millisecond.
#[derive(Default)]
struct Log(Mutex<Vec<(&'static str, u128)>>);

impl Log {
    fn note(&self, what: &'static str) {
        let elapsed = ringfence_test::TestRuntime::current().clock().elapsed();
        self.0.lock().unwrap().push((what, elapsed.as_millis()));
    }

    /// Notes when it is dropped.
    fn local<'a>(&'a self, what: &'static str) -> impl Drop + Send + use<'a> {
        struct Local<'a>(&'a Log, &'static str);
        impl Drop for Local<'_> {
            fn drop(&mut self) {
                self.0.note(self.1);
            }
        }
        Local(self, what)
    }

    fn into_inner(self) -> Vec<(&'static str, u128)> {
        self.0.into_inner().unwrap()
    }
}

// rule: scope-child-grace
#[test]
fn a_child_with_a_grace_goes_on_when_the_others_are_dropped() {
    let log = Log::default();
    run(async {
        let failed = scope(async |s| -> Result<(), Failed> {
            let _body = log.local("body");
            s.child().grace(ms(100)).spawn_with(async |s| {
                s.cancelled().await;
                sleep(ms(20)).await;
                log.note("flushed");
            });
            let other = log.local("other");
            s.spawn(async move {
                let _other = other;
                pending::<()>().await;
            });
            s.spawn(async {
                sleep(ms(10)).await;
                Err::<(), _>(Failed("first"))
            });
            pending().await
        });
        assert!(failed.await.is_err());
        log.note("over");
    });
    assert_eq!(log.into_inner(), [("body", 10), ("other", 10), ("flushed", 30), ("over", 30)]);
}

// rule: scope-child-grace
#[test]
fn each_child_is_dropped_when_its_own_grace_is_over() {
    let (log, told) = (Log::default(), Mutex::new(Vec::new()));
    run(async {
        let ended = scope(async |s| -> Result<(), Failed> {
            for (name, grace) in [("c", 30), ("a", 0), ("b", 5), ("e", 70), ("d", 30)] {
                let local = log.local(name);
                s.child().named(name).grace(ms(grace)).spawn(async move {
                    let _local = local;
                    pending::<()>().await;
                });
            }
            let local = log.local("with the others");
            s.child().named("with the others").spawn(async move {
                let _local = local;
                pending::<()>().await;
            });
            sleep(ms(1)).await;
            s.cancel("enough");
            let _body = log.local("body");
            pending().await
        });
        let ended = ended.grace(ms(50)).on_leftovers(|label| {
            told.lock().unwrap().push(label.to_string());
        });
        assert!(ended.await.is_err());
    });
    let dropped = [
        ("a", 1),
        ("b", 6),
        ("c", 31),
        ("d", 31),
        ("body", 51),
        ("with the others", 51),
        ("e", 71),
    ];
    assert_eq!(log.into_inner(), dropped);
    let told = told.into_inner().unwrap();
    let leftovers = [
        "child 2 (b)",
        "child 0 (c)",
        "child 4 (d)",
        "body",
        "child 5 (with the others)",
        "child 3 (e)",
    ];
    assert_eq!(told, leftovers, "each once, and who has none was not waited for");
}

// rule: scope-child-grace
#[test]
fn the_scope_ends_as_soon_as_those_with_a_grace_have_ended() {
    run(async {
        let begun = rt::timer().now();
        let value = scope(async |s| -> Result<u8, Failed> {
            s.child().grace(ms(1000)).spawn_with(async |s| drop(s.cancelled().await));
            s.child().grace(ms(500)).daemon().spawn_with(async |s| drop(s.cancelled().await));
            s.cancel("enough");
            Ok(7)
        });
        assert_eq!(value.await.unwrap(), 7);
        assert_eq!(rt::timer().now(), begun);
    });
}

// rule: scope-child-grace
#[test]
fn a_daemon_with_a_grace_may_end_by_itself_when_all_others_have_ended() {
    let log = Log::default();
    run(async {
        let ended = scope(async |s| -> Result<(), Failed> {
            s.child().grace(ms(100)).daemon().spawn_with(async |s| {
                s.cancelled().await;
                sleep(ms(30)).await;
                log.note("daemon");
            });
            sleep(ms(10)).await;
            Ok(())
        });
        assert!(ended.await.is_ok());
    });
    assert_eq!(log.into_inner(), [("daemon", 40)]);
}

// rule: scope-child-grace
// rule: scope-shield
#[test]
fn a_shield_holds_beyond_a_grace_and_not_beyond_its_bound() {
    let log = Log::default();
    run(async {
        let ended = scope(async |s| -> Result<(), Failed> {
            let (short, long) = (log.local("short"), log.local("long"));
            s.child().grace(ms(10)).spawn_with(async |s| {
                let _local = short;
                s.shield(ms(40), pending::<()>()).await;
            });
            s.child().grace(ms(60)).spawn_with(async |s| {
                let _local = long;
                s.shield(ms(20), pending::<()>()).await;
            });
            sleep(ms(5)).await;
            Err(Failed("body"))
        });
        assert!(ended.await.is_err());
    });
    // The one by its shield, which went up at 0; the other by its grace, which begins at 5.
    assert_eq!(log.into_inner(), [("short", 40), ("long", 65)]);
}

// rule: scope-child-grace
#[test]
fn who_has_not_begun_never_does_and_a_handle_cancels_at_once() {
    run(async {
        let waiting = Probe::<()>::pending();
        let control = waiting.controller();
        let cut = Probe::<()>::pending();
        let handled = cut.controller();
        let failed = scope(async |s| -> Result<(), Failed> {
            let handle = s.child().grace(ms(100)).spawn(cut);
            sleep(ms(1)).await;
            handle.cancel("not needed");
            sleep(ms(1)).await;
            assert!(handled.is_dropped());
            s.child().grace(ms(20)).spawn_with(async |s| drop(s.cancelled().await));
            s.child().grace(ms(100)).spawn(waiting);
            sleep(ms(1)).await;
            Err(Failed("body"))
        });
        assert!(failed.limit(1).await.is_err());
        assert_eq!(control.polls(), 0);
        assert!(control.is_dropped());
    });
}

// rule: scope-child-grace
#[test]
fn what_fails_within_its_own_grace_is_told_too() {
    run(async {
        let failed = scope(async |s| -> Result<(), Failed> {
            s.child().named("late").grace(ms(100)).spawn_with(async |s| {
                s.cancelled().await;
                sleep(ms(20)).await;
                Err::<(), _>(Failed("cleaning up"))
            });
            sleep(ms(1)).await;
            Err(Failed("body"))
        });
        let group = failed.await.unwrap_err().into_group().unwrap();
        assert_eq!(
            group.errors().map(|failed| failed.0).collect::<Vec<_>>(),
            ["body", "cleaning up"]
        );
    });
}
