//! Area TL: trees of scopes, chains of callers, and counts of what lives.

use super::{S, Why};
use crate::scene::{after, ms, run};
use ringfence_core::{
    observe::{self, ObservedChild, Phase, Snapshot},
    rt::{Timer as _, timer},
    scope_local, sleep,
};
use std::{cell::RefCell, future::pending};

type Done = Result<(), Why>;

/// The labels of the children of a scope.
fn labels(scope: &Snapshot) -> Vec<String> {
    scope.children.iter().map(|child| child.label.to_string()).collect()
}

// case: TL-09
// rule: observe-links
// trio's tree has one task with two open nurseries; here the body is a child of its scope, and what
// it opens is under it.
#[test]
fn the_tree_of_scopes_and_children_can_be_walked_down_and_up_also_once_they_have_ended() {
    let kept: RefCell<Vec<ObservedChild>> = RefCell::default();
    run(async {
        let root = scope_local(async |s: S<'_>| -> Done {
            let first = scope_local(async |s1: S<'_>| -> Done {
                let second = scope_local(async |s2: S<'_>| -> Done {
                    s1.child().named("child").spawn(async {
                        let own = scope_local(async |s: S<'_>| -> Done {
                            s.child().named("grandchild").spawn(async {
                                kept.borrow_mut().extend(observe::current());
                                after(20, ()).await;
                            });
                            after(20, Ok(())).await
                        });
                        own.named("own").await.unwrap();
                    });
                    sleep(ms(10)).await;
                    let (root, s1, s2) = (s.snapshot(), s1.snapshot(), s2.snapshot());
                    // Down: each scope under the child that polls it.
                    assert_eq!(labels(&root), ["body"]);
                    let [below] = &root.children[0].scopes[..] else { panic!("the first one") };
                    assert_eq!((below.id, &labels(below)[..]), (s1.id, &labels(&s1)[..]));
                    assert_eq!(labels(below), ["body", "child 0 (child)"]);
                    let [body, child] = &below.children[..] else { panic!("two") };
                    assert_eq!(body.scopes[0].id, s2.id);
                    assert_eq!(labels(&child.scopes[0]), ["body", "child 0 (grandchild)"]);
                    // Up.
                    let parent = s2.parent.as_ref().unwrap().scope();
                    assert_eq!((Some(parent.id()), parent.name()), (s1.id, Some("first")));
                    assert!(root.parent.is_none());
                    Ok(())
                });
                second.named("second").await.unwrap();
                Ok(())
            });
            first.named("first").await.unwrap();
            assert!(s.snapshot().children[0].scopes.is_empty(), "it has ended");
            Ok(())
        });
        root.named("root").observe(()).await.unwrap();
    });
    // The links of who has ended are still there, and end at the root.
    let kept = kept.into_inner();
    let chain: Vec<_> = kept[0].ancestors().map(|it| it.label().to_string()).collect();
    assert_eq!(chain, ["child 0 (grandchild)", "child 0 (child)", "body"]);
    let root = kept[0].ancestors().last().unwrap().scope();
    assert_eq!((root.name(), root.parent().is_none()), (Some("root"), true));
    assert_eq!(root.snapshot().phase, Phase::Ended);
}

// case: TL-09
#[test]
fn two_scopes_that_one_child_has_open_are_shown_in_the_order_in_which_they_were_opened() {
    run(async {
        let root = scope_local(async |s: S<'_>| -> Done {
            s.child().named("owner").spawn(async {
                let open = |name: &'static str| {
                    scope_local(async |_: S<'_>| -> Done { after(20, Ok(())).await }).named(name)
                };
                let (first, second) = ringfence_core::gather((open("s1"), open("s2"))).await;
                first.and(second).unwrap();
            });
            sleep(ms(10)).await;
            let owner = &s.snapshot().children[1];
            let names: Vec<_> = owner.scopes.iter().map(|s| s.name.clone().unwrap()).collect();
            assert_eq!(names, ["s1", "s2"]);
            Ok(())
        });
        root.observe(()).await.unwrap();
    });
}

// case: TL-11
#[test]
fn a_dump_shows_each_child_in_its_scope_and_each_scope_under_its_owner() {
    let text = run(async {
        let root = scope_local(async |s: S<'_>| {
            for (child, scope) in [("one", "A"), ("two", "B")] {
                s.child().named(child).spawn(async move {
                    let own = scope_local(async |s: S<'_>| -> Done {
                        s.child().named("leaf").spawn(sleep(ms(30)));
                        Ok(())
                    });
                    own.named(scope).await.unwrap();
                });
            }
            sleep(ms(10)).await;
            Ok::<_, Why>(s.snapshot().tree().to_string())
        });
        root.named("root").observe(()).await.unwrap()
    });
    // But for where each was spawned.
    let lines: Vec<_> = text.lines().map(|line| line.split(", at ").next().unwrap()).collect();
    let expected = [
        "root: open, age 10ms",
        "├─ body: running, 2 polls, 1 wake",
        "├─ child 0 (one): waiting for 10ms, 1 poll, 0 wakes",
        "│  └─ A: open, age 10ms",
        "│     └─ child 0 (leaf): waiting for 10ms, 1 poll, 0 wakes",
        "└─ child 1 (two): waiting for 10ms, 1 poll, 0 wakes",
        "   └─ B: open, age 10ms",
        "      └─ child 0 (leaf): waiting for 10ms, 1 poll, 0 wakes",
    ];
    assert_eq!(lines, expected);
    assert!(text.lines().all(|line| line.contains("body") || line.contains("trees.rs:")), "{text}");
}

// case: TL-12
// rule: observe-current
#[test]
fn the_chain_of_callers_of_a_nested_child_leads_to_the_root() {
    /// Opens a scope in a scope, so many times, and then asks for the chain.
    async fn depth(left: u32) -> Vec<String> {
        if left == 0 {
            let innermost = observe::current().expect("somebody observes");
            return innermost.ancestors().filter_map(|it| it.name().map(str::to_owned)).collect();
        }
        let deeper = scope_local(async |s: S<'_>| {
            let name = format!("depth-{left}");
            Ok::<_, Why>(
                s.child().named(name).spawn(async move { Ok(depth(left - 1).await) }).await,
            )
        });
        Box::pin(deeper).await.unwrap()
    }
    run(async {
        let root = scope_local(async |s: S<'_>| {
            Ok::<_, Why>(s.child().named("root").spawn(async { Ok(depth(2).await) }).await)
        });
        // The innermost comes first.
        assert_eq!(root.observe(()).await.unwrap(), ["depth-1", "depth-2", "root"]);
    });
}

// case: TL-14
// rule: observe-statistics
#[test]
fn what_lives_what_can_run_and_the_next_deadline_are_counted() {
    run(async {
        let root = scope_local(async |s: S<'_>| -> Done {
            let counts = || {
                let counts = s.snapshot().statistics();
                (counts.living, counts.runnable)
            };
            // The body is being polled.
            assert_eq!(counts(), (1, 0));
            s.spawn_with(async |s| {
                s.cancelled().await;
                Ok(())
            });
            assert_eq!(counts(), (2, 1));
            sleep(ms(10)).await;
            assert_eq!(counts(), (2, 0));
            assert_eq!(s.snapshot().statistics().next_deadline, None);

            let inner = scope_local(async |_: S<'_>| -> Done {
                let counts = s.snapshot().statistics();
                let left = counts.next_deadline.map(|deadline| deadline - timer().now());
                assert_eq!((counts.scopes, counts.living, left), (2, 3, Some(ms(5000))));
                Ok(())
            });
            inner.timeout(ms(5000)).await.unwrap();
            let after = s.snapshot().statistics();
            assert_eq!((after.scopes, after.living, after.next_deadline), (1, 2, None));

            // To ask for the end of who waits for that makes it ready to run.
            s.cancel("enough");
            assert_eq!(counts(), (2, 1));
            pending().await
        });
        assert!(root.grace(ms(10)).observe(()).await.is_err());
    });
}
