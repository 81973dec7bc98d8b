//! Area SU: children that are started again.

use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::supervise::{ChildSpec, Restart, Strategy, supervise};
use std::{
    future::pending,
    sync::{Arc, Mutex},
};

/// What happened; its children are sent to other threads.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Local(Lines, &'static str);

impl Lines {
    fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    /// A child that is there until it is stopped; in its first life one of these dies.
    async fn live(&self, name: &'static str, dies: bool) -> Result<(), &'static str> {
        let first = !self.0.lock().unwrap().contains(&format!("start {name}"));
        self.note(format!("start {name}"));
        let _local = Local(self.clone(), name);
        if first && dies { after(10, Err("died")).await } else { pending().await }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.0.note(format!("stop {}", self.1));
    }
}

// case: SU-12
#[test]
fn a_child_that_died_is_started_again_alone_with_all_or_with_those_after_it() {
    for (strategy, expected) in [
        (Strategy::OneForOne, vec!["stop 2", "start 2"]),
        (
            Strategy::OneForAll,
            vec![
                "stop 2", "stop 4", "stop 3", "stop 1", "start 1", "start 2", "start 3", "start 4",
            ],
        ),
        (Strategy::RestForOne, vec!["stop 2", "stop 4", "stop 3", "start 2", "start 3", "start 4"]),
    ] {
        let lines = Lines::default();
        run(async {
            let mut kept = supervise(strategy);
            for name in ["1", "2", "3", "4"] {
                let lines = lines.clone();
                kept = kept.child(ChildSpec::permanent(name), move |_s| {
                    let lines = lines.clone();
                    async move { lines.live(name, name == "2").await }
                });
            }
            assert!(ringfence_core::timeout(ms(20), kept).await.is_err());
        });
        let lines = lines.0.lock().unwrap();
        assert_eq!(lines[..4], ["start 1", "start 2", "start 3", "start 4"]);
        assert_eq!(lines[4..4 + expected.len()], expected);
        assert_eq!(lines.len(), 4 + expected.len() + 4, "then all are dropped");
    }
}

// case: SU-13
#[test]
fn too_many_deaths_in_too_short_a_time_stop_all_and_the_supervisor_above_decides() {
    let lines = Lines::default();
    let outer = run(async {
        let lines = &lines;
        let outer = supervise(Strategy::OneForOne).intensity(1, ms(1000)).child(
            ChildSpec::permanent("inner"),
            |_s| {
                lines.note("inner begins".into());
                let inner = supervise(Strategy::OneForOne)
                    .intensity(2, ms(100))
                    .child(ChildSpec::permanent("bystander"), move |_s| async move {
                        lines.live("bystander", false).await
                    })
                    .child(ChildSpec::permanent("dies"), |_s| after(10, Err::<(), _>("died")));
                async move { inner.await.map_err(|gave_up| gave_up.to_string()) }
            },
        );
        let gave_up = outer.await.unwrap_err();
        assert_eq!(elapsed(), 60, "three lives of 10, twice");
        gave_up
    });
    assert_eq!(outer.child(), "inner");
    let cause = outer.into_cause().unwrap();
    let inner = "`dies` was to be started again after 2 restarts in 100ms";
    assert_eq!(cause.errors().collect::<Vec<_>>(), [inner]);
    let life = ["inner begins", "start bystander", "stop bystander"];
    assert_eq!(*lines.0.lock().unwrap(), [life, life].concat());
}

// case: SU-14
#[test]
fn who_is_started_again_depends_on_the_kind_of_child_and_of_end() {
    for (restart, [normal, error]) in [
        (Restart::Permanent, [true, true]),
        (Restart::Transient, [false, true]),
        (Restart::Temporary, [false, false]),
    ] {
        for (ends, again) in [(Ok(()), normal), (Err("died"), error)] {
            let log = Log::default();
            run(async {
                let lives = Mutex::new(0);
                let kept =
                    supervise(Strategy::OneForOne).child(ChildSpec::new("x", restart), |_s| {
                        *lives.lock().unwrap() += 1;
                        let first = *lives.lock().unwrap() == 1;
                        async move { if first { after(10, ends).await } else { pending().await } }
                    });
                let over = ringfence_core::timeout(ms(50), kept).await.is_ok();
                assert_eq!(over, !again);
                log.note(format!("{} lives", lives.into_inner().unwrap()));
            });
            assert_eq!(
                log.take(),
                [if again { "2 lives" } else { "1 lives" }],
                "{restart:?} {ends:?}"
            );
        }
    }
}
