//! Taking errors of one type out of a group: Python's `except*`.

use super::{
    ErrorGroup, Failure,
    nest::{self, Local, Sent, Shared},
    sort::{Sorted, sort},
};
use crate::outcome::Cause;
use alloc::vec::Vec;
use core::{error::Error, fmt};

impl<E: fmt::Debug + fmt::Display + 'static> ErrorGroup<E> {
    /// Hands every error of the type `X` to `handle`, and returns the rest.
    ///
    /// An error is an `X` if it is one as it stands, or if it is a box of one: `Box<dyn Error>`,
    /// with or without `Send` and `Sync`. Handlers in sequence are a chain of [`Option::and_then`]:
    /// each error goes to the first that takes it.
    ///
    /// Groups in boxes are searched too, as deep as they go: groups of boxes and groups of `X`,
    /// bare or in a [`ScopeError`](crate::ScopeError). What remains of them keeps its place and
    /// its shape; a group of which nothing remains is gone. Panics remain. Failures that were not
    /// kept are counted in what remains, if anything does.
    ///
    /// Errors of a type-erased type of another crate are caught by
    /// [`catch_with`](Self::catch_with).
    ///
    /// # Semantics
    ///
    /// As Python's `except* X`, but the handler sees the errors one by one, not in a group.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::ErrorGroup;
    /// use std::{error::Error, io, num::ParseIntError};
    ///
    /// type BoxError = Box<dyn Error + Send + Sync>;
    ///
    /// let parse: BoxError = "x".parse::<u8>().unwrap_err().into();
    /// let other: BoxError = "plain".into();
    /// let group = ErrorGroup::from_errors([parse, other]).unwrap();
    ///
    /// let mut caught = Vec::new();
    /// let rest = group
    ///     .catch::<io::Error>(|error| unreachable!("{error}"))
    ///     .and_then(|group| group.catch::<ParseIntError>(|error| caught.push(error)));
    ///
    /// assert_eq!(caught.len(), 1);
    /// assert_eq!(rest.unwrap().to_string(), "child 1: plain");
    /// ```
    #[must_use = "the rest has not been dealt with"]
    pub fn catch<X: Error + 'static>(self, mut handle: impl FnMut(X)) -> Option<Self> {
        take(self, &mut |failure: Failure<X>| {
            if let Cause::Error(error) = failure.cause {
                handle(error);
            }
        })
    }

    /// Hands every error of the type `X` to `handle`, which may return another error.
    ///
    /// As [`catch`](Self::catch). The errors that the handler returns are the last of the group
    /// that is returned, each under the name of the child whose error was caught.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::ErrorGroup;
    /// use std::num::ParseIntError;
    ///
    /// type BoxError = Box<dyn std::error::Error + Send + Sync>;
    ///
    /// let group = ErrorGroup::from_errors([BoxError::from("x".parse::<u8>().unwrap_err())]).unwrap();
    /// let rest = group.try_catch::<ParseIntError>(|_| Err("not a number".into()));
    /// assert_eq!(rest.unwrap().to_string(), "child 0: not a number");
    /// ```
    #[must_use = "the rest has not been dealt with"]
    pub fn try_catch<X: Error + 'static>(
        self,
        mut handle: impl FnMut(X) -> Result<(), E>,
    ) -> Option<Self> {
        let mut raised = Vec::new();
        let mut rest = take(self, &mut |failure: Failure<X>| {
            let Failure { child, name, location, cause: Cause::Error(error) } = failure else {
                return;
            };
            if let Err(error) = handle(error) {
                raised.push(Failure { child, name, location, cause: Cause::Error(error) });
            }
        });
        for failure in raised {
            match &mut rest {
                Some(group) => group.push(failure),
                None => rest = Some(Self::new(failure)),
            }
        }
        rest
    }
}

impl<E: 'static> ErrorGroup<E> {
    /// Hands every error that `extract` accepts to `handle`, and returns the rest.
    ///
    /// For type-erased errors of other crates: their own `downcast` is the `extract`. With
    /// `anyhow` it reads `group.catch_with(|error| error.downcast::<io::Error>(), |error| …)`.
    /// Groups in boxes are searched as by [`catch`](Self::catch), if they are groups of `E`.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::ErrorGroup;
    ///
    /// let group = ErrorGroup::from_errors(["busy", "broken"]).unwrap();
    /// let busy = |error| if error == "busy" { Ok(()) } else { Err(error) };
    /// let rest = group.catch_with(busy, |()| ());
    /// assert_eq!(rest.unwrap().to_string(), "child 1: broken");
    /// ```
    #[must_use = "the rest has not been dealt with"]
    pub fn catch_with<X>(
        self,
        mut extract: impl FnMut(E) -> Result<X, E>,
        mut handle: impl FnMut(X),
    ) -> Option<Self> {
        let sorted = sort(self, &mut |failure| {
            let Failure { child, name, location, cause } = failure;
            let cause = match cause {
                Cause::Error(error) => match extract(error) {
                    Ok(found) => {
                        handle(found);
                        return Sorted::Gone;
                    }
                    Err(error) => Cause::Error(error),
                },
                panic @ Cause::Panic(_) => panic,
            };
            Sorted::No(Failure { child, name, location, cause })
        });
        sorted.1
    }
}

/// Takes every `X` out of `group`.
///
/// Recursion is bounded: a group of `E` inside a group of `E` is no call of its own, and a group of
/// another kind inside it cannot hold a group of `E` again. (A `Box<dyn Error + Send + Sync>` holds
/// no group of `Box<dyn Error>`, since that cannot be sent.)
fn take<E, X>(group: ErrorGroup<E>, found: &mut dyn FnMut(Failure<X>)) -> Option<ErrorGroup<E>>
where
    E: fmt::Debug + fmt::Display + 'static,
    X: Error + 'static,
{
    let sorted = sort(group, &mut |failure| {
        let Failure { child, name, location, cause } = failure;
        let cause = match cause {
            Cause::Error(error) => match nest::downcast::<E, X>(error) {
                Ok(error) => {
                    found(Failure { child, name, location, cause: Cause::Error(error) });
                    return Sorted::Gone;
                }
                Err(mut error) => {
                    if search(&mut error, found) == Left::Nothing {
                        return Sorted::Gone;
                    }
                    Cause::Error(error)
                }
            },
            panic @ Cause::Panic(_) => panic,
        };
        Sorted::No(Failure { child, name, location, cause })
    });
    sorted.1
}

/// What is left of an error that was searched.
#[derive(PartialEq)]
enum Left {
    Something,
    Nothing,
}

/// Takes every `X` out of a group of another kind than `E` that `error` may be.
fn search<E, X>(error: &mut E, found: &mut dyn FnMut(Failure<X>)) -> Left
where
    E: fmt::Debug + fmt::Display + 'static,
    X: Error + 'static,
{
    if search_as::<E, X, X>(error, found) == Left::Nothing {
        return Left::Nothing;
    }
    if search_as::<E, Shared, X>(error, found) == Left::Nothing {
        return Left::Nothing;
    }
    if search_as::<E, Sent, X>(error, found) == Left::Nothing {
        return Left::Nothing;
    }
    search_as::<E, Local, X>(error, found)
}

/// Takes every `X` out of the group of `Y`s that `error` may be.
fn search_as<E, Y, X>(error: &mut E, found: &mut dyn FnMut(Failure<X>)) -> Left
where
    E: 'static,
    Y: fmt::Debug + fmt::Display + 'static,
    X: Error + 'static,
{
    if nest::is_same::<E, Y>() {
        return Left::Something;
    }
    let Some(place) = nest::group_mut::<E, Y>(error) else { return Left::Something };
    // The place is left without failures; if nothing remains, it is dropped by the caller.
    match take(place.take(), found) {
        Some(rest) => {
            *place = rest;
            Left::Something
        }
        None => Left::Nothing,
    }
}
