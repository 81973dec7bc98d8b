//! The loop of the runtime: who is polled next, and what happens when nobody can be.

use super::{
    TestRuntime,
    here::Here,
    tasks::{Tasks, Work},
    time::Jumps,
};
use crate::poll_once;
use std::{
    future::Future,
    mem,
    panic::Location,
    pin::pin,
    rc::Rc,
    task::{Poll, Waker},
    thread,
    time::Duration,
};

/// So many polls at one instant are no progress, but a livelock.
const LIVELOCK: u64 = 20_000_000;

impl TestRuntime {
    pub(super) fn drive<F: Future>(
        &self,
        future: F,
        place: &'static Location<'static>,
    ) -> F::Output {
        let running = Running::enter(self);
        let mut main = pin!(future);
        self.shared.tasks.with(|tasks| tasks.add(Work::Main, None, Some(place), &self.shared));
        let mut polls = 0;
        let mut instant = Duration::ZERO;
        loop {
            let Some((id, work, waker)) = self.shared.tasks.with(Tasks::take_ready) else {
                self.unblock();
                continue;
            };
            let now = self.clock().elapsed();
            polls = if now == mem::replace(&mut instant, now) { polls + 1 } else { 0 };
            assert!(polls < LIVELOCK, "livelock: {LIVELOCK} polls at {now:?}");
            let pending = match work {
                Work::Main => match poll_once(main.as_mut(), &waker) {
                    Poll::Ready(output) => return output,
                    Poll::Pending => Some(Work::Main),
                },
                Work::Task(mut task) => match poll_once(pin!(&mut task), &waker) {
                    Poll::Ready(()) => None,
                    Poll::Pending => Some(Work::Task(task)),
                },
                Work::Local => running.here.take(id).and_then(|mut task| {
                    poll_once(pin!(&mut task), &waker).is_pending().then(|| {
                        running.here.put(id, task);
                        Work::Local
                    })
                }),
                Work::Job(job) => {
                    job.run();
                    None
                }
                Work::Taken => unreachable!("nothing is polled here at the same time"),
            };
            let homeless = match pending {
                None => {
                    self.shared.tasks.with(|tasks| tasks.remove(id));
                    None
                }
                Some(work) => self.shared.tasks.with(|tasks| tasks.put_back(id, work)),
            };
            if let Some(Work::Local) = homeless {
                drop(running.here.take(id));
            }
        }
    }

    /// Makes something ready when nothing is.
    fn unblock(&self) {
        let waiters = self.shared.tasks.with(|tasks| mem::take(&mut tasks.blocked_waiters));
        if !waiters.is_empty() {
            waiters.into_values().for_each(Waker::wake);
            return;
        }
        if self.shared.tasks.with(Tasks::disturb) {
            return;
        }
        let next = self.shared.time.with(|time| match time.jumps {
            Jumps::Auto => time.next_alarm(),
            Jumps::Held => None,
        });
        match next {
            Some(next) => self.shared.advance_to(next),
            None => self.deadlock(),
        }
    }

    fn deadlock(&self) -> ! {
        let (now, alarms) =
            self.shared.time.with(|time| (time.now(), Vec::from_iter(time.alarms())));
        let mut report = format!("deadlock at {now:?}: nothing is ready");
        report += match alarms.is_empty() {
            true => ", and no alarm is set",
            false => ", and the clock is held",
        };
        self.shared.tasks.with(|tasks| tasks.report(&alarms, &mut report));
        panic!("{report}");
    }
}

/// Shuts a runtime down in the end, which unwinding is, too.
struct Running<'a> {
    rt: &'a TestRuntime,
    here: Rc<Here>,
}

impl<'a> Running<'a> {
    fn enter(rt: &'a TestRuntime) -> Self {
        Self { rt, here: Here::enter(rt) }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // A guard of its own, since it must leave also when the drop of a task panics.
        let _leave = Leave;
        if thread::panicking() {
            let again = self.rt.shared.tasks.with(|tasks| tasks.choices.to_string());
            eprintln!("ringfence-test: the run failed with {again}");
        }
        self.rt.shut_down();
        self.here.clear();
    }
}

/// Makes the outer runtime the current one again.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        Here::leave();
    }
}
