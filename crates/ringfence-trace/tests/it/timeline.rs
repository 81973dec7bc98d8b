use super::{ms, scene};
use ringfence_core::{OnFailure, PanicPolicy, scope, sleep};
use ringfence_test::Stepper;
use ringfence_trace::Recorder;
use std::{convert::Infallible, future::pending};

async fn boom() {
    panic!("out of <cheese>");
}

/// The rows of children: how each has ended, its path, and what is in the row.
fn rows(page: &str) -> Vec<(&str, &str, &str)> {
    let rows = page.split("<g class=\"child ").skip(1);
    let row = |row| {
        let (end, row): (&str, &str) = str::split_once(row, "\" data-path=\"").unwrap();
        let (path, row) = row.split_once("\">").unwrap();
        (end, path, row.split_once("</g>").unwrap().0)
    };
    rows.map(row).collect()
}

/// From when to when bars of a kind are, in milliseconds.
fn bars(row: &str, kind: &str) -> Vec<(u128, u128)> {
    let time = |bar: &str, from: &str| -> u128 {
        let (_, time) = bar.split_once(from).unwrap();
        time.split_once('"').unwrap().0.parse::<u128>().unwrap() / 1_000_000
    };
    let lead = format!("<rect class=\"{kind}\"");
    row.split(&lead)
        .skip(1)
        .map(|bar| (time(bar, "data-from=\""), time(bar, "data-to=\"")))
        .collect()
}

#[test]
fn a_person_sees_who_ran_when_who_could_have_and_who_waited() {
    let page = scene().timeline();
    let rows = rows(&page);
    let ends: Vec<_> = rows.iter().map(|(end, path, _)| (*end, *path)).collect();
    let expected = [
        ("completed", "download/body"),
        ("completed", "download/a"),
        ("cancelled", "download/b"),
        ("completed", "download/b/inner/body"),
        ("completed", "download/b/inner/leaf"),
        ("failed", "download/&lt;c&gt;"),
        ("cancelled", "download/log"),
    ];
    assert_eq!(ends, expected);
    let (a, c) = (rows[1].2, rows[5].2);
    assert_eq!((bars(a, "life"), bars(a, "ready")), (vec![(0, 10)], vec![]));
    assert_eq!(bars(a, "poll"), [(0, 0), (10, 10)]);
    assert_eq!((bars(c, "life"), bars(c, "ready")), (vec![(0, 15)], vec![]));
    assert_eq!((bars(c, "place"), bars(a, "place")), (vec![(0, 10)], vec![]));
    assert_eq!(bars(c, "poll"), [(10, 10), (15, 15)]);
}

#[test]
fn a_person_sees_what_was_cancelled_when_and_why() {
    let page = scene().timeline();
    let (before, _) = page.split_once("data-path=\"download/body\"").unwrap();
    assert!(before.contains("cancelled at 15ms: a sibling failed"), "in the row of the scope");
    assert!(before.contains("class=\"cancel\" x1=\"1180.0\""), "at the very end");
    let rows = rows(&page);
    assert!(rows[2].2.contains("⊘ cancelled: a sibling failed"));
    assert!(rows[5].2.contains("✗ failed") && rows[1].2.contains("✓ completed"));
    assert!(rows[1].2.contains("2 polls, 1 wake,"), "{}", rows[1].2);
    assert!(rows[6].2.contains("a daemon"));
}

#[test]
fn a_handle_that_cancels_a_panic_and_who_still_runs_are_shown() {
    let recorder = Recorder::new();
    let whole = scope(async |s| -> Result<(), Infallible> {
        let idle = s.child().named("idle").spawn(pending::<()>());
        idle.cancel("not needed");
        sleep(ms(0)).await;
        s.child().named("runs").spawn(pending::<()>());
        s.child().named("boom").spawn(boom());
        pending().await
    });
    let whole = whole.panics(PanicPolicy::Collect).on_failure(OnFailure::Collect);
    let mut whole = Stepper::new(whole.observe(recorder.clone()));
    assert!(whole.step().is_pending());
    let page = recorder.recording().timeline();
    let rows = rows(&page);
    assert!(rows[1].2.contains("asked to end at") && rows[1].2.contains("⊘ cancelled: not needed"));
    assert_eq!((rows[2].0, rows[3].0), ("running", "panicked"));
    assert!(rows[2].2.contains("… runs"));
    assert!(rows[3].2.contains("✗ panicked: out of &lt;cheese&gt;"));
}

#[test]
fn a_page_is_whole_and_loads_nothing() {
    let page = scene().timeline();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(page.contains("<h1>download</h1><p>2 scopes, 5 children, 15ms</p>"));
    for (open, close) in
        [("<g ", "</g>"), ("<title>", "</title>"), ("<text ", "</text>"), ("<svg ", "</svg>")]
    {
        assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
    }
    assert!(!page.contains("http") && !page.contains("<script") && !page.contains("src="));
    assert_eq!(page, scene().timeline(), "the same scene gives the same page, but for where");
    assert!(Recorder::new().recording().timeline().contains("nothing was recorded"));
}
