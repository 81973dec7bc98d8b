use super::{ms, scene};
use ringfence_core::{scope, sleep};
use ringfence_test::{Stepper, TestRuntime};
use ringfence_trace::Recorder;
use serde_json::Value;
use std::{collections::BTreeMap, convert::Infallible, future::pending};

fn events(text: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(text).unwrap();
    assert_eq!(file["displayTimeUnit"], "ms");
    let Value::Array(events) = file["traceEvents"].take() else { panic!("a list") };
    events
}

/// The names of the tracks, in their order.
fn tracks(events: &[Value]) -> BTreeMap<u64, String> {
    let names = events.iter().filter(|event| event["name"] == "thread_name");
    let named = |event: &Value| {
        (event["tid"].as_u64().unwrap(), event["args"]["name"].as_str().unwrap().to_owned())
    };
    names.map(named).collect()
}

/// What lasts, of a category: its track, when it began and how long it took, in microseconds.
fn slices(events: &[Value], category: &str) -> Vec<(String, f64, f64)> {
    let tracks = tracks(events);
    let meant = events.iter().filter(|event| event["ph"] == "X" && event["cat"] == category);
    let slice = |event: &Value| {
        let track = tracks[&event["tid"].as_u64().unwrap()].clone();
        (track, event["ts"].as_f64().unwrap(), event["dur"].as_f64().unwrap())
    };
    meant.map(slice).collect()
}

#[test]
fn each_scope_and_child_has_a_track_in_the_order_of_the_tree() {
    let events = events(&scene().trace_file());
    let names: Vec<_> = tracks(&events).into_values().collect();
    let tree = [
        "download",
        "download/body",
        "download/a",
        "download/b",
        "download/b/inner",
        "download/b/inner/body",
        "download/b/inner/leaf",
        "download/<c>",
        "download/log",
    ];
    assert_eq!(names, tree);
    assert!(events.iter().all(|event| event["pid"] == 1));
}

#[test]
fn a_track_has_the_life_of_its_child_its_polls_its_end_and_the_reason() {
    let events = events(&scene().trace_file());
    let lives: BTreeMap<_, _> =
        slices(&events, "child").into_iter().map(|(track, ts, dur)| (track, (ts, dur))).collect();
    assert_eq!(lives["download/a"], (0.0, 10_000.0));
    assert_eq!(lives["download/b"], (0.0, 15_000.0));
    assert_eq!(lives["download/b/inner/leaf"], (0.0, 5_000.0));
    assert_eq!(lives["download/<c>"], (0.0, 15_000.0));
    let polls = slices(&events, "poll");
    let of = |track: &str| -> Vec<f64> {
        polls.iter().filter(|poll| poll.0 == track).map(|poll| poll.1).collect()
    };
    assert_eq!(of("download/a"), [0.0, 10_000.0]);
    assert_eq!(of("download/<c>"), [10_000.0, 15_000.0], "it has waited for a place");
    let end = |name: &str| {
        let life = events.iter().find(|event| event["ph"] == "X" && event["name"] == name);
        life.unwrap()["args"]["end"].as_str().unwrap().to_owned()
    };
    assert_eq!(end("child 0 (a)"), "completed");
    assert_eq!(end("child 1 (b)"), "cancelled: a sibling failed");
    assert_eq!(end("child 2 (<c>)"), "failed");
    let scopes = slices(&events, "scope");
    assert_eq!(scopes[0], ("download".to_owned(), 0.0, 15_000.0));
    assert_eq!(scopes[1], ("download/b/inner".to_owned(), 0.0, 5_000.0));
}

#[test]
fn a_request_to_end_is_an_instant_and_the_wait_for_a_place_has_a_length() {
    let events = events(&scene().trace_file());
    let cancelled = events.iter().find(|event| event["cat"] == "cancel").unwrap();
    assert_eq!(
        (&cancelled["ts"], &cancelled["args"]["reason"]),
        (&15_000.0.into(), &"a sibling failed".into())
    );
    assert_eq!(slices(&events, "limit"), [("download/<c>".to_owned(), 0.0, 10_000.0)]);
    let asked = Recorder::new();
    let whole = scope(async |s| -> Result<(), Infallible> {
        s.spawn(pending::<()>()).cancel("not needed");
        sleep(ms(1)).await;
        Ok(())
    });
    ringfence_test::run(1, whole.observe(asked.clone())).unwrap();
    let text = asked.recording().trace_file();
    assert!(text.contains("asked to end") && text.contains("not needed"));
}

#[test]
fn an_arrow_leads_from_a_wake_to_the_poll_that_had_to_wait_for_its_turn() {
    let recorder = Recorder::new();
    let runtime = TestRuntime::new(1);
    let clock = runtime.clock();
    let whole = scope(async |s| -> Result<(), Infallible> {
        // Both are woken at once; the first then keeps the second from its turn.
        s.spawn(async {
            sleep(ms(5)).await;
            clock.advance(ms(2));
        });
        s.spawn(sleep(ms(5)));
        Ok(())
    });
    runtime.run(whole.observe(recorder.clone())).unwrap();
    let events = events(&recorder.recording().trace_file());
    let ends = events.iter().filter(|event| event["ph"] == "s" || event["ph"] == "f");
    let ends: Vec<_> =
        ends.map(|event| (event["id"].as_u64().unwrap(), event["ts"].as_f64().unwrap())).collect();
    assert_eq!(ends, [(1, 5_000.0), (1, 7_000.0)]);
    assert!(slices(&events, "poll").contains(&("child 0".to_owned(), 5_000.0, 2_000.0)));
}

#[test]
fn two_scopes_beside_one_another_are_two_processes_and_who_has_not_ended_runs() {
    let recorder = Recorder::new();
    let done = scope(async |_| Ok::<_, Infallible>(())).named("one").observe(recorder.clone());
    ringfence_test::run(1, done).unwrap();
    let whole = scope(async |s| {
        s.spawn(pending::<()>());
        pending::<Result<(), Infallible>>().await
    });
    let mut whole = Stepper::new(whole.named("two").observe(recorder.clone()));
    assert!(whole.step().is_pending());
    let events = events(&recorder.recording().trace_file());
    let processes = events.iter().filter(|event| event["name"] == "process_name");
    let names: Vec<_> = processes.map(|event| event["args"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["one", "two"]);
    let child = events.iter().find(|event| event["name"] == "child 0").unwrap();
    assert_eq!((&child["pid"], &child["args"]["end"]), (&2.into(), &"runs".into()));
}

#[test]
fn a_recording_of_nothing_is_a_file_without_events() {
    assert!(events(&Recorder::new().recording().trace_file()).is_empty());
}
