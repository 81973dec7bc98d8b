use super::ms;
use ringfence_core::{scope, sleep};
use ringfence_trace::Spans;
use std::{
    fmt::{self, Write as _},
    future::pending,
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::with_default,
};

/// A subscriber that logs all it is told of the target.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    /// What each span is called, from 1.
    spans: Vec<String>,
    /// Those that were entered, and not left.
    entered: Vec<u64>,
}

/// The fields of something, but for where it stands.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "location" {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "ringfence" || metadata.target() == "scene"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let mut state = self.0.lock().unwrap();
        let around = span.parent().map_or(0, Id::into_u64);
        let line = format!("{}{} in {around}", span.metadata().name(), fields.0);
        state.spans.push(line.clone());
        let id = state.spans.len() as u64;
        state.lines.push(format!("{id}: {line}"));
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.0.lock().unwrap().lines.push(format!("{}:{}", span.into_u64(), fields.0));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut state = self.0.lock().unwrap();
        let around = event.parent().map(Id::into_u64).or(state.entered.last().copied());
        state.lines.push(format!("{}:{}", around.unwrap_or(0), fields.0));
    }

    fn enter(&self, span: &Id) {
        self.0.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        assert_eq!(self.0.lock().unwrap().entered.pop(), Some(span.into_u64()));
    }

    fn try_close(&self, _: Id) -> bool {
        false
    }
}

#[test]
fn scopes_and_children_are_spans_in_one_another_and_what_a_child_logs_is_in_its_span() {
    let log = Log::default();
    let whole = scope(async |s| {
        s.child().named("bad").spawn(async {
            let inner = scope(async |_| {
                tracing::info!(target: "scene", "inside");
                Ok::<_, &str>(())
            });
            inner.named("inner").await.ok();
            sleep(ms(1)).await;
            tracing::info!(target: "scene", "again");
            Err::<(), _>("bad")
        });
        s.child().named("idle").spawn(pending::<()>());
        Ok(())
    });
    let whole = whole.named("whole").observe(Spans::new());
    assert!(with_default(log.clone(), || ringfence_test::run(1, whole)).is_err());
    let state = log.0.lock().unwrap();
    let lines = [
        "1: scope name=\"whole\" in 0",
        "2: child label=body in 1",
        "2: end=\"completed\"",
        "3: child label=child 0 (bad) in 1",
        "4: child label=child 1 (idle) in 1",
        "5: scope name=\"inner\" in 3",
        "6: child label=body in 5",
        "6: message=inside",
        "6: end=\"completed\"",
        "3: message=woken",
        "3: message=again",
        "3: end=\"failed\"",
        "1: message=cancelled reason=a sibling failed",
        "4: end=cancelled: a sibling failed",
    ];
    assert_eq!(state.lines, lines);
    assert!(state.entered.is_empty());
}

#[test]
fn a_child_that_panics_has_left_its_span_and_a_scope_without_a_subscriber_runs_as_ever() {
    let log = Log::default();
    let whole = || {
        scope(async |s| {
            let child = s.spawn_owned(async {
                sleep(ms(0)).await;
                assert!(std::env::args().count() == 0, "boom");
                Ok::<_, &str>(())
            });
            let owned = s.spawn(pending::<()>());
            owned.cancel("not needed");
            Ok(child.await.is_failure())
        })
        .observe(Spans::new())
    };
    assert!(with_default(log.clone(), || ringfence_test::run(1, whole())).unwrap());
    let state = log.0.lock().unwrap();
    assert!(state.entered.is_empty());
    assert!(state.lines.contains(&"3: end=\"failed\"".to_owned()), "{:?}", state.lines);
    assert!(state.lines.contains(&"4: message=asked to end reason=not needed".to_owned()));
    drop(state);
    assert!(ringfence_test::run(1, whole()).unwrap());
}
