//! Detectors. They hold for the whole process, so this file has one test.
#![cfg(feature = "std")]

use ringfence_core::rt::{
    self, Detector, Job, Rank, Refused, Runtime, Sleeping, Spawn, SpawnBlocking, Task, Timer, Why,
};
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
    thread,
    time::Instant,
};

std::thread_local! {
    /// What this thread runs inside.
    static INSIDE: Cell<Option<Why>> = const { Cell::new(None) };
    /// Which detectors were asked.
    static ASKED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Refuses everything, for a reason by which it is told from the others.
struct Refuses(Why);

impl Spawn for Refuses {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        Err(Refused { why: self.0, refused: task })
    }
}

impl SpawnBlocking for Refuses {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        Err(Refused { why: self.0, refused: job })
    }
}

impl Timer for Refuses {
    fn now(&self) -> Instant {
        // real time: nobody waits for this double, and it must answer something
        Instant::now()
    }

    fn sleep_until(&self, _: Instant) -> Sleeping {
        Box::pin(std::future::pending())
    }
}

fn detect(name: &'static str, why: Why) -> Option<Arc<dyn Runtime>> {
    ASKED.with_borrow_mut(|asked| asked.push(name));
    (INSIDE.get() == Some(why)).then(|| Arc::new(Refuses(why)) as Arc<dyn Runtime>)
}

static FIRST: Detector = Detector::new(Rank::Plain, || detect("first", Why::Shutdown));
static SECOND: Detector = Detector::new(Rank::Plain, || detect("second", Why::Unsupported));
static OUTER: Detector = Detector::new(Rank::Outer, || detect("outer", Why::NoContext));

/// Returns what is in force inside `inside`, and the detectors asked for it.
fn current(inside: Option<Why>) -> (Option<Why>, Vec<&'static str>) {
    INSIDE.set(inside);
    let found = rt::current().ok().map(|rt| rt.spawn(Task::new(async {})).unwrap_err().why);
    (found, ASKED.take())
}

#[test]
fn detectors_are_asked_once_each_by_rank_and_then_in_the_order_installed() {
    assert_eq!(current(Some(Why::Shutdown)), (None, vec![]));

    FIRST.install();
    assert_eq!(current(None), (None, vec!["first"]));
    SECOND.install();
    OUTER.install();
    // Again, and from many threads at once.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| [&SECOND, &OUTER, &FIRST].map(Detector::install));
        }
    });

    assert_eq!(current(None), (None, vec!["outer", "first", "second"]));
    assert_eq!(current(Some(Why::NoContext)), (Some(Why::NoContext), vec!["outer"]));
    assert_eq!(current(Some(Why::Shutdown)), (Some(Why::Shutdown), vec!["outer", "first"]));
    let all = vec!["outer", "first", "second"];
    assert_eq!(current(Some(Why::Unsupported)), (Some(Why::Unsupported), all));
}
