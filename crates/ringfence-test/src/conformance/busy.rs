//! A child that stays inside its first poll until it is let out.

use crate::{Controller, Probe};
use std::sync::mpsc::{self, Receiver, Sender};

/// The test's end of the child.
pub(super) struct Gate {
    entered: Receiver<()>,
    /// A gate that is dropped is open, so that a test that fails leaves nobody behind.
    out: Sender<()>,
    /// What was done to the child.
    pub(super) control: Controller<()>,
}

impl Gate {
    /// Waits until the child is inside.
    pub(super) fn wait(&self) {
        self.entered.recv().expect("the child is polled");
    }

    /// Lets the child out.
    pub(super) fn open(&self) {
        self.opener()();
    }

    /// Returns what lets the child out, for another thread.
    pub(super) fn opener(&self) -> impl FnOnce() + Send + use<> {
        let out = self.out.clone();
        move || out.send(()).expect("the child is inside")
    }
}

/// Makes a child that pends when it is let out.
pub(super) fn busy() -> (Probe<()>, Gate) {
    let (enter, entered) = mpsc::channel();
    let (out, may_go) = mpsc::channel();
    let child = Probe::pending().on_poll(move |_| {
        // A test that has failed does not listen any more.
        let _ = enter.send(());
        let _ = may_go.recv();
    });
    let control = child.controller();
    (child, Gate { entered, out, control })
}
