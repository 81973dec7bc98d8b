//! When a verb is decided, and what becomes of the rest.

use core::num::NonZeroUsize;

/// A verb's rule, as a value.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The verb, for messages.
    pub(crate) verb: &'static str,
    /// When it is decided.
    pub(crate) stop: Stop,
    /// What becomes of the children that still run then.
    pub(crate) rest: Rest,
    /// What becomes of a panic.
    pub(crate) panics: Panics,
}

/// When a verb is decided. All of them are once no child is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Once all children have ended.
    AllEnded,
    /// Once a child has ended.
    FirstEnd,
    /// Once a child has failed.
    FirstFailure,
    /// Once this many children have succeeded.
    Successes(NonZeroUsize),
}

/// What becomes of the children that have not ended when a verb is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// They are cancelled.
    Cancel,
    /// They go on, as soon as the verb is polled again.
    Leave,
}

/// What becomes of a child's panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panics {
    /// The others are cancelled, and then it goes on.
    Resume,
    /// It is an end like any other.
    Keep,
}

/// What the output of a child means to a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The child did what it was for.
    Success,
    /// The child failed.
    Failure,
}

impl Stop {
    /// The first success decides.
    pub(crate) const FIRST_SUCCESS: Self = Self::Successes(NonZeroUsize::MIN);

    /// Counts the end of a child, and returns whether the verb is decided by it.
    #[inline]
    pub(crate) fn is_met(self, verdict: Verdict, successes: &mut usize) -> bool {
        match (self, verdict) {
            (Self::FirstEnd, _) | (Self::FirstFailure, Verdict::Failure) => true,
            (Self::Successes(wanted), Verdict::Success) => {
                *successes += 1;
                *successes == wanted.get()
            }
            _ => false,
        }
    }

    /// Whether the end of a child may decide.
    #[cfg(feature = "std")]
    pub(crate) fn may_be_met(self, verdict: Verdict) -> bool {
        match self {
            Self::AllEnded => false,
            Self::FirstEnd => true,
            Self::FirstFailure => verdict == Verdict::Failure,
            Self::Successes(_) => verdict == Verdict::Success,
        }
    }
}
