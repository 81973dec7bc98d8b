//! A recording as a file for Perfetto and `chrome://tracing`.

use crate::recording::{ChildLife, Recording, ScopeLife};
use serde_json::{Value, json};
use std::time::Duration;

impl Recording {
    /// Returns a trace file, in JSON, for [Perfetto](https://ui.perfetto.dev) and `chrome://tracing`.
    ///
    /// Each scope that is not in another one is a process, each scope and each child a track of it. On
    /// a child's track is its life, with its end and the reason for it, and in that its polls and the
    /// wait for a place; wakes
    /// and requests to end are instants, and an arrow leads from a wake to the poll that it led to.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, scope};
    /// use ringfence_trace::Recorder;
    /// use std::convert::Infallible;
    ///
    /// let recorder = Recorder::new();
    /// let done = block_on(
    ///     scope(async |_| Ok::<_, Infallible>(())).named("server").observe(recorder.clone()),
    /// );
    /// assert!(done.is_ok());
    /// let trace: serde_json::Value =
    ///     serde_json::from_str(&recorder.recording().trace_file()).unwrap();
    /// assert_eq!(trace["traceEvents"][0]["args"]["name"], "server");
    /// ```
    pub fn trace_file(&self) -> String {
        let mut tracks =
            Tracks { recording: self, events: Vec::new(), process: 0, track: 0, arrow: 0 };
        for root in self.roots() {
            tracks.process += 1;
            tracks.track = 0;
            let name = self.scopes[root].title();
            tracks.meta("process_name", json!({ "name": name }));
            tracks.scope(root, name.to_owned());
        }
        json!({ "displayTimeUnit": "ms", "traceEvents": tracks.events }).to_string()
    }
}

/// What is written, track by track.
struct Tracks<'a> {
    recording: &'a Recording,
    events: Vec<Value>,
    process: u64,
    track: u64,
    /// The number of the last arrow.
    arrow: u64,
}

impl Tracks<'_> {
    /// Begins a track, below the others.
    fn begin(&mut self, name: &str) {
        self.track += 1;
        self.meta("thread_name", json!({ "name": name }));
        self.meta("thread_sort_index", json!({ "sort_index": self.track }));
    }

    fn meta(&mut self, name: &str, args: Value) {
        let (pid, tid) = (self.process, self.track);
        self.events.push(json!({ "ph": "M", "pid": pid, "tid": tid, "name": name, "args": args }));
    }

    /// Something that lasts.
    fn slice(&mut self, name: &str, category: &str, (from, to): (Duration, Duration), args: Value) {
        let (pid, tid) = (self.process, self.track);
        self.events.push(json!({
            "ph": "X", "pid": pid, "tid": tid, "name": name, "cat": category,
            "ts": micros(from), "dur": micros(to.saturating_sub(from)), "args": args,
        }));
    }

    /// Something that happens.
    fn instant(&mut self, name: &str, category: &str, at: Duration, args: Value) {
        let (pid, tid) = (self.process, self.track);
        self.events.push(json!({
            "ph": "i", "s": "t", "pid": pid, "tid": tid, "name": name, "cat": category,
            "ts": micros(at), "args": args,
        }));
    }

    /// An arrow on one track.
    fn arrow(&mut self, from: Duration, to: Duration) {
        let (pid, tid) = (self.process, self.track);
        self.arrow += 1;
        for (phase, at) in [("s", from), ("f", to)] {
            self.events.push(json!({
                "ph": phase, "bp": "e", "id": self.arrow, "pid": pid, "tid": tid,
                "name": "wake", "cat": "wake", "ts": micros(at),
            }));
        }
    }

    fn scope(&mut self, number: usize, path: String) {
        let recording = self.recording;
        let scope: &ScopeLife = &recording.scopes[number];
        self.begin(&path);
        let reason = scope.cancelled.as_ref().map(|(_, reason)| reason);
        let args = json!({ "opened at": scope.location.to_string(), "cancelled": reason });
        let closed = scope.closed.unwrap_or(recording.last);
        self.slice(scope.title(), "scope", (scope.opened, closed), args);
        if let Some((at, reason)) = &scope.cancelled {
            self.instant("cancelled", "cancel", *at, json!({ "reason": reason }));
        }
        for child in &scope.children {
            self.child(&recording.children[*child]);
        }
    }

    fn child(&mut self, child: &ChildLife) {
        self.begin(&child.path);
        let end = child.ended.as_ref().map_or("runs".to_owned(), |(_, end)| end.sentence());
        let ended = child.until(self.recording.last);
        let args = json!({
            "spawned at": child.location.to_string(), "daemon": child.is_daemon, "end": end,
            "polls": child.polls.len(), "wakes": child.wakes.len(),
        });
        self.slice(&child.label, "child", (child.spawned, ended), args);
        if let Some(place) = child.place(self.recording.last) {
            self.slice("waits for a place", "limit", place, json!({}));
        }
        for poll in &child.polls {
            self.slice("poll", "poll", *poll, json!({}));
        }
        for wake in &child.wakes {
            self.instant("wake", "wake", *wake, json!({}));
        }
        for (woken, polled) in child.delays() {
            self.arrow(woken, polled);
        }
        if let Some((at, reason)) = &child.asked {
            self.instant("asked to end", "cancel", *at, json!({ "reason": reason }));
        }
        for scope in &child.scopes {
            let path = format!("{}/{}", child.path, self.recording.scopes[*scope].title());
            self.scope(*scope, path);
        }
    }
}

/// Times in these files are in microseconds.
fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1_000.0
}
