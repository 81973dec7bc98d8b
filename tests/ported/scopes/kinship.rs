//! Area TL: what children take over from their parents, whose they are, and what is shown of them.

use super::{S, Why, failures};
use crate::scene::{after, elapsed, ms, run};
use ringfence_core::{ScopeError, scope_local, sleep};
use std::future::pending;

tokio::task_local! {
    static NAME: &'static str;
}

// case: TL-01
// A task's locals are those of whoever polls: children run in the task of their parent.
#[test]
fn children_and_grandchildren_see_the_locals_of_the_task_they_run_in() {
    run(async {
        let whole = scope_local(async |s: S<'_>| {
            let child = s.spawn_with(async |s| {
                sleep(ms(10)).await;
                let grandchild = s.spawn(async { Ok(NAME.get()) });
                Ok((NAME.get(), grandchild.await))
            });
            Ok(child.await)
        });
        assert_eq!(NAME.scope("x", whole).await.unwrap(), ("x", "x"));
    });
}

// case: TL-05
// Java and Swift refuse a spawn where a local was bound anew, asyncio's child keeps the new value.
// Here, as with Eio, a child has what its scope has, wherever it was spawned.
#[test]
fn a_local_that_is_bound_around_a_spawn_is_not_the_childs() {
    run(async {
        let whole = scope_local(async |s: S<'_>| {
            let child = NAME.sync_scope("rebound", || {
                assert_eq!(NAME.get(), "rebound");
                s.spawn(async { Ok(NAME.get()) })
            });
            Ok(child.await)
        });
        assert_eq!(NAME.scope("the scope's", whole).await.unwrap(), "the scope's");
    });
}

// case: TL-10
// rule: scope-spawn-any-time
#[test]
fn a_child_is_its_scopes_and_not_of_the_child_that_spawned_it() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn_with(async |s| {
                s.child().named("second").spawn(after(20, Err::<(), _>("late")));
            });
            sleep(ms(10)).await;
            Ok(())
        });
        // It has outlived who spawned it, and is counted beside it.
        assert_eq!(failures(ended.await), ["child 1 (second): late"]);
        assert_eq!(elapsed(), 20);
    });
}

// case: TL-13
#[test]
fn what_takes_too_long_names_those_that_still_run_and_only_them() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            for (name, millis) in [("early", 10), ("late", 1000), ("first", 0), ("later", 2000)] {
                s.child().named(name).spawn(after(millis, Ok(())));
            }
            Ok(())
        });
        let Err(ScopeError::Elapsed(elapsed)) = ended.named("all").timeout(ms(100)).await else {
            panic!("it is late")
        };
        let text = elapsed.to_string();
        assert!(text.contains("`all`") && text.contains("(late)") && text.contains("(later)"));
        assert!(!text.contains("early") && !text.contains("first"), "{text}");
    });
}

// case: TL-16
#[test]
fn the_text_of_a_scope_tells_its_name_and_how_far_it_has_come() {
    run(async {
        let mut token = None;
        let mut whole = Box::pin(
            scope_local(async |s: S<'_>| -> Result<(), Why> {
                token = Some(s.token());
                s.spawn_with(async |s| {
                    sleep(ms(10)).await;
                    s.cancel("enough");
                });
                pending().await
            })
            .named("download")
            .grace(ms(20)),
        );
        let text = format!("{whole:?}");
        assert!(text.contains("download") && text.contains("New"), "{text}");
        let early = ringfence_core::timeout(ms(5), whole.as_mut()).await;
        assert!(early.is_err() && format!("{whole:?}").contains("Open"));
        let early = ringfence_core::timeout(ms(10), whole.as_mut()).await;
        assert!(early.is_err() && format!("{whole:?}").contains("Ending"));
        assert!(whole.as_mut().await.is_err());
        assert!(format!("{whole:?}").contains("Done"));
        drop(whole);
        let token = format!("{:?}", token.unwrap());
        assert!(token.contains("enough"), "{token}");
    });
}
