//! What is returned by those who are there for their effects, and what a failure does.

use crate::engine::{
    keep::{Judge, Outputs, Results},
    policy::Verdict,
};

/// What somebody returns who is there for its effects: `()` or `Result<(), E>`.
#[diagnostic::on_unimplemented(message = "`{Self}` is neither `()` nor a `Result<(), _>`")]
pub trait Effect: sealed::Sealed {
    /// What all of them come to if none has failed.
    #[doc(hidden)]
    fn done() -> Self;

    /// Whether this one has failed, which ends it all.
    #[doc(hidden)]
    fn is_failure(&self) -> bool;
}

impl Effect for () {
    fn done() {}

    fn is_failure(&self) -> bool {
        false
    }
}

impl<E> Effect for Result<(), E> {
    fn done() -> Self {
        Ok(())
    }

    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

/// What of a child's output its consumer gets, which returns `U` itself.
pub trait Feed<O, U>: Judge<O> {
    /// What it gets.
    type Value;

    /// Returns what the consumer gets, or a failure, which is what it all comes to.
    #[doc(hidden)]
    fn feed(output: O) -> Result<Self::Value, U>;
}

impl<T, U> Feed<T, U> for Outputs {
    type Value = T;

    fn feed(output: T) -> Result<T, U> {
        Ok(output)
    }
}

impl<T, E> Feed<Result<T, E>, Result<(), E>> for Results {
    type Value = T;

    fn feed(output: Result<T, E>) -> Result<T, Result<(), E>> {
        output.map_err(Err)
    }
}

/// Whether a verdict ends it all.
pub(super) fn is_failure<J: Judge<O>, O>(output: &O) -> bool {
    J::judge(output) == Verdict::Failure
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
    impl<E> Sealed for Result<(), E> {}
}
