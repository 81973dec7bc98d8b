//! Stores whose children can share the tasks of a runtime.

use super::{remotes::Remotes, shards::Shards};
use crate::{
    engine::{
        crew::Here,
        keep::{Judge, Keep},
        list::List,
        policy::Policy,
        source::Source,
        store::Store,
    },
    remote::Remote,
    rt::Spawn,
};
use core::num::NonZeroUsize;

/// What `.sharded` takes: a number of tasks, as a `usize` or a `NonZeroUsize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of tasks",
    label = "not a `usize` or a `NonZeroUsize`"
)]
pub trait IntoShards: sealed::Sealed {
    /// Returns the number.
    ///
    /// # Panics
    ///
    /// If it is 0, with which no child would ever begin.
    fn into_shards(self) -> NonZeroUsize;
}

impl IntoShards for NonZeroUsize {
    fn into_shards(self) -> NonZeroUsize {
        self
    }
}

impl IntoShards for usize {
    #[track_caller]
    fn into_shards(self) -> NonZeroUsize {
        NonZeroUsize::new(self).expect("0 shards: no child would ever begin")
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for core::num::NonZeroUsize {}
    impl Sealed for usize {}
}

/// A store of children on a runtime, which can share a number of tasks.
pub trait Sharding: Store {
    /// The store of children on shards.
    type Sharded: Store;

    /// Puts the children on shards, for a verb with this policy.
    fn sharded(self, shards: NonZeroUsize, policy: Policy) -> Self::Sharded;
}

impl<F, T, S, Sh, J, K, R> Sharding for List<Here<Remote<T>, Remotes<F, S, R>>, Sh, J, K>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
    S: Source<F>,
    J: Judge<T, Kept = K> + 'static,
    K: Keep<T>,
    R: Spawn + Clone + 'static,
{
    type Sharded = List<Shards<F, T, S, R, J>, Sh, J, K>;

    fn sharded(self, shards: NonZeroUsize, policy: Policy) -> Self::Sharded {
        self.rebuild(|here| {
            let (remotes, limits) = here.into_parts();
            let (source, rt) = remotes.into_parts();
            Shards::new(source, rt, shards, policy, limits)
        })
    }
}
