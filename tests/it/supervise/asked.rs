//! Supervisors that are asked to end.

use super::{Log, Why, ms, run, three};
use ringfence::{
    Scope,
    cancel::CancelToken,
    scope, sleep,
    supervise::{ChildSpec, Strategy, Supervise, supervise},
};

/// Runs a supervisor that is asked to end after ten milliseconds, and has time to do so.
async fn asked_at_10(kept: Supervise<'_, Why>) {
    let stop = CancelToken::new();
    let supervised = scope(async |_s| -> Result<_, Why> { Ok(kept.await.is_ok()) });
    let asks = async {
        sleep(ms(10)).await;
        stop.cancel("shutting down");
    };
    let supervised = supervised.grace(ms(1000)).under(&stop);
    assert!(ringfence::gather((supervised, asks)).await.0.unwrap());
}

// rule: supervise-asked
// rule: supervise-backoff
#[test]
fn who_waits_to_begin_again_when_it_is_asked_to_end_never_does() {
    let log = Log::default();
    run(async {
        let log = &log;
        let kept = supervise(Strategy::OneForOne)
            .backoff(ms(10), ms(10))
            .child(ChildSpec::permanent("a"), async |_s| log.child("a", 5, Err("down")).await)
            .child(ChildSpec::permanent("b").grace(ms(100)), async |s: Scope<'_, Why>| {
                s.cancelled().await;
                sleep(ms(50)).await;
                log.note("end b");
            });
        asked_at_10(kept).await;
    });
    assert_eq!(log.take(), ["0 start a", "5 end a", "60 end b"]);
}

// rule: supervise-asked
#[test]
fn asked_to_end_it_stops_its_children_the_last_first_and_ends_well() {
    let log = Log::default();
    run(async {
        let stop = CancelToken::new();
        let ended = scope(async |s| -> Result<_, Why> {
            let log = &log;
            let mut kept = supervise::<Why>(Strategy::OneForOne);
            for (name, millis) in [("a", 5), ("b", 20), ("c", 0)] {
                let spec = ChildSpec::permanent(name).grace(ms(15));
                kept = kept.child(spec, move |s: Scope<'_, Why>| async move {
                    s.cancelled().await;
                    log.note(format_args!("{name} is asked"));
                    sleep(ms(millis)).await;
                    log.note(format_args!("{name} is done"));
                });
            }
            s.child().grace(ms(1000)).spawn(async move {
                assert!(kept.await.is_ok());
                log.note("over");
            });
            sleep(ms(10)).await;
            Ok(())
        });
        let stopped = ended.under(&stop);
        let asks = async {
            sleep(ms(30)).await;
            stop.cancel("shutting down");
        };
        assert!(ringfence::gather((stopped, asks)).await.0.is_ok());
    });
    let lines = [
        "30 c is asked",
        "30 c is done",
        "30 b is asked",
        // After 15 it was dropped.
        "45 a is asked",
        "50 a is done",
        "50 over",
    ];
    assert_eq!(log.take(), lines);
}

// rule: supervise-asked
#[test]
fn asked_to_end_while_it_stops_children_for_a_restart_it_begins_nobody() {
    let log = Log::default();
    run(async {
        let log = &log;
        let kept = supervise(Strategy::OneForAll)
            .child(ChildSpec::permanent("a"), async |_s| log.child("a", 5, Err("down")).await)
            .child(ChildSpec::permanent("b").grace(ms(100)), async |s: Scope<'_, Why>| {
                log.note("start b");
                s.cancelled().await;
                sleep(ms(50)).await;
                log.note("end b");
            });
        asked_at_10(kept).await;
    });
    assert_eq!(log.take(), ["0 start a", "0 start b", "5 end a", "55 end b"]);
}

// rule: supervise-asked
#[test]
fn asked_to_end_before_its_first_poll_it_begins_nobody() {
    let log = Log::default();
    run(async {
        let supervised = scope(async |s: Scope<'_, Why>| {
            s.cancel("shutting down");
            Ok(three(Strategy::OneForOne, &log).await.is_ok())
        });
        assert!(supervised.grace(ms(1000)).await.unwrap());
    });
    assert!(log.take().is_empty());
}
