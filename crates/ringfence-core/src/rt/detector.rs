//! Asking the runtimes whether code runs inside them.

use super::Runtime;
use alloc::sync::Arc;
use core::{fmt, ptr};
use std::sync::OnceLock;

/// A runtime's answer to "is this code running inside you?".
///
/// It is for those who write an adapter; others call the adapter's `install`. A detector must tell
/// the truth: it answers only where the code that asks does run inside its runtime. A runtime that
/// cannot tell has no detector, and is named by [`with_runtime`](super::with_runtime) or
/// [`set_default`](super::set_default).
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Detector, Rank, Runtime};
/// use std::sync::Arc;
///
/// static DETECTOR: Detector = Detector::new(Rank::Plain, detect);
///
/// fn detect() -> Option<Arc<dyn Runtime>> {
///     None // here the runtime would be asked
/// }
///
/// DETECTOR.install();
/// DETECTOR.install(); // once more changes nothing
/// assert!(ringfence_core::rt::current().is_err());
/// ```
pub struct Detector {
    /// When it is asked.
    rank: Rank,
    /// Asks the runtime.
    detect: fn() -> Option<Arc<dyn Runtime>>,
    /// The detector of the same rank that was installed next.
    next: OnceLock<&'static Detector>,
}

/// When a [`Detector`] is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// Before the plain ones, for a runtime that enters another one's context as well.
    ///
    /// So does async-std with its feature `tokio1`: inside it, tokio's detector also says yes.
    Outer,
    /// After those.
    Plain,
}

/// The heads of two lists, one for each rank, that only grow.
///
/// They are made of the detectors themselves: installing allocates nothing and has no limit, and
/// reading takes no lock.
static OUTER: OnceLock<&'static Detector> = OnceLock::new();
static PLAIN: OnceLock<&'static Detector> = OnceLock::new();

impl Detector {
    /// Makes a detector, which must be a `static` to be installed.
    pub const fn new(rank: Rank, detect: fn() -> Option<Arc<dyn Runtime>>) -> Self {
        Self { rank, detect, next: OnceLock::new() }
    }

    /// Has this detector asked from now on, in the whole process.
    ///
    /// Installing it again changes nothing. It may be called before `main`.
    pub fn install(&'static self) {
        let mut end = match self.rank {
            Rank::Outer => &OUTER,
            Rank::Plain => &PLAIN,
        };
        while end.set(self).is_err() {
            // Another holds this place, or this detector does.
            match end.get() {
                Some(other) if !ptr::eq(*other, self) => end = &other.next,
                _ => return,
            }
        }
    }
}

/// Returns the runtime that this code runs inside, if a detector knows one.
pub(super) fn detect() -> Option<Arc<dyn Runtime>> {
    let mut detectors = installed(&OUTER).chain(installed(&PLAIN));
    detectors.find_map(|detector| (detector.detect)())
}

fn installed(head: &OnceLock<&'static Detector>) -> impl Iterator<Item = &'static Detector> {
    core::iter::successors(head.get().copied(), |detector| detector.next.get().copied())
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detector").field("rank", &self.rank).finish_non_exhaustive()
    }
}
