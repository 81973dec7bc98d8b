//! Waiting, with an end: a rule that hangs has a name, and fails.

use std::{
    io::{self, Write as _},
    panic::resume_unwind,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

/// How long nothing may be heard of a rule. A machine under load is slow, but not that slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// By which a rule that takes long tells that it goes on.
pub(super) struct Pulse(Sender<String>);

impl Pulse {
    /// Tells that the rule goes on, and where it is now.
    pub(super) fn beat(&self, place: String) {
        // Nobody listens any more: the rule has hung for too long, and goes on all the same.
        let _ = self.0.send(place);
    }
}

/// Runs a rule on a thread of its own, of the same name.
///
/// # Panics
///
/// With the panic of the rule; and if it hangs.
pub(super) fn watched(rule: impl FnOnce(&Pulse) + Send + 'static) {
    let name = name();
    let (beat, beats) = mpsc::channel();
    let thread = thread::Builder::new().name(name.clone());
    let running = thread.spawn(move || rule(&Pulse(beat))).expect("the system has a thread left");
    let mut place = "its begin".to_owned();
    loop {
        match beats.recv_timeout(PATIENCE) {
            Ok(now) => place = now,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!(
                "{name} hangs since {place}: a wake was lost, or a task was neither run nor dropped"
            ),
        }
    }
    if let Err(panic) = running.join() {
        resume_unwind(panic);
    }
}

/// Waits for a condition that another thread brings about.
pub(super) fn wait_until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

/// Says that this rule is not tested, past the test runner, which keeps what a passing test prints.
pub(super) fn skip(why: &str) {
    let line = format!("SKIP {}: {why}\n", name());
    io::stderr().write_all(line.as_bytes()).expect("there is a standard error output");
}

/// Returns the name of the test.
pub(super) fn name() -> String {
    thread::current().name().unwrap_or("conformance").to_owned()
}
