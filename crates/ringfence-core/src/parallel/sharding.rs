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
            let (remotes, limit) = here.into_parts();
            let (source, rt) = remotes.into_parts();
            Shards::new(source, rt, shards, policy, limit)
        })
    }
}
