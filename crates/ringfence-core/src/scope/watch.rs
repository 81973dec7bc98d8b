//! What the future of a scope tells those who look on.

pub(super) use present::Watch;

#[cfg(feature = "std")]
mod present {
    use super::super::{
        child::{Birth, ChildEnd, Ended, Rank},
        gate::Gate,
    };
    use crate::{
        observe::{End, ObservedScope, Origin},
        outcome::{Cause, ChildId, Failure, Reason},
    };
    use core::task::Waker;

    /// Whether anyone looks on.
    //
    // The only thing that a scope pays for which nobody does is to look here.
    #[derive(Clone, Debug, Default)]
    pub(in crate::scope) struct Watch(Option<ObservedScope>);

    impl Watch {
        /// From now on, this is told.
        pub(in crate::scope) fn begin(&mut self, scope: ObservedScope) {
            self.0 = Some(scope);
        }

        /// Whether anyone looks on.
        #[inline]
        pub(in crate::scope) fn is_on(&self) -> bool {
            self.0.is_some()
        }

        /// Children have come in.
        #[inline]
        pub(in crate::scope) fn arrived<'a>(&self, births: impl Iterator<Item = &'a Birth>) {
            if let Some(scope) = &self.0 {
                births.for_each(|birth| scope.spawned(birth.origin()));
            }
        }

        /// A child waits for a place.
        #[cold]
        #[inline(never)]
        pub(in crate::scope) fn queued(&self, birth: &Birth) {
            self.set_queued(birth, true);
        }

        /// A child waits for a place no more.
        #[cold]
        #[inline(never)]
        pub(in crate::scope) fn unqueued(&self, birth: &Birth) {
            self.set_queued(birth, false);
        }

        fn set_queued(&self, birth: &Birth, is_queued: bool) {
            if let Some(child) = self.0.as_ref().and_then(|scope| scope.child(birth.id())) {
                child.set_queued(is_queued);
            }
        }

        /// A poll of a child begins. Returns the waker for it.
        #[cold]
        #[inline(never)]
        pub(in crate::scope) fn poll_begins(&self, id: ChildId, waker: &Waker) -> Waker {
            let child = self.0.as_ref().and_then(|scope| scope.child(id));
            child.map_or_else(|| waker.clone(), |child| child.poll_begins(waker))
        }

        /// The poll has ended.
        #[inline]
        pub(in crate::scope) fn poll_ends(&self) {
            if let Some(scope) = &self.0 {
                scope.poll_ends();
            }
        }

        #[inline]
        fn ended(&self, id: ChildId, end: End<'_>) {
            if let Some(scope) = &self.0 {
                scope.ended(id, end);
            }
        }

        /// The body has returned.
        pub(in crate::scope) fn body_returned<T, E>(&self, output: &Result<T, E>) {
            self.ended(ChildId::BODY, if output.is_ok() { End::Completed } else { End::Failed });
        }

        /// A child has returned or panicked.
        #[inline]
        pub(in crate::scope) fn child_ended<E>(&self, id: ChildId, end: &ChildEnd<E>) {
            let lost = Reason::RuntimeGone;
            self.ended(
                id,
                match end.ended() {
                    None | Some(Ended::Fine) => End::Completed,
                    Some(Ended::Failed(Failure { cause: Cause::Panic(panic), .. })) => {
                        End::Panicked(panic)
                    }
                    Some(Ended::Failed(_)) => End::Failed,
                    Some(Ended::Lost) => End::Cancelled(&lost),
                },
            );
        }

        /// A child was dropped before its end, and may have panicked.
        #[cold]
        #[inline(never)]
        pub(in crate::scope) fn dropped<E>(
            &self,
            id: ChildId,
            panicked: Option<&ChildEnd<E>>,
            gate: &Gate,
        ) {
            if let Some(end) = panicked {
                return self.child_ended(id, end);
            }
            let asked = self.0.as_ref().and_then(|scope| scope.child(id)?.why());
            let why = asked.unwrap_or_else(|| gate.why());
            self.ended(id, End::Cancelled(&why));
        }

        /// Everything is asked to end.
        #[inline]
        pub(in crate::scope) fn cancelled(&self, reason: &Reason) {
            if let Some(scope) = &self.0 {
                scope.cancelled(reason);
            }
        }

        /// The future is dropped.
        #[inline]
        pub(in crate::scope) fn dropping(&self, gate: &Gate) {
            if let Some(scope) = &self.0 {
                scope.cancelled(&gate.why());
            }
        }

        /// Nothing is left but polls on other threads.
        #[inline]
        pub(in crate::scope) fn draining(&self) {
            if let Some(scope) = &self.0 {
                scope.draining();
            }
        }

        /// Nothing is left.
        #[inline]
        pub(in crate::scope) fn closed(&self) {
            if let Some(scope) = &self.0 {
                scope.closed();
            }
        }
    }

    impl Birth {
        pub(in crate::scope) fn origin(&self) -> Origin {
            let (label, location) = (self.label(), self.location());
            Origin { label, location, is_daemon: self.rank() == Rank::Daemon }
        }
    }
}

/// Without a clock nobody looks on.
#[cfg(not(feature = "std"))]
mod present {
    use super::super::{
        child::{Birth, ChildEnd},
        gate::Gate,
    };
    use crate::outcome::{ChildId, Reason};
    use core::task::Waker;

    #[derive(Clone, Debug, Default)]
    pub(in crate::scope) struct Watch(());

    impl Watch {
        #[inline]
        pub(in crate::scope) fn is_on(&self) -> bool {
            false
        }

        pub(in crate::scope) fn arrived<'a>(&self, _: impl Iterator<Item = &'a Birth>) {}

        pub(in crate::scope) fn queued(&self, _: &Birth) {}

        pub(in crate::scope) fn unqueued(&self, _: &Birth) {}

        pub(in crate::scope) fn poll_begins(&self, _: ChildId, waker: &Waker) -> Waker {
            waker.clone()
        }

        pub(in crate::scope) fn poll_ends(&self) {}

        pub(in crate::scope) fn child_ended<E>(&self, _: ChildId, _: &ChildEnd<E>) {}

        pub(in crate::scope) fn dropped<E>(&self, _: ChildId, _: Option<&ChildEnd<E>>, _: &Gate) {}

        pub(in crate::scope) fn cancelled(&self, _: &Reason) {}

        pub(in crate::scope) fn dropping(&self, _: &Gate) {}

        pub(in crate::scope) fn draining(&self) {}

        pub(in crate::scope) fn closed(&self) {}
    }
}
