//! What is known of a scope at a moment.

use super::{ms, run};
use ringfence_core::{
    Limiter, Reason, Scope,
    observe::{Phase, Snapshot, State},
    rt::{Timer as _, timer},
    scope, scope_local, sleep,
};
use ringfence_test::Stepper;
use std::{
    convert::Infallible,
    future::{pending, ready},
};

type Done = Result<(), Infallible>;

/// The labels of the children, and what each does.
fn states(snapshot: &Snapshot) -> Vec<(String, State)> {
    snapshot.children.iter().map(|child| (child.label.to_string(), child.state)).collect()
}

fn named(states: &[(&str, State)]) -> Vec<(String, State)> {
    states.iter().map(|(label, state)| ((*label).to_owned(), *state)).collect()
}

// rule: observe-snapshot
#[test]
fn a_snapshot_tells_what_each_does_since_when_how_often_and_how_old_it_is() {
    run(async {
        let begin = timer().now();
        let line = line!() + 3;
        let whole = scope_local(async |s| -> Done {
            sleep(ms(10)).await;
            s.child().named("a").spawn(sleep(ms(100)));
            sleep(ms(20)).await;
            s.spawn(ready(()));
            let snapshot = s.snapshot();
            assert_eq!(
                states(&snapshot),
                named(&[
                    ("body", State::Running),
                    ("child 0 (a)", State::Waiting),
                    ("child 1", State::Runnable),
                ])
            );
            let [body, a, new] = &snapshot.children[..] else { panic!("three") };
            assert_eq!((body.polls, body.wakes, body.age), (3, 2, ms(30)));
            assert_eq!((a.polls, a.wakes, a.age), (1, 0, ms(20)));
            assert_eq!((new.polls, new.wakes, new.age), (0, 0, ms(0)));
            assert_eq!((body.since, a.since), (begin + ms(30), begin + ms(10)));
            assert_eq!((a.location.file(), a.location.line()), (file!(), line));
            assert_eq!(body.location, snapshot.location);
            assert_eq!((snapshot.spawned, snapshot.age), (2, ms(30)));
            Ok(())
        });
        whole.observe(()).await.unwrap();
    });
}

// rule: observe-snapshot
#[test]
fn a_snapshot_tells_who_waits_for_a_place_and_who_is_a_daemon() {
    for shared in [false, true] {
        let whole = scope_local(async |s| -> Done {
            s.child().daemon().named("log").spawn(pending::<()>());
            for millis in [10, 20] {
                s.spawn(sleep(ms(millis)));
            }
            sleep(ms(5)).await;
            let before = s.snapshot();
            sleep(ms(10)).await;
            let after = s.snapshot();
            let log = ("child 0 (log)", State::Waiting);
            let (one, two) = ("child 1", "child 2");
            let body = ("body", State::Running);
            let queued = [body, log, (one, State::Waiting), (two, State::Queued)];
            assert_eq!(states(&before), named(&queued));
            assert_eq!(states(&after), named(&[body, log, (two, State::Waiting)]));
            assert!(before.children[1].is_daemon && !before.children[2].is_daemon);
            Ok(())
        });
        let whole = if shared { whole.limit(Limiter::new(1)) } else { whole.limit(1) };
        run(whole.observe(())).unwrap();
    }
}

// rule: observe-snapshot
#[test]
fn a_snapshot_tells_that_the_scope_ends_why_and_who_takes_a_grace() {
    run(async {
        let whole = scope_local(async |s| -> Result<(), &str> {
            s.child().named("cleans up").spawn_with(async |s| {
                s.cancelled().await;
                sleep(ms(5)).await;
                let snapshot = s.snapshot();
                assert_eq!(snapshot.phase, Phase::Cancelling(Reason::from("enough")));
                let cleans_up = ("child 0 (cleans up)", State::Running);
                assert_eq!(states(&snapshot), named(&[("body", State::Waiting), cleans_up]));
                assert!(snapshot.tree().to_string().contains("scope: cancelling (enough)"));
            });
            sleep(ms(1)).await;
            assert_eq!(s.snapshot().phase, Phase::Open);
            s.cancel("enough");
            pending().await
        });
        assert!(whole.observe(()).grace(ms(10)).await.is_err());
    });
}

// rule: observe-snapshot
#[test]
fn a_child_that_a_handle_has_cancelled_is_shown_as_asked_until_it_is_dropped() {
    run(async {
        let whole = scope_local(async |s| -> Done {
            let child = s.spawn(pending::<()>());
            sleep(ms(1)).await;
            child.cancel("not needed");
            let snapshot = s.snapshot();
            assert_eq!(snapshot.children[1].asked, Some(Reason::from("not needed")));
            assert!(snapshot.tree().to_string().contains("asked to end (not needed)"));
            sleep(ms(1)).await;
            assert_eq!(s.snapshot().children.len(), 1);
            Ok(())
        });
        whole.observe(()).await.unwrap();
    });
}

// rule: observe-snapshot
#[test]
fn a_snapshot_tells_the_deadline_also_of_scopes_below_and_one_that_was_moved() {
    run(async {
        let begin = timer().now();
        let whole = scope_local(async |s| -> Done {
            s.spawn(async {
                let inner = scope_local(async |_| -> Done {
                    sleep(ms(50)).await;
                    Ok(())
                });
                inner.timeout(ms(70)).await.unwrap();
            });
            sleep(ms(10)).await;
            let snapshot = s.snapshot();
            assert_eq!(snapshot.deadline, Some(begin + ms(100)));
            assert_eq!(snapshot.children[1].scopes[0].deadline, Some(begin + ms(70)));
            assert_eq!(snapshot.statistics().next_deadline, Some(begin + ms(70)));
            s.set_deadline(Some(begin + ms(60)));
            assert_eq!(s.snapshot().deadline, Some(begin + ms(60)));
            sleep(ms(10)).await;
            let snapshot = s.snapshot();
            assert_eq!(snapshot.statistics().next_deadline, Some(begin + ms(60)));
            let text = snapshot.tree().to_string();
            assert!(
                text.contains("deadline in 40ms") && text.contains("deadline in 50ms"),
                "{text}"
            );
            Ok(())
        });
        whole.timeout(ms(100)).observe(()).await.unwrap();
    });
}

// rule: observe-snapshot
#[test]
fn a_record_can_be_asked_from_anywhere_and_outlives_its_scope() {
    let mut asked = None;
    let whole = scope(|s: Scope<'_, Infallible>| {
        s.child().named("idle").spawn(pending::<()>());
        asked = Some(s);
        pending::<Done>()
    });
    let mut whole = Stepper::new(whole.named("whole").observe(()));
    assert!(whole.step().is_pending());
    let s = asked.unwrap();
    let idle = ("child 0 (idle)", State::Waiting);
    let snapshot = std::thread::scope(|threads| threads.spawn(|| s.snapshot()).join().unwrap());
    assert_eq!(states(&snapshot), named(&[("body", State::Waiting), idle]));
    drop(whole);
    let snapshot = s.snapshot();
    assert_eq!((snapshot.phase.clone(), snapshot.children.len()), (Phase::Ended, 0));
    assert!(snapshot.tree().to_string().starts_with("whole: ended"));
}

// rule: observe-absent
#[test]
fn of_a_scope_that_nobody_observes_phase_deadline_and_who_has_just_come_are_known() {
    run(async {
        let mut asked = None;
        let begin = timer().now();
        let whole = scope_local(|s| {
            s.child().named("early").spawn(pending::<()>());
            let snapshot = s.snapshot();
            assert_eq!((snapshot.phase.clone(), snapshot.spawned), (Phase::New, 1));
            assert_eq!(states(&snapshot), named(&[("child 0 (early)", State::Runnable)]));
            asked = Some(s.clone());
            async move {
                let snapshot = s.snapshot();
                assert_eq!(snapshot.phase, Phase::Open);
                assert_eq!(snapshot.deadline, Some(begin + ms(5)));
                sleep(ms(1)).await;
                s.spawn(pending::<()>());
                let snapshot = s.snapshot();
                assert!(!snapshot.is_observed());
                assert_eq!(snapshot.spawned, 2);
                assert_eq!(states(&snapshot), named(&[("child 1", State::Runnable)]));
                let text = snapshot.tree().to_string();
                assert!(text.starts_with("scope: open, not observed, 2 children, deadline in 4ms"));
                s.cancel("enough");
                assert_eq!(s.snapshot().phase, Phase::Cancelling("enough".into()));
                pending::<Done>().await
            }
        });
        assert!(whole.timeout(ms(5)).await.is_err());
        assert_eq!(asked.unwrap().snapshot().phase, Phase::Ended);
    });
}

// rule: observe-links
#[test]
fn scopes_below_are_shown_under_the_child_that_opened_them_in_their_order_until_they_end() {
    run(async {
        let whole = scope_local(async |s| -> Done {
            s.child().named("parent").spawn(async {
                let below = |name: &'static str, millis| {
                    scope_local(async move |s| -> Done {
                        s.child().named("leaf").spawn(sleep(ms(millis)));
                        Ok(())
                    })
                    .named(name)
                };
                let all = (below("first", 30), below("second", 20), below("third", 40));
                let (a, b, c) = ringfence_core::gather(all).await;
                a.and(b).and(c).unwrap();
            });
            let names = |at: Snapshot| -> Vec<String> {
                let scopes = &at.children[1].scopes;
                assert!(
                    scopes.iter().all(|scope| scope.parent.as_ref().unwrap().path() == "parent")
                );
                scopes.iter().map(Snapshot::path).collect()
            };
            sleep(ms(10)).await;
            let all = ["parent/first", "parent/second", "parent/third"];
            assert_eq!(names(s.snapshot()), all);
            sleep(ms(15)).await;
            assert_eq!(names(s.snapshot()), ["parent/first", "parent/third"]);
            Ok(())
        });
        whole.observe(()).await.unwrap();
    });
}
