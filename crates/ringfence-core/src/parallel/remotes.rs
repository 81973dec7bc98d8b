//! Members that run on a runtime.

use crate::{
    engine::source::Source,
    remote::{Remote, remote},
    rt::Spawn,
};
use alloc::vec::Vec;
use core::{fmt, marker::PhantomData};

/// What a source makes, each as a task of a runtime.
pub struct Remotes<F, S, R> {
    source: S,
    rt: R,
    child: PhantomData<fn() -> F>,
}

impl<F, S, R> Remotes<F, S, R> {
    pub(super) fn new(source: S, rt: R) -> Self {
        Self { source, rt, child: PhantomData }
    }

    /// Gives back the source and the runtime.
    pub(super) fn into_parts(self) -> (S, R) {
        (self.source, self.rt)
    }
}

impl<F, S, R> Source<Remote<F::Output>> for Remotes<F, S, R>
where
    F: Future<Output: Send> + Send + 'static,
    S: Source<F>,
    R: Spawn + Clone + 'static,
{
    fn next(&mut self) -> Option<Remote<F::Output>> {
        self.source.next().map(|child| remote(&self.rt, child))
    }

    #[inline]
    fn map_all<C>(self, mut make: impl FnMut(Remote<F::Output>) -> C) -> Vec<C> {
        let Self { source, rt, .. } = self;
        source.map_all(|child| make(remote(&rt, child)))
    }

    fn at_most(&self) -> Option<usize> {
        self.source.at_most()
    }
}

impl<F, S, R> fmt::Debug for Remotes<F, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remotes").finish_non_exhaustive()
    }
}
