//! Which runtime runs on this thread, and its tasks that stay there.

use super::{TestRuntime, tasks::TaskId};
use ringfence_core::rt::LocalTask;
use std::{cell::RefCell, collections::BTreeMap, mem, rc::Rc, sync::Arc};

thread_local! {
    /// The runtime that runs on this thread, the innermost if they are nested.
    static HERE: RefCell<Option<Rc<Here>>> = const { RefCell::new(None) };
}

/// A runtime on the thread on which it runs, with its tasks that stay there.
pub(super) struct Here {
    pub(super) rt: TestRuntime,
    tasks: RefCell<BTreeMap<TaskId, LocalTask>>,
    outer: Option<Rc<Here>>,
}

impl Here {
    /// Makes `rt` the current runtime of this thread.
    pub(super) fn enter(rt: &TestRuntime) -> Rc<Self> {
        let outer = Self::current();
        let here = Rc::new(Self { rt: rt.clone(), tasks: RefCell::default(), outer });
        HERE.set(Some(Rc::clone(&here)));
        here
    }

    /// Makes the runtime the current one that was before.
    pub(super) fn leave() {
        HERE.set(Self::current().and_then(|here| here.outer.clone()));
    }

    pub(super) fn current() -> Option<Rc<Self>> {
        HERE.with_borrow(Option::clone)
    }

    /// Returns where `rt` runs, if it is on this thread.
    pub(super) fn of(rt: &TestRuntime) -> Option<Rc<Self>> {
        let mut here = Self::current();
        while let Some(inner) = &here {
            if Arc::ptr_eq(&inner.rt.shared, &rt.shared) {
                break;
            }
            here = inner.outer.clone();
        }
        here
    }

    pub(super) fn put(&self, id: TaskId, task: LocalTask) {
        self.tasks.borrow_mut().insert(id, task);
    }

    pub(super) fn take(&self, id: TaskId) -> Option<LocalTask> {
        self.tasks.borrow_mut().remove(&id)
    }

    /// Drops all tasks.
    pub(super) fn clear(&self) {
        let tasks = mem::take(&mut *self.tasks.borrow_mut());
        drop(tasks);
    }
}
