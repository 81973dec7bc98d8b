//! What is shown of futures, handles and errors.

use ringfence_core::{
    CancelToken, Limit, Limiter, NotStarted, OnFailure, Scope, Started, gather, remote, scope,
    scope_with,
};
use ringfence_test::{Stepper, TestRuntime};
use std::{
    fmt::Debug,
    future::{pending, ready},
    num::NonZeroUsize,
    time::Duration,
};

type Why = &'static str;

#[track_caller]
fn shows(what: impl Debug, shown: &str) {
    assert_eq!(format!("{what:?}"), shown);
}

#[test]
fn futures_show_their_names_and_how_far_they_have_come() {
    shows(gather([ready(1)]), "Verb { .. }");
    shows(remote(&TestRuntime::new(0), ready(1)), "Remote { phase: New, .. }");
    let outcome = remote(&TestRuntime::new(0), ready(1)).outcome();
    shows(outcome, "RemoteOutcome { remote: Remote { phase: New, .. } }");
    let token = CancelToken::new();
    shows(&token, "CancelToken { reason: None, .. }");
    let run = format!("{:?}", token.run_until_cancelled(ready(1)));
    assert!(run.starts_with("RunUntilCancelled { cancelled: Some(WhenCancelled { token"), "{run}");
}

#[test]
fn limits_show_what_they_are() {
    shows(Limit::Number(NonZeroUsize::MIN), "Number(1)");
    assert!(format!("{:?}", Limit::Limiter(Limiter::new(2))).starts_with("Limiter(Limiter"));
}

#[test]
fn a_scope_and_what_it_hands_out_show_their_names_and_those_of_the_children() {
    let whole = scope(async |s: Scope<'_, Why>| -> Result<(), Why> {
        shows(&s, "Scope { .. }");
        shows(s.child().named("a"), "ChildBuilder { name: Some(\"a\"), .. }");
        let owned = s.child().named("a").spawn_owned(pending::<Result<(), Why>>());
        let shown = format!("{owned:?}");
        assert!(shown.starts_with("OwnedHandle { child: "), "{shown}");
        assert!(shown.ends_with("is_finished: false, .. }"), "{shown}");
        let start = s.start(async |started: Started<u8>| shows(&started, "Started { .. }"));
        let shown = format!("{start:?}");
        assert!(shown.starts_with("Start { child: Some(Handle { child: "), "{shown}");
        let shield = format!("{:?}", s.shield(Duration::MAX, pending::<()>()));
        assert_eq!(shield, "Shield { state: New, .. }");
        assert_eq!(start.await, Err(NotStarted));
        s.cancel("enough");
        let error = s.try_spawn(async {}).unwrap_err();
        assert_eq!(error.to_string(), "the scope is being cancelled");
        shows(error, "Cancelled(..)");
        pending().await
    });
    assert!(Stepper::new(whole).run_until_stalled().is_ready());
    let whole = scope_with(&TestRuntime::new(0), (), async |s, ()| -> Result<(), Why> {
        shows(&s, "ScopeWith { .. }");
        Ok(())
    });
    let shown = format!("{whole:?}");
    assert!(shown.starts_with("ScopedWith { scoped: "), "{shown}");
    assert!(Stepper::new(whole).run_until_stalled().is_ready());
}

#[test]
fn a_spawn_after_the_end_says_so() {
    let mut late = None;
    let ended = scope(|s: Scope<'_, Why>| {
        late = Some(s);
        ready(Ok::<(), Why>(()))
    });
    assert!(Stepper::new(ended).step().is_ready());
    let error = late.unwrap().try_spawn(ready(())).unwrap_err();
    assert_eq!(error.to_string(), "the scope has ended");
    shows(error, "Closed(..)");
}

#[test]
fn policies_and_a_child_that_has_not_started_say_what_they_mean() {
    shows(OnFailure::<Why>::CancelAll, "CancelAll");
    shows(OnFailure::<Why>::Collect, "Collect");
    shows(OnFailure::<Why>::sink(drop), "Sink(..)");
    let told = "the child has ended without a word that it had started";
    assert_eq!(NotStarted.to_string(), told);
}
