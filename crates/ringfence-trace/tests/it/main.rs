//! What is recorded of a scene on the virtual clock, and how it is shown.

mod spans;
mod timeline;
mod trace_file;

use ringfence_core::{scope, sleep};
use ringfence_trace::{Recorder, Recording};
use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Records a scene: two run at a time, a third one waits for a place until 10 ms, and fails at 15 ms.
///
/// ```text
///       0    5    10   15
/// a     ──────────✓
/// b     ───────────────⊘       in it a scope, whose child ends at 5 ms
/// <c>             ─────✗
/// ```
fn scene() -> Recording {
    let recorder = Recorder::new();
    let whole = scope(async |s| {
        s.child().named("a").spawn(sleep(ms(10)));
        s.child().named("b").spawn(async {
            let inner = scope(async |s| {
                s.child().named("leaf").spawn(sleep(ms(5)));
                Ok::<_, &str>(())
            });
            inner.named("inner").await.ok();
            sleep(ms(100)).await;
        });
        s.child().named("<c>").spawn(async {
            sleep(ms(5)).await;
            Err::<(), _>("refused")
        });
        s.child().daemon().named("log").spawn_with(async |s| {
            s.cancelled().await;
            Ok(())
        });
        Ok(())
    });
    let whole = whole.named("download").limit(2).observe(recorder.clone());
    assert!(ringfence_test::run(1, whole).is_err());
    recorder.recording()
}
