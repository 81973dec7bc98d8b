//! Children of different types, linked so that each is reached by its number.
//!
//! `(a, b, c)` becomes `Link(a, Link(b, Link(c, End)))`: one implementation for any number, and the
//! compiler makes a comparison per link of it.
//!
//! A link names the type of its child's output, rather than to speak of `F::Output`: a future that
//! holds the verb across an await would not be seen to be `Send` where `F` is itself a verb over
//! closures that borrow.

use super::{
    keep::Judge,
    policy::Verdict,
    store::{Missing, kept},
};
use crate::outcome::Outcome;
use alloc::vec::Vec;
#[cfg(feature = "std")]
use core::mem;
use core::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;

pin_project! {
    /// A child, and those behind it.
    pub struct Link<F, T, R> {
        #[pin]
        child: Child<F, T>,
        #[pin]
        rest: R,
    }
}

pin_project! {
    /// A child, then its output.
    #[project = ChildProjection]
    #[project_replace = ChildTaken]
    enum Child<F, T> {
        Running { #[pin] future: F },
        Ended { output: T },
        Gone,
    }
}

/// Behind the last child.
#[derive(Debug)]
pub struct End;

impl<F, T, R> Link<F, T, R> {
    pub(crate) fn new(future: F, rest: R) -> Self {
        Self { child: Child::Running { future }, rest }
    }

    /// Takes away the child, which has not ended, and returns those behind it as well.
    #[cfg(feature = "std")]
    pub(crate) fn split(&mut self) -> (F, &mut R) {
        let Child::Running { future } = mem::replace(&mut self.child, Child::Gone) else {
            unreachable!("a child that has not ended is there")
        };
        (future, &mut self.rest)
    }
}

impl<F, T> Child<F, T> {
    /// Takes the output, if there is one; a future that still runs is dropped.
    fn take(self: Pin<&mut Self>) -> Option<T> {
        match self.project_replace(Child::Gone) {
            ChildTaken::Ended { output } => Some(output),
            ChildTaken::Running { .. } | ChildTaken::Gone => None,
        }
    }
}

/// Children by number.
pub trait Links<J> {
    /// How many there are.
    const LEN: usize;

    /// Polls a child; once it has ended, its output is kept in its place.
    fn poll(self: Pin<&mut Self>, place: u32, cx: &mut Context<'_>) -> Poll<Verdict>;

    /// Drops what is in a child's place.
    fn discard(self: Pin<&mut Self>, place: u32);
}

impl<J> Links<J> for End {
    const LEN: usize = 0;

    fn poll(self: Pin<&mut Self>, _: u32, _: &mut Context<'_>) -> Poll<Verdict> {
        unreachable!("there is no such place")
    }

    fn discard(self: Pin<&mut Self>, _: u32) {}
}

impl<F: Future<Output = T>, T, R: Links<J>, J: Judge<T>> Links<J> for Link<F, T, R> {
    const LEN: usize = 1 + R::LEN;

    #[inline]
    fn poll(self: Pin<&mut Self>, place: u32, cx: &mut Context<'_>) -> Poll<Verdict> {
        let mut this = self.project();
        if place > 0 {
            return this.rest.poll(place - 1, cx);
        }
        let ChildProjection::Running { future } = this.child.as_mut().project() else {
            return Poll::Pending;
        };
        let Poll::Ready(output) = future.poll(cx) else { return Poll::Pending };
        let verdict = J::judge(&output);
        this.child.set(Child::Ended { output });
        Poll::Ready(verdict)
    }

    fn discard(self: Pin<&mut Self>, place: u32) {
        let mut this = self.project();
        match place {
            0 => this.child.set(Child::Gone),
            _ => this.rest.discard(place - 1),
        }
    }
}

/// The outputs of linked children, linked in the same way.
pub trait Outputs {
    /// The outputs.
    type Values;
    /// How the children ended.
    type Outcomes;

    /// Takes the outputs.
    fn values(self: Pin<&mut Self>) -> Self::Values;

    /// Takes the outputs; the first child is the one at `index`.
    fn outcomes(self: Pin<&mut Self>, index: usize, missing: &mut impl Missing) -> Self::Outcomes;
}

impl Outputs for End {
    type Values = ();
    type Outcomes = ();

    fn values(self: Pin<&mut Self>) {}

    fn outcomes(self: Pin<&mut Self>, _: usize, _: &mut impl Missing) {}
}

impl<F, T, R: Outputs> Outputs for Link<F, T, R> {
    type Values = (T, R::Values);
    type Outcomes = (Outcome<T>, R::Outcomes);

    #[inline]
    fn values(self: Pin<&mut Self>) -> Self::Values {
        let this = self.project();
        (kept(this.child.take()), this.rest.values())
    }

    fn outcomes(self: Pin<&mut Self>, index: usize, missing: &mut impl Missing) -> Self::Outcomes {
        let this = self.project();
        let outcome = match this.child.take() {
            Some(output) => Outcome::Completed(output),
            None => missing.outcome(index),
        };
        (outcome, this.rest.outcomes(index + 1, missing))
    }
}

/// What the first child returns, which decides for all.
#[diagnostic::on_unimplemented(
    message = "a race of no futures, which none can win",
    label = "there are no futures in this"
)]
pub trait First {
    /// The type of its output.
    type Output;
}

impl<F, T, R> First for Link<F, T, R> {
    type Output = T;
}

/// With which error children may fail.
pub trait FirstError {
    /// The type of the first child's error.
    type Error;
}

impl FirstError for End {
    type Error = Infallible;
}

impl<F, T, E, R> FirstError for Link<F, Result<T, E>, R> {
    type Error = E;
}

/// The outputs of linked children that return `Result`s with one type of error.
#[diagnostic::on_unimplemented(
    message = "this verb takes futures that fail with one type of error, and these differ",
    label = "not all of them return a `Result<_, {E}>`",
    note = "an error of another type is converted by `?` or `map_err`"
)]
pub trait TryOutputs<E> {
    /// The values.
    type Values;

    /// Takes the values.
    fn values(self: Pin<&mut Self>) -> Self::Values;

    /// Takes the error of a child.
    fn error(self: Pin<&mut Self>, place: usize) -> E;
}

impl<E> TryOutputs<E> for End {
    type Values = ();

    fn values(self: Pin<&mut Self>) {}

    fn error(self: Pin<&mut Self>, _: usize) -> E {
        unreachable!("there is no such place")
    }
}

impl<F, T, E, R: TryOutputs<E>> TryOutputs<E> for Link<F, Result<T, E>, R> {
    type Values = (T, R::Values);

    #[inline]
    fn values(self: Pin<&mut Self>) -> Self::Values {
        let this = self.project();
        match kept(this.child.take()) {
            Ok(value) => (value, this.rest.values()),
            Err(_) => unreachable!("the first error has decided"),
        }
    }

    fn error(self: Pin<&mut Self>, place: usize) -> E {
        let this = self.project();
        if place > 0 {
            return this.rest.error(place - 1);
        }
        match kept(this.child.take()) {
            Err(error) => error,
            Ok(_) => unreachable!("the child failed"),
        }
    }
}

/// The outputs of linked children, all of type `T`.
#[diagnostic::on_unimplemented(
    message = "this verb takes futures with one type of output, and these differ",
    label = "not all of them return `{T}`"
)]
pub trait SameOutputs<T> {
    /// Takes the output of a child.
    fn output(self: Pin<&mut Self>, place: usize) -> T;

    /// Takes all outputs, in order.
    fn outputs(self: Pin<&mut Self>, each: &mut Vec<T>);
}

impl<T> SameOutputs<T> for End {
    fn output(self: Pin<&mut Self>, _: usize) -> T {
        unreachable!("there is no such place")
    }

    fn outputs(self: Pin<&mut Self>, _: &mut Vec<T>) {}
}

impl<F, T, R: SameOutputs<T>> SameOutputs<T> for Link<F, T, R> {
    fn output(self: Pin<&mut Self>, place: usize) -> T {
        let this = self.project();
        match place {
            0 => kept(this.child.take()),
            _ => this.rest.output(place - 1),
        }
    }

    fn outputs(self: Pin<&mut Self>, each: &mut Vec<T>) {
        let this = self.project();
        each.push(kept(this.child.take()));
        this.rest.outputs(each);
    }
}

/// What is linked, as a tuple.
pub trait Flat {
    /// The tuple.
    type Flat;

    /// Takes the links away.
    fn flat(self) -> Self::Flat;
}

/// As many values as are linked, as an array.
pub trait Arity {
    /// The array.
    type Array<U>;

    /// Makes the array of as many values as are linked.
    fn array<U>(each: Vec<U>) -> Self::Array<U>;
}
