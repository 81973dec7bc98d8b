//! Scopes inside of observed ones.

use super::{Notes, ms, run};
use ringfence_core::{gather, observe, remote, scope, sleep};
use ringfence_test::TestRuntime;
use std::convert::Infallible;

type Done = Result<(), Infallible>;

async fn inner(name: &'static str) {
    let ended = scope(async |s| -> Done {
        s.child().named("leaf").spawn(async {});
        Ok(())
    });
    ended.named(name).await.unwrap();
}

// rule: observe-inherited
#[test]
fn scopes_inside_of_children_verbs_and_shields_are_observed_by_the_same() {
    let notes = Notes::default();
    let done = run(scope(async |s| -> Done {
        gather((inner("first"), inner("second"))).await;
        s.child().named("child").spawn(inner("third"));
        s.shield(ms(50), inner("fourth")).await;
        Ok(())
    })
    .named("root")
    .observe(notes.clone()));
    assert!(done.is_ok());
    let mut ended = notes.only(&["ended"]);
    ended.retain(|note| note.contains("leaf"));
    ended.sort();
    let leaves = [
        "ended root/body/first/leaf: completed",
        "ended root/body/fourth/leaf: completed",
        "ended root/body/second/leaf: completed",
        "ended root/child/third/leaf: completed",
    ];
    assert_eq!(ended, leaves);
}

// rule: observe-inherited
#[test]
fn scopes_inside_of_a_remote_child_are_observed_on_whichever_thread_it_runs() {
    let notes = Notes::default();
    let (path, handed_over) = TestRuntime::new(1).run(async {
        let rt = TestRuntime::current();
        let whole = scope(async |s| -> Result<_, Infallible> {
            let far = s.child().named("far").spawn_on(&rt, async {
                inner("there").await;
                Ok::<_, Infallible>(observe::current().map(|child| child.path()))
            });
            // What is spawned by other means than a child's is nobody's.
            Ok((far.await, remote(&rt, async { observe::current().is_some() }).await))
        });
        whole.named("root").observe(notes.clone()).await.unwrap()
    });
    assert_eq!(path.unwrap(), "root/far");
    assert!(handed_over, "it is a child of the body");
    let told = notes.only(&["ended root/far/there/leaf", "closed there"]);
    assert_eq!(told, ["ended root/far/there/leaf: completed", "closed there"]);
}

// rule: observe-inherited
#[test]
fn an_observer_of_an_inner_scope_is_told_of_that_alone_and_after_those_outside() {
    let (outside, inside) = (Notes::default(), Notes::default());
    let done = run(scope(async |_| -> Done {
        inner("before").await;
        scope(async |_| -> Done {
            inner("below").await;
            Ok(())
        })
        .named("inner")
        .observe(inside.clone())
        .await
        .unwrap();
        Ok(())
    })
    .named("outer")
    .observe(outside.clone()));
    assert!(done.is_ok());
    assert_eq!(
        outside.only(&["closed"]),
        ["closed before", "closed below", "closed inner", "closed outer"]
    );
    assert_eq!(inside.only(&["closed"]), ["closed below", "closed inner"]);
}

// rule: observe-inherited
#[test]
fn a_scope_beside_an_observed_one_is_not_observed() {
    let notes = Notes::default();
    run(async {
        let whole = scope(async |_| -> Done { Ok(()) }).observe(notes.clone());
        gather((async { whole.await.unwrap() }, inner("beside"))).await;
        inner("after").await;
    });
    assert_eq!(notes.only(&["opened"]), ["opened scope"]);
}

// rule: observe-current
#[test]
fn the_observed_child_that_is_polled_is_known_and_nobody_outside_of_one() {
    assert!(observe::current().is_none());
    let paths = run(scope(async |s| -> Result<_, Infallible> {
        let path = || observe::current().unwrap().path();
        let child = s.child().named("a").spawn(async move {
            sleep(ms(1)).await;
            let inner = scope(async |_| -> Result<_, Infallible> { Ok(path()) });
            Ok::<_, Infallible>((path(), inner.await.unwrap(), path()))
        });
        Ok((path(), child.await, path()))
    })
    .observe(()));
    let (before, child, after) = paths.unwrap();
    assert_eq!((before.as_str(), after.as_str()), ("body", "body"));
    assert_eq!(child, ("a".to_owned(), "a/body".to_owned(), "a".to_owned()));
    assert!(observe::current().is_none());
}

// rule: observe-current
#[test]
fn in_a_scope_that_nobody_observes_no_child_is_known() {
    let known = run(scope(async |_| -> Result<_, Infallible> { Ok(observe::current().is_some()) }));
    assert!(!known.unwrap());
}
