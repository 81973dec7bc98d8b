//! How children are spawned: one way in, with a name or as a daemon if one likes.

use super::{
    ChildBuilder, Handle, Local, Mode, OwnedHandle, Scope, Shared, SpawnError,
    anyway::Anyway,
    child::Birth,
    door::Refused,
    output::ChildOutput,
    report::{Owned, Regular, Report},
    start::{Start, Started, word},
};
use crate::{
    engine::joint::{Joint, Kept, Post, Unsize},
    memory::arena::Arena,
    outcome::Reason,
};
use core::{future::Future, panic::Location};

impl<'env, E: 'env, M: Mode> Scope<'env, E, M> {
    /// Begins a child, to be given a name or made a daemon before it is spawned.
    #[track_caller]
    pub fn child(&self) -> ChildBuilder<'env, E, M> {
        ChildBuilder { scope: self.clone(), birth: Birth::at(Location::caller()) }
    }

    /// The one way in: a child is its future, and who it is but for its number. `P` says to whom
    /// its end is told.
    //
    // Who it is, is made last, as `join` wants it.
    #[inline]
    fn admit<F: Future, P: Post<F::Output, Shared = Report>, B: FnOnce() -> Birth>(
        &self,
        birth: B,
        future: F,
    ) -> Admitted<P::Word, (B, F)>
    where
        Joint<F, P>: Unsize<M::Child<'env, E>>,
    {
        let gate = &self.door.gate;
        self.door.admit((birth, future), |arena, (birth, future), number| {
            Joint::<F, P>::join(arena, future, || Report::new(birth().numbered(number), gate))
        })
    }

    /// As [`admit`](Self::admit). A child that is refused is dropped, and its handle says why.
    #[inline]
    fn enter<F: Future, P: Post<F::Output, Shared = Report>>(
        &self,
        birth: impl FnOnce() -> Birth,
        future: F,
    ) -> Kept<P::Word, Report>
    where
        Joint<F, P>: Unsize<M::Child<'env, E>>,
    {
        self.admit::<F, P, _>(birth, future).unwrap_or_else(|refused| {
            let Refused { child: (birth, future), number, reason } = refused;
            self.turn_away::<F, P>(birth().numbered(number), future, reason)
        })
    }

    /// Drops a child that was refused. Returns what its handle looks at.
    #[cold]
    #[inline(never)]
    fn turn_away<F: Future, P: Post<F::Output, Shared = Report>>(
        &self,
        birth: Birth,
        future: F,
        reason: Reason,
    ) -> Kept<P::Word, Report>
    where
        Joint<F, P>: Unsize<M::Child<'env, E>>,
    {
        let report = || Report::new(birth, &self.door.gate);
        let (child, kept) = Joint::<F, P>::join(&mut Arena::new(), future, report);
        kept.give_reason(reason);
        drop(child);
        kept
    }
}

/// What the handle of a child looks at, or the child again, if it was refused.
type Admitted<W, C> = Result<Kept<W, Report>, Refused<C>>;

/// Writes the methods that spawn, once for children that are `Send`, and once for others.
///
/// Two impls rather than one over a trait: the compiler then says of a child which of its values
/// is not `Send`.
macro_rules! spawning {
    ($open:ident: $mode:ident $(, $send:ident)?) => {
        impl<'env, E: 'env> Scope<'env, E, $mode> {
            /// Starts a child, whose failure is the scope's.
            ///
            /// The child begins when the scope is polled next. If the scope is ending, the child
            /// is dropped unpolled, and its handle's outcome says so.
            ///
            /// # Cost
            ///
            /// One allocation at the most, which holds the child and the place for its value; small
            /// children share them.
            #[track_caller]
            pub fn spawn<F>(&self, child: F) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                // Not through `child`, which would count the scope.
                let location = Location::caller();
                Handle::new(self.enter::<F, Regular<E>>(|| Birth::at(location), child))
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
                self.spawn(child(self.clone()))
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

            /// Starts a child that is polled once even if the scope has ended or is ending.
            ///
            /// It is for handing over what must not be dropped unseen, such as a connection that is
            /// to be closed: the child takes it by its first poll. If the scope takes no children
            /// any more, or is dropped before it has polled the child, that poll happens where the
            /// child is dropped, and what the child returns then is lost.
            #[track_caller]
            pub fn spawn_anyway<F>(&self, child: F) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.spawn(Anyway::new(child))
            }

            /// Starts a child whose failure is its handle's.
            ///
            /// The handle gives its [`Outcome`](crate::Outcome). If the handle is dropped before
            /// it has, a failure is the scope's after all.
            ///
            /// # Cost
            ///
            /// As [`spawn`](Self::spawn), and once per scope an allocation.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("use ringfence_core::{block_on, ", stringify!($open), " as scope};")]
            ///
            /// let value = block_on(scope(async |s| {
            ///     let attempt = s.spawn_owned(async { Err::<u8, _>("refused") });
            ///     let outcome = attempt.await;
            ///     assert!(outcome.is_failure());
            ///     Ok(outcome.ok().and_then(Result::ok).unwrap_or(7))
            /// }));
            /// assert_eq!(value.unwrap(), 7);
            /// ```
            #[track_caller]
            pub fn spawn_owned<F, T>(&self, child: F) -> OwnedHandle<T, E>
            where
                F: Future<Output = Result<T, E>> $(+ $send)? + 'env,
                T: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.child().spawn_owned(child)
            }

            /// Starts a child that says when it is ready for others, and waits for that.
            ///
            /// `child` gets a [`Started`], and says by [`send`](Started::send) what the others need
            /// of it: a port, an address, a handle. It then goes on as a child like any other.
            ///
            /// # Errors
            ///
            /// [`NotStarted`](crate::NotStarted), if the child ends without a word. If it fails, its failure is the
            /// scope's, as that of any child.
            ///
            /// # Cancel safety
            ///
            /// If the future is dropped before it has resolved, the child is cancelled.
            ///
            /// # Semantics
            ///
            /// As trio's `nursery.start`.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("use ringfence_core::{block_on, ", stringify!($open), " as scope};")]
            /// use std::convert::Infallible;
            ///
            /// let port = block_on(scope(async |s| -> Result<u16, Infallible> {
            ///     let started = s.start(async |ready| {
            ///         ready.send(8080).ok();
            ///         // … and serves.
            ///     });
            ///     Ok(started.await.unwrap_or(0))
            /// }));
            /// assert_eq!(port.unwrap(), 8080);
            /// ```
            #[track_caller]
            pub fn start<V, C, F>(
                &self,
                child: C,
            ) -> Start<V, <F::Output as ChildOutput<E>>::Value>
            where
                C: FnOnce(Started<V>) -> F,
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                let builder = self.child();
                word(|started| builder.spawn(child(started)))
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
                Handle::new(self.scope.enter::<F, Regular<E>>(|| self.birth, child))
            }

            /// Starts the child, which gets the scope, as [`Scope::spawn_with`].
            pub fn spawn_with<C, F>(self, child: C) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                C: FnOnce(Scope<'env, E, $mode>) -> F,
                F: Future<Output: ChildOutput<E>> $(+ $send)? + 'env,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                let child = child(self.scope.clone());
                self.spawn(child)
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
                match self.scope.admit::<F, Regular<E>, _>(|| self.birth, child) {
                    Ok(kept) => Ok(Handle::new(kept)),
                    Err(Refused { child: (_, child), reason, .. }) => {
                        Err(SpawnError::new(child, &reason))
                    }
                }
            }

            /// Starts the child, as [`Scope::spawn_owned`].
            pub fn spawn_owned<F, T>(self, child: F) -> OwnedHandle<T, E>
            where
                F: Future<Output = Result<T, E>> $(+ $send)? + 'env,
                T: 'env $(+ $send)?,
                $(E: $send,)?
            {
                let overdue = self.scope.door.overdue();
                OwnedHandle::new(self.scope.enter::<F, Owned>(|| self.birth, child), overdue)
            }
        }
    };
}

spawning!(scope: Shared, Send);
spawning!(scope_local: Local);
