//! The children of a free `wait`.

#[cfg(feature = "std")]
use super::{WaitFor, until::Until};
#[cfg(feature = "std")]
use crate::{
    engine::crew::has_begun,
    remote::{Remote, remote},
    rt::Spawn,
};
use crate::{join_set::JoinSet, outcome::drop_each};
use alloc::vec::Vec;
use core::{fmt, mem};

/// Children that were given, or run, or are the caller's.
#[expect(clippy::large_enum_variant, reason = "it is a set for all of its life but a moment")]
pub(super) enum Children<F: Future> {
    New(Vec<F>),
    Running(JoinSet<F>),
    Ended,
}

impl<F: Future> Children<F> {
    /// Takes them away to run them; none, if that was done to their end.
    pub(super) fn take(&mut self) -> Option<JoinSet<F>> {
        let set = match self {
            Self::New(children) => Some(JoinSet::adopt(mem::take(children))),
            Self::Running(set) => Some(mem::take(set)),
            Self::Ended => None,
        };
        *self = Self::Ended;
        set
    }
}

/// No destructor that panics keeps the others from being run.
impl<F: Future> Drop for Children<F> {
    fn drop(&mut self) {
        let Self::New(children) = self else { return };
        if let Some(panic) = drop_each(children.drain(..)) {
            panic.resume_unless_panicking();
        }
    }
}

impl<F: Future> fmt::Debug for Children<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New(children) => f.debug_tuple("New").field(&children.len()).finish(),
            Self::Running(set) => f.debug_tuple("Running").field(set).finish(),
            Self::Ended => f.write_str("Ended"),
        }
    }
}

#[cfg(feature = "std")]
impl<F, C> WaitFor<F, C>
where
    F: Future<Output: Send> + Send + 'static,
    C: Until<F::Output>,
{
    /// Runs the children as tasks of the runtime `rt`, in parallel.
    ///
    /// As [`on`](crate::Verb::on) of other verbs; `pending` is a set of [`Remote`]s, which go on by
    /// themselves until it is dropped.
    ///
    /// # Panics
    ///
    /// If it was polled before.
    ///
    /// # Examples
    ///
    /// `Threads` stands for a runtime; [`Runtime`](crate::rt::Runtime) shows it.
    ///
    /// ```
    /// use ringfence_core::{block_on, rt::Spawn, until, wait};
    ///
    /// async fn first(runtime: impl Spawn + Clone + 'static, texts: Vec<String>) -> usize {
    ///     let lengths = texts.into_iter().map(async |text| text.len());
    ///     let waited = wait(lengths, until::FirstCompleted).on(&runtime).await;
    ///     waited.done.len()
    /// }
    /// # use ringfence_core::rt::{Refused, Task};
    /// # #[derive(Clone)]
    /// # struct Threads;
    /// # impl Spawn for Threads {
    /// #     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
    /// #         std::thread::spawn(|| block_on(task));
    /// #         Ok(())
    /// #     }
    /// # }
    /// assert!(block_on(first(Threads, vec!["to".into(), "be".into()])) >= 1);
    /// ```
    pub fn on<R: Spawn + Clone + 'static>(mut self, rt: &R) -> WaitFor<Remote<F::Output>, C> {
        let Children::New(children) = &mut self.children else { has_begun() };
        let children = mem::take(children).into_iter().map(|child| remote(rt, child));
        WaitFor { children: Children::New(children.collect()), waiting: self.waiting }
    }
}
