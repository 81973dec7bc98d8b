//! What a verb needs of the place where its children live.

use super::{
    limit::Limit,
    policy::{Panics, Verdict},
};
use crate::outcome::{Outcome, Panic};
use alloc::vec::Vec;
use core::{
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll},
};

/// The children of a verb, by their places in the order given, and what they have returned.
pub trait Store {
    /// Polls the children that were woken, until `ended` breaks or no child is left.
    ///
    /// `ended` is called once for each child that ends, after its output has been kept. It need not
    /// be told of a panic that is resumed anyway: then the store cancels the others, and lets the
    /// panic through.
    fn turn<B>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        panics: Panics,
        ended: impl FnMut(usize, Result<Verdict, Panic>) -> ControlFlow<B>,
    ) -> Poll<Option<B>>;

    /// Drops all children that have not ended; returns the first panic of their destructors.
    ///
    /// What the others have returned is kept.
    fn cancel(self: Pin<&mut Self>) -> Option<Panic>;

    /// Gives up all places of a limiter: those who were cancelled have gone.
    fn vacate(self: Pin<&mut Self>);

    /// How many turns it takes to poll every child that was woken.
    fn turns(self: Pin<&mut Self>) -> usize;

    /// The places of the children that have not ended, so far as they are known.
    fn unfinished(self: Pin<&mut Self>) -> Vec<usize>;

    /// How many children have not ended, begun or not; none if it is not known.
    fn to_come(self: Pin<&mut Self>) -> Option<usize>;

    /// How many children have begun.
    fn begun(self: Pin<&mut Self>) -> usize;

    /// Lets one child more run at a time. There is a limit.
    fn widen(self: Pin<&mut Self>);

    /// Lets no more than `limit` children run at a time.
    fn limit(&mut self, limit: Limit);
}

/// Children whose outputs come in the order and the shape in which the children were given.
pub trait InOrder: Store {
    /// The outputs.
    type Values;
    /// How the children ended.
    type Outcomes;

    /// Takes the outputs. All children have ended, and none has panicked.
    fn values(self: Pin<&mut Self>) -> Self::Values;

    /// Takes the outputs; `missing` tells how a child without one has ended.
    fn outcomes(self: Pin<&mut Self>, missing: impl Missing) -> Self::Outcomes;
}

/// Tells how a child without an output has ended, for outputs of any type.
pub trait Missing {
    /// The outcome of the child at `index`.
    fn outcome<T>(&mut self, index: usize) -> Outcome<T>;
}

/// Children that return `Result`s with one type of error.
pub trait TryInOrder: Store {
    /// The type of every child's error.
    type Error;
    /// The values, in the order and the shape in which the children were given.
    type Values;

    /// Takes the values. All children have ended, and all with `Ok`.
    fn values(self: Pin<&mut Self>) -> Self::Values;

    /// Takes the error of the child at `index`.
    fn error(self: Pin<&mut Self>, index: usize) -> Self::Error;
}

/// Children whose outputs are of one type.
pub trait Uniform: Store {
    /// The type of every child's output.
    type Output;
    /// As many `U`s as there are children, in the shape in which the children were given.
    type Each<U>;

    /// Takes the output of the child at `index`, which has ended.
    fn output(self: Pin<&mut Self>, index: usize) -> Self::Output;

    /// Takes all outputs through `f`. All children have ended, and none has panicked.
    fn each<U>(self: Pin<&mut Self>, f: impl FnMut(Self::Output) -> U) -> Self::Each<U>;

    /// Makes a value for each child, by its place, those included that never began, as far as they
    /// are known. No child runs any more.
    fn by_place<U>(self: Pin<&mut Self>, f: impl FnMut(usize) -> U) -> Self::Each<U>;
}

/// What was returned, and has ended with it.
///
/// # Panics
///
/// If the output is missing: the engine asks for what it has kept only.
#[inline]
pub(super) fn kept<T>(output: Option<T>) -> T {
    output.expect("the output of a child that has ended is kept until it is taken once")
}
