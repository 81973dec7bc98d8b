//! How children are spawned: one way in, with a name or as a daemon if one likes.

use super::{
    Handle, Local, Mode, Scope, Shared,
    output::ChildOutput,
    report::{Birth, Rank, Regular, Report},
};
use crate::{
    engine::joint::{Joint, join},
    outcome::{Name, Reason},
};
use alloc::sync::Arc;
use core::{error::Error, fmt, future::Future, marker::PhantomData, panic::Location};

/// A child that is about to be spawned, as [`Scope::child`] returns it.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope};
///
/// let failed = block_on(scope(async |s| {
///     s.child().named("mirror").spawn(async { Err::<(), _>("refused") });
///     std::future::pending::<Result<(), _>>().await
/// }));
/// assert!(failed.unwrap_err().to_string().contains("mirror"));
/// ```
#[must_use = "a child is spawned by `.spawn(…)`"]
pub struct ChildBuilder<'env, E: 'env, M: Mode = Shared> {
    scope: Scope<'env, E, M>,
    name: Option<Name>,
    rank: Rank,
    location: &'static Location<'static>,
}

impl<E, M: Mode> ChildBuilder<'_, E, M> {
    /// Gives the child a name, to be shown in errors.
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes the child a daemon: the scope does not stay open for it.
    ///
    /// It is cancelled once the body and all other children have ended, the last daemon first. Its
    /// failure is the scope's until then.
    pub fn daemon(mut self) -> Self {
        self.rank = Rank::Daemon;
        self
    }
}

/// A spawn that was refused, with the future, which was not polled.
pub enum SpawnError<F> {
    /// The scope has ended, or is about to, in good order.
    Closed(F),
    /// The scope is being cancelled.
    Cancelled(F),
}

impl<F> SpawnError<F> {
    fn new(future: F, reason: &Reason) -> Self {
        match reason {
            Reason::Closed => Self::Closed(future),
            _ => Self::Cancelled(future),
        }
    }

    /// Returns the future.
    pub fn into_inner(self) -> F {
        match self {
            Self::Closed(future) | Self::Cancelled(future) => future,
        }
    }
}

impl<F> fmt::Debug for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "Closed(..)",
            Self::Cancelled(_) => "Cancelled(..)",
        })
    }
}

impl<F> fmt::Display for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "the scope has ended",
            Self::Cancelled(_) => "the scope is being cancelled",
        })
    }
}

impl<F> Error for SpawnError<F> {}

impl<'env, E: 'env, M: Mode> Scope<'env, E, M> {
    /// Begins a child, to be given a name or made a daemon before it is spawned.
    #[track_caller]
    pub fn child(&self) -> ChildBuilder<'env, E, M> {
        let location = Location::caller();
        ChildBuilder { scope: self.clone(), name: None, rank: Rank::Regular, location }
    }
}

/// A child of future `F` with its report.
type ChildJoint<F, E> = Joint<F, Regular<<<F as Future>::Output as ChildOutput<E>>::Value, E>>;

/// What a spawn gives, or the future, and why not.
type Spawned<V, F> = Result<Handle<V>, (F, Reason)>;

impl<'env, E: 'env, M: Mode> ChildBuilder<'env, E, M> {
    /// The one way in. `unsize` forgets the type of the child's future.
    #[inline]
    fn admit<F>(
        self,
        future: F,
        unsize: impl FnOnce(Arc<ChildJoint<F, E>>) -> Arc<M::Child<'env, E>>,
    ) -> Spawned<<F::Output as ChildOutput<E>>::Value, F>
    where
        F: Future<Output: ChildOutput<E>>,
    {
        let Self { scope, name, rank, location } = self;
        let gate = &scope.door.gate;
        let birth = Birth { number: gate.next_number(), name, location, rank };
        let report = Report::new(birth, gate.clone());
        let mut parts = Some((future, Regular { report, error: PhantomData }));
        let admitted = scope.door.admit(|| {
            let (future, report) = parts.take().expect("it is called once");
            join(future, report, |regular| &regular.report, unsize)
        });
        match (admitted, parts) {
            (Ok(report), _) => Ok(Handle::new(report)),
            (Err(reason), Some((future, _))) => Err((future, reason)),
            (Err(_), None) => unreachable!("what is taken is admitted"),
        }
    }

    /// The handle of a child that was refused, and is dropped.
    fn refuse<F>(
        future: F,
        reason: Reason,
        scope: &Scope<'env, E, M>,
        location: &'static Location<'static>,
    ) -> Handle<<F::Output as ChildOutput<E>>::Value>
    where
        F: Future<Output: ChildOutput<E>>,
    {
        let gate = scope.door.gate.clone();
        let birth = Birth { number: gate.next_number(), name: None, location, rank: Rank::Regular };
        let report = Report::refused(birth, gate, reason);
        let regular = Regular { report, error: PhantomData };
        let (driver, kept) =
            join::<F, _, _, ChildJoint<F, E>>(future, regular, |regular| &regular.report, |it| it);
        drop(driver);
        Handle::new(kept)
    }
}

/// Writes the methods that spawn, once for children that are `Send`, and once for others.
///
/// Two impls rather than one over a trait: the compiler then says of a child which of its values
/// is not `Send`.
macro_rules! spawning {
    ($mode:ident $(, $send:ident)?) => {
        impl<'env, E: 'env> Scope<'env, E, $mode> {
            /// Starts a child, whose failure is the scope's.
            ///
            /// The child begins when the scope is polled next. If the scope is ending, the child
            /// is dropped unpolled, and its handle's outcome says so.
            ///
            /// # Cost
            ///
            /// One allocation, which holds the child and the place for its value.
            #[track_caller]
            pub fn spawn<F>(&self, child: F) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.child().spawn(child)
            }

            /// Starts a child that spawns siblings: `child` gets the scope.
            ///
            /// # Cost
            ///
            /// As [`spawn`](Self::spawn).
            #[track_caller]
            pub fn spawn_with<C, F>(
                &self,
                child: C,
            ) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                C: FnOnce(Self) -> F,
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.child().spawn(child(self.clone()))
            }

            /// Starts a child, or gives it back if the scope is ending.
            ///
            /// # Errors
            ///
            /// [`SpawnError`] with the child, which was not polled.
            #[track_caller]
            pub fn try_spawn<F>(
                &self,
                child: F,
            ) -> Result<Handle<<F::Output as ChildOutput<E>>::Value>, SpawnError<F>>
            where
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.child().try_spawn(child)
            }

            /// Starts a child for which the scope does not stay open.
            ///
            /// As [`child`](Self::child)`().daemon().spawn(child)`.
            #[track_caller]
            pub fn daemon<F>(&self, child: F) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.child().daemon().spawn(child)
            }
        }

        impl<'env, E: 'env> ChildBuilder<'env, E, $mode> {
            /// Starts the child, as [`Scope::spawn`].
            pub fn spawn<F>(self, child: F) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                let (scope, location) = (self.scope.clone(), self.location);
                match self.admit(child, |joint| joint) {
                    Ok(handle) => handle,
                    Err((child, reason)) => Self::refuse(child, reason, &scope, location),
                }
            }

            /// Starts the child, or gives it back, as [`Scope::try_spawn`].
            ///
            /// # Errors
            ///
            /// [`SpawnError`] with the child, which was not polled.
            pub fn try_spawn<F>(
                self,
                child: F,
            ) -> Result<Handle<<F::Output as ChildOutput<E>>::Value>, SpawnError<F>>
            where
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                let admitted = self.admit(child, |joint| joint);
                admitted.map_err(|(child, reason)| SpawnError::new(child, &reason))
            }
        }
    };
}

spawning!(Shared, Send);
spawning!(Local);

impl<E, M: Mode> fmt::Debug for ChildBuilder<'_, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}
