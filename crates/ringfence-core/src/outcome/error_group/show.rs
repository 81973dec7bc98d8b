//! What people see of a group: lines, or a tree.

use super::{ErrorGroup, Failure, nest};
use core::{
    error::Error,
    fmt::{self, Write},
};

/// One line per failure; `{:#}` is a tree, with locations.
///
/// A failure that is a group itself is part of its line, or a subtree. Beyond 64 levels a group is
/// shown as `…`.
impl<E: fmt::Display> fmt::Display for ErrorGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        depth::descend(f, |f| if f.alternate() { self.tree(f) } else { self.lines(f) })
    }
}

impl<E: fmt::Display> ErrorGroup<E> {
    fn lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, failure) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(Continued { f, break_as: &["; "] }, "{failure}")?;
        }
        match self.rest() {
            0 => Ok(()),
            rest => write!(f, "\nand {rest} more"),
        }
    }

    fn tree(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.rest().saturating_add(self.len() as u64);
        write!(f, "{all} failure{}", if all == 1 { "" } else { "s" })?;
        for (index, Failure { child, name, location, cause }) in self.iter().enumerate() {
            let last = index + 1 == self.len() && self.rest() == 0;
            f.write_str(if last { "\n└─ " } else { "\n├─ " })?;
            let bar = if last { "   " } else { "│  " };
            let mut f = Continued { f, break_as: &["\n", bar] };
            write!(f, "{child}")?;
            if let Some(name) = name {
                write!(f, " ({name})")?;
            }
            if let Some(location) = location {
                write!(f, " at {location}")?;
            }
            write!(f, ": {cause:#}")?;
        }
        match self.rest() {
            0 => Ok(()),
            rest => write!(f, "\n└─ and {rest} more"),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for ErrorGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        depth::descend(f, |f| {
            f.debug_struct("ErrorGroup")
                .field("failures", &self.failures)
                .field("rest", &self.rest)
                .finish()
        })
    }
}

/// The source is the first failure.
///
/// If that is an error in a box, it is the error in the box; if it is a panic, the
/// [`Panic`](crate::Panic); otherwise the [`Failure`] itself.
impl<E: fmt::Debug + fmt::Display + 'static> Error for ErrorGroup<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let first = self.first();
        Some(first.source().unwrap_or(first))
    }
}

/// The source is the error in the box, if the error is in a box, or the panic.
//
// Of an `E` that is not in a box it cannot be known here whether it is an `Error`: to ask for it
// would shut out boxes, which are not.
impl<E: fmt::Debug + fmt::Display + 'static> Error for Failure<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match (self.error(), self.panic()) {
            (Some(error), _) => nest::unboxed(error),
            (None, Some(panic)) => Some(panic),
            (None, None) => None,
        }
    }
}

/// Writes something else where a line would end.
struct Continued<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    break_as: &'a [&'a str],
}

impl Write for Continued<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.break_as.iter().try_for_each(|part| self.f.write_str(part))?;
            }
            self.f.write_str(line)?;
        }
        Ok(())
    }
}

/// Not showing what is nested too deeply.
///
/// The error in a group is shown by its own `Display`, which may be that of a group: on the way
/// from one to the other there may be any type, so that only the thread can count.
#[cfg(feature = "std")]
mod depth {
    use core::{cell::Cell, fmt};

    /// How many groups are shown inside each other.
    const SHOWN: u32 = 64;

    std::thread_local! {
        static SHOWING: Cell<u32> = const { Cell::new(0) };
    }

    /// Calls `show`, unless too many calls surround this one.
    pub(super) fn descend(
        f: &mut fmt::Formatter<'_>,
        show: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
    ) -> fmt::Result {
        let depth = SHOWING.get();
        if depth == SHOWN {
            return f.write_str("…");
        }
        SHOWING.set(depth + 1);
        let _shown = Shown(depth);
        show(f)
    }

    /// Sets the count back, also while unwinding from the `Display` of an error.
    struct Shown(u32);

    impl Drop for Shown {
        fn drop(&mut self) {
            SHOWING.set(self.0);
        }
    }
}

/// Without threads to count for, everything is shown.
#[cfg(not(feature = "std"))]
mod depth {
    use core::fmt;

    pub(super) fn descend(
        f: &mut fmt::Formatter<'_>,
        show: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
    ) -> fmt::Result {
        show(f)
    }
}
