//! A panic as a value, and the crate's only `catch_unwind`.

use crate::sync::Lock;
use alloc::{boxed::Box, string::String};
use core::{any::Any, error::Error, fmt, mem};

/// A panic that was caught where a child ended.
///
/// It is a failure like any other until it is [resumed](Panic::resume). If it is dropped, so is
/// its payload; a payload that panics while it is dropped does no harm.
///
/// # Examples
///
/// ```
/// use ringfence_core::Panic;
///
/// let panic = Panic::new(Box::new("out of cheese"));
/// assert_eq!(panic.message(), Some("out of cheese"));
/// assert_eq!(panic.to_string(), "panicked: out of cheese");
///
/// let again = std::panic::catch_unwind(|| panic.resume()).unwrap_err();
/// assert_eq!(Panic::new(again).into_payload().downcast_ref(), Some(&"out of cheese"));
/// ```
//
// One pointer wide, so that an `Outcome` of something small is small: the box costs an
// allocation only where a panic has already cost several.
pub struct Panic(Box<Payload>);

/// What was thrown.
///
/// A payload need not be `Sync`, but an error that many programs carry (`Box<dyn Error + Send +
/// Sync>`) must be: so the two usual payloads are kept as what they are, and any other behind a
/// lock that is never taken.
enum Payload {
    /// From `panic!("a literal")`.
    Literal(&'static str),
    /// From `panic!("with {arguments}")`.
    Formatted(String),
    /// From `panic_any(…)`.
    Other(Lock<Box<dyn Any + Send>>),
}

/// What is thrown where a child is awaited that its runtime has lost.
const LOST: &str = "a remote child was cancelled: the runtime is gone";

/// Whether the panic hook is told of a panic.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hook {
    Told,
    Spared,
}

impl Panic {
    /// Makes a panic of what was thrown.
    pub fn new(payload: Box<dyn Any + Send>) -> Self {
        let payload = match payload.downcast::<&'static str>() {
            Ok(literal) => Payload::Literal(*literal),
            Err(payload) => match payload.downcast::<String>() {
                Ok(formatted) => Payload::Formatted(*formatted),
                Err(other) => Payload::Other(Lock::new(other)),
            },
        };
        Self(Box::new(payload))
    }

    /// Returns the message, unless something else than a string was thrown.
    pub fn message(&self) -> Option<&str> {
        match &*self.0 {
            Payload::Literal(literal) => Some(literal),
            Payload::Formatted(formatted) => Some(formatted),
            Payload::Other(_) => None,
        }
    }

    /// Goes on panicking, with the same payload.
    ///
    /// The panic hook is not called again. Without the feature `std` a new panic is started, with
    /// the same message.
    ///
    /// # Panics
    ///
    /// Always.
    pub fn resume(self) -> ! {
        #[cfg(feature = "std")]
        std::panic::resume_unwind(self.into_payload());
        #[cfg(not(feature = "std"))]
        panic!("{}", self.message().unwrap_or("a child panicked"));
    }

    /// Returns what was thrown.
    pub fn into_payload(mut self) -> Box<dyn Any + Send> {
        match self.take() {
            Payload::Literal(literal) => Box::new(literal),
            Payload::Formatted(formatted) => Box::new(formatted),
            Payload::Other(other) => other.into_inner(),
        }
    }

    /// Goes on where a child was awaited that its runtime has lost: there is no value.
    ///
    /// Whoever keeps the outcomes of children takes this for what it is, a cancellation, and then
    /// it is no panic. So the panic hook is `told` only where nobody does.
    #[cfg(feature = "std")]
    pub(crate) fn lost(told: Hook) -> ! {
        match told {
            Hook::Told => std::panic::panic_any(LOST),
            Hook::Spared => std::panic::resume_unwind(Box::new(LOST)),
        }
    }

    /// Makes what [`lost`](Panic::lost) throws, for where it is not thrown yet.
    #[cfg(feature = "std")]
    pub(crate) fn loss() -> Self {
        Self(Box::new(Payload::Literal(LOST)))
    }

    /// Whether it is how the loss of a child by its runtime has come here.
    pub(crate) fn is_loss(&self) -> bool {
        matches!(*self.0, Payload::Literal(LOST))
    }

    /// Goes on panicking, unless the thread panics already, which a second panic would abort.
    pub(crate) fn resume_unless_panicking(self) {
        #[cfg(feature = "std")]
        if std::thread::panicking() {
            return self.discard();
        }
        self.resume()
    }

    /// Drops the payload, and swallows what its destructor throws.
    pub(crate) fn discard(self) {
        drop(self);
    }

    fn take(&mut self) -> Payload {
        mem::replace(&mut self.0, Payload::Literal(""))
    }
}

impl Drop for Panic {
    fn drop(&mut self) {
        // Only an unusual payload has a destructor that may panic.
        if let Payload::Other(_) = *self.0 {
            let payload = self.take();
            #[cfg(feature = "std")]
            if let Err(thrown) =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(payload)))
            {
                // Leaked, since its destructor may throw again, and so on for ever.
                mem::forget(thrown);
            }
            #[cfg(not(feature = "std"))]
            drop(payload);
        }
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => f.debug_tuple("Panic").field(&message).finish(),
            None => f.debug_tuple("Panic").finish_non_exhaustive(),
        }
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => write!(f, "panicked: {message}"),
            None => f.write_str("panicked"),
        }
    }
}

impl Error for Panic {}

/// Calls `f`, and catches its panic where there is `std` and panics unwind.
///
/// Whatever `f` was in the middle of changing is seen by nobody: callers drop what panicked.
#[inline]
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Panic> {
    #[cfg(feature = "std")]
    return std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).map_err(Panic::new);
    #[cfg(not(feature = "std"))]
    return Ok(f());
}

/// Calls `f`, and drops its panic.
#[inline]
pub(crate) fn swallow(f: impl FnOnce()) {
    if let Err(panic) = catch(f) {
        panic.discard();
    }
}

/// Drops values one by one, also where destructors panic; returns the first panic.
///
/// A vector of them would end the process at the second panic.
pub(crate) fn drop_each<T>(mut values: impl Iterator<Item = T>) -> Option<Panic> {
    let mut first = None;
    while let Err(panic) = catch(|| values.by_ref().for_each(drop)) {
        keep_first(&mut first, Some(panic));
    }
    first
}

/// Keeps the first of several panics, which is the one that goes on.
#[inline]
pub(crate) fn keep_first(first: &mut Option<Panic>, next: Option<Panic>) {
    match next {
        None => {}
        Some(next) if first.is_none() => *first = Some(next),
        Some(next) => next.discard(),
    }
}

/// Ends the process.
///
/// Without `std` it panics while unwinding, which aborts, and says `why`.
#[cold]
pub(crate) fn abort(why: &str) -> ! {
    #[cfg(feature = "std")]
    {
        let _ = why;
        std::process::abort();
    }
    #[cfg(not(feature = "std"))]
    {
        struct Twice<'a>(&'a str);
        impl Drop for Twice<'_> {
            fn drop(&mut self) {
                panic!("{}", self.0);
            }
        }
        let _twice = Twice(why);
        panic!("{why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_message_is_a_literal_or_formatted_or_none() {
        let literal = Panic::new(Box::new("a"));
        let formatted = Panic::new(Box::new("b".to_string()));
        let other = Panic::new(Box::new(3_u8));
        let messages = [&literal, &formatted, &other].map(Panic::message);
        assert_eq!(messages, [Some("a"), Some("b"), None]);
        assert_eq!(other.to_string(), "panicked");
    }

    #[test]
    fn a_payload_comes_out_as_what_it_went_in_as() {
        assert_eq!(*Panic::new(Box::new("a")).into_payload().downcast::<&str>().unwrap(), "a");
        let formatted = Panic::new(Box::new("b".to_string())).into_payload();
        assert_eq!(*formatted.downcast::<String>().unwrap(), "b");
        assert_eq!(*Panic::new(Box::new(3_u8)).into_payload().downcast::<u8>().unwrap(), 3);
    }

    #[test]
    fn a_panic_is_one_pointer_wide() {
        assert_eq!(size_of::<Option<Panic>>(), size_of::<usize>());
    }

    #[test]
    fn what_does_not_panic_is_what_it_returns() {
        assert_eq!(catch(|| 1).ok(), Some(1));
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_panic_that_is_resumed_is_caught_again_as_it_was() {
        let panic = catch(|| -> () { panic!("{}", "boom") }).unwrap_err();
        let panic = catch(|| -> () { panic.resume() }).unwrap_err();
        assert_eq!(panic.message(), Some("boom"));
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_payload_that_panics_while_it_is_dropped_does_no_harm() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                std::panic::panic_any(Bomb);
            }
        }
        let panic = catch(|| -> () { std::panic::panic_any(Bomb) }).unwrap_err();
        assert!(catch(|| panic.discard()).is_ok());
    }
}
