//! Who a child of a scope is, and what the scope is told of its end.

use super::on_demand::OnDemand;
use crate::{
    outcome::{Cause, ChildId, Failure, Label, Name, Reason},
    sync::Lock,
};
use alloc::boxed::Box;
use core::{panic::Location, time::Duration};

/// Who a child is, for its scope and in messages.
///
/// Small, since every child has one: what few children have is in a box.
#[derive(Debug)]
pub(super) struct Birth {
    /// The number, shifted by the rank.
    place: u64,
    said: OnDemand<Said>,
    location: &'static Location<'static>,
}

impl Birth {
    /// A child that is spawned there, of which nothing is said, and which has no number yet.
    #[inline]
    pub(super) fn at(location: &'static Location<'static>) -> Self {
        Self { place: 0, said: OnDemand::new(), location }
    }

    /// Says that the scope does not stay open for it.
    pub(super) fn make_daemon(&mut self) {
        self.place |= 1;
    }

    /// What is said of it, if anything is.
    pub(super) fn said(&self) -> Option<&Said> {
        self.said.get()
    }

    /// What is said of it, for who has something to say.
    pub(super) fn say(&self) -> &Said {
        self.said.get_or_default()
    }

    /// As [`say`](Self::say), before it is spawned.
    pub(super) fn say_mut(&mut self) -> &mut Said {
        self.said.get_mut_or_default()
    }

    /// Gives it its number, once: so many were numbered before.
    #[inline]
    pub(super) fn numbered(self, number: u64) -> Self {
        Self { place: self.place | number << 1, ..self }
    }

    /// How many children the scope had numbered before.
    #[inline]
    pub(super) fn number(&self) -> u64 {
        self.place >> 1
    }

    #[inline]
    pub(super) fn rank(&self) -> Rank {
        if self.place & 1 == 1 { Rank::Daemon } else { Rank::Regular }
    }

    /// Its place among its siblings.
    #[cfg(feature = "std")]
    pub(super) fn id(&self) -> ChildId {
        ChildId::new(self.number())
    }

    /// Where it was spawned.
    #[cfg(feature = "std")]
    pub(super) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.said()?.name.as_deref()
    }

    /// How long it may go on once it was asked to end, if it is not what its scope says.
    pub(super) fn grace(&self) -> Option<Duration> {
        self.said()?.grace
    }

    /// The child as it is shown to people.
    pub(super) fn label(&self) -> Label {
        let name = self.said().and_then(|said| said.name.clone());
        Label { child: ChildId::new(self.number()), name }
    }

    /// The failure of the child.
    pub(super) fn failure<E>(&self, cause: Cause<E>) -> Failure<E> {
        let Label { child, name } = self.label();
        Failure { child, name, location: Some(self.location), cause }
    }
}

/// What is said of few children.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) name: Option<Name>,
    /// How long it may go on once it was asked to end.
    pub(super) grace: Option<Duration>,
    /// Why its handle has asked for the end, if it has, or why it was dropped.
    pub(super) reason: Lock<Option<Reason>>,
}

impl Default for Said {
    fn default() -> Self {
        Self { name: None, grace: None, reason: Lock::new(None) }
    }
}

/// Whether a scope stays open for a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    Regular,
    Daemon,
}

/// What the scope is told of the end of a child.
///
/// One word, since it is moved about for each child, and null for most: for a regular child that did
/// what it was for.
#[must_use]
#[derive(Debug)]
pub struct ChildEnd<E>(Option<Box<Noted<E>>>);

/// What there is to tell of the end of few children.
#[derive(Debug)]
struct Noted<E> {
    rank: Rank,
    ended: Ended<E>,
}

/// How a child has ended, as far as the scope is concerned.
#[derive(Debug)]
pub(super) enum Ended<E> {
    /// It did what it was for, or its failure is its handle's.
    Fine,
    Failed(Failure<E>),
    /// A runtime has lost it, and nobody but the scope knows.
    Lost,
}

impl<E> ChildEnd<E> {
    #[inline]
    pub(super) fn new(rank: Rank, ended: Ended<E>) -> Self {
        match (rank, ended) {
            (Rank::Regular, Ended::Fine) => Self(None),
            (rank, ended) => Self::noted(rank, ended),
        }
    }

    #[cold]
    #[inline(never)]
    fn noted(rank: Rank, ended: Ended<E>) -> Self {
        Self(Some(Box::new(Noted { rank, ended })))
    }

    /// Whether the scope was open for the child.
    #[inline]
    pub(super) fn rank(&self) -> Rank {
        self.0.as_ref().map_or(Rank::Regular, |noted| noted.rank)
    }

    /// Whether there is nothing to tell of it.
    #[inline]
    pub(super) fn is_fine(&self) -> bool {
        self.0.is_none()
    }

    /// How it has ended, if there may be something to tell of that.
    #[cfg(feature = "std")]
    pub(super) fn ended(&self) -> Option<&Ended<E>> {
        self.0.as_ref().map(|noted| &noted.ended)
    }

    /// How it has ended.
    pub(super) fn into_ended(self) -> Ended<E> {
        self.0.map_or(Ended::Fine, |noted| noted.ended)
    }
}
