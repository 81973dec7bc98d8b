//! Stores whose children can run on a runtime.

use super::remotes::Remotes;
use crate::{
    engine::{
        crew::Here,
        keep::{Judge, Keep},
        links::{End, Link, Links},
        list::List,
        source::Source,
        store::Store,
        tuple::Tuple,
    },
    remote::{Remote, remote},
    rt::Spawn,
};

/// A store of which each child can be put into a task of a runtime `R`, before it begins.
pub trait OnRuntime<R>: Store {
    /// The store of what stands for those tasks.
    type Remote: Store;

    /// Puts the children on the runtime.
    fn on(self, rt: &R) -> Self::Remote;
}

impl<F, T, S, Sh, J, K, R> OnRuntime<R> for List<Here<F, S>, Sh, J, K>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
    S: Source<F>,
    J: Judge<T, Kept = K>,
    K: Keep<T>,
    R: Spawn + Clone + 'static,
{
    type Remote = List<Here<Remote<T>, Remotes<F, S, R>>, Sh, J, K>;

    #[inline]
    fn on(self, rt: &R) -> Self::Remote {
        self.rebuild(|here| {
            let (source, limits) = here.into_parts();
            Here::with_limits(Remotes::new(source, rt.clone()), limits)
        })
    }
}

impl<L, J, R> OnRuntime<R> for Tuple<L, J>
where
    L: Links<J> + LinksOn<R, Remote: Links<J>>,
    R: Spawn + Clone + 'static,
{
    type Remote = Tuple<L::Remote, J>;

    fn on(self, rt: &R) -> Self::Remote {
        self.rebuild(|links| links.on(rt))
    }
}

/// Linked children, each of which can be put into a task of a runtime `R`.
pub trait LinksOn<R> {
    /// What stands for those tasks, linked in the same way.
    type Remote;

    /// Puts the children on the runtime, and leaves nothing in their places.
    fn on(&mut self, rt: &R) -> Self::Remote;
}

impl<R> LinksOn<R> for End {
    type Remote = End;

    fn on(&mut self, _: &R) -> End {
        End
    }
}

impl<F, T, B, R> LinksOn<R> for Link<F, T, B>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
    B: LinksOn<R>,
    R: Spawn + Clone + 'static,
{
    type Remote = Link<Remote<T>, T, B::Remote>;

    fn on(&mut self, rt: &R) -> Self::Remote {
        let (child, behind) = self.split();
        Link::new(remote(rt, child), behind.on(rt))
    }
}
