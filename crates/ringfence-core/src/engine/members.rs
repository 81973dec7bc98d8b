//! What verbs take: tuples, arrays, vectors and iterators of futures, under one name.

use super::{
    crew::Here,
    keep::Judge,
    links::{Arity, End, Flat, Link, Links},
    list::List,
    source::{Exactly, FromArray, FromIter, FromVec, Many, Shape},
    store::Store,
    tuple::Tuple,
};
use alloc::vec::Vec;
use core::future::IntoFuture;

/// What a verb takes: the futures that become its children.
///
/// | members | outputs |
/// |---|---|
/// | a tuple of 0 to 12 futures of any types | a tuple |
/// | an array | an array |
/// | a `Vec` | a `Vec` |
/// | any [`Iterator`] | a `Vec` |
///
/// A member is anything that is [`IntoFuture`]. An iterator is asked for its next member only when
/// there is a place for it, so with a limit it may be endless.
///
/// `Kind` tells the four apart, and `Judge` the verbs. Both are always inferred, and never written.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, gather};
/// use std::{collections::BTreeSet, future::ready};
///
/// let tuple: (u8, &str) = block_on(gather((ready(1), async { "one" })));
/// let array: [u8; 2] = block_on(gather([ready(1), ready(2)]));
/// let vec: Vec<u8> = block_on(gather(vec![ready(1), ready(2)]));
/// let iterator: Vec<u8> = block_on(gather(BTreeSet::from([2, 1]).into_iter().map(ready)));
/// assert_eq!((tuple, array), ((1, "one"), [1, 2]));
/// assert_eq!((vec, iterator), (vec![1, 2], vec![1, 2]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a group of futures that this verb takes",
    label = "not a tuple (of at most 12), array, `Vec` or iterator of such futures",
    note = "collections other than these are members by `.into_iter()`",
    note = "a lone future is a member as `(future,)`",
    note = "`try_gather` and `race_ok` take futures of `Result`s"
)]
pub trait Members<Kind, Judge> {
    /// The children, with what they return.
    #[doc(hidden)]
    type Store: Store;

    #[doc(hidden)]
    fn into_store(self) -> Self::Store;
}

/// The kind of tuples.
#[derive(Debug)]
pub enum ByTuple {}

/// The kind of arrays.
#[derive(Debug)]
pub enum ByArray {}

/// The kind of vectors.
#[derive(Debug)]
pub enum ByVec {}

/// The kind of iterators.
#[derive(Debug)]
pub enum ByIterator {}

// Or else all that is no group is told to be no iterator.
#[diagnostic::do_not_recommend]
impl<I, F, J> Members<ByIterator, J> for I
where
    I: Iterator<Item: IntoFuture<IntoFuture = F>>,
    F: Future,
    J: Judge<F::Output>,
{
    type Store = List<Here<F, FromIter<I>>, Many, J, J::Kept>;

    fn into_store(self) -> Self::Store {
        List::new(Here::new(FromIter(self)))
    }
}

impl<M, F, J> Members<ByVec, J> for Vec<M>
where
    M: IntoFuture<IntoFuture = F>,
    F: Future,
    J: Judge<F::Output>,
{
    type Store = List<Here<F, FromVec<M>>, Many, J, J::Kept>;

    fn into_store(self) -> Self::Store {
        List::new(Here::new(FromVec::new(self.into_iter())))
    }
}

impl<M, F, J, const N: usize> Members<ByArray, J> for [M; N]
where
    M: IntoFuture<IntoFuture = F>,
    F: Future,
    J: Judge<F::Output>,
{
    type Store = List<Here<F, FromArray<M, N>>, Exactly<N>, J, J::Kept>;

    fn into_store(self) -> Self::Store {
        List::new(Here::new(FromArray::new(self.into_iter())))
    }
}

/// Nests a list: types or values of links, or pairs, which are types, values and patterns.
macro_rules! nest {
    (Link []) => { End };
    (Link [$first:ty, $($rest:ty,)*]) => {
        Link<<$first>::IntoFuture, <$first>::Output, nest!(Link [$($rest,)*])>
    };
    (link []) => { End };
    (link [$first:expr, $($rest:expr,)*]) => { Link::new($first, nest!(link [$($rest,)*])) };
    (pair []) => { () };
    (pair [$first:ident, $($rest:ident,)*]) => { ($first, nest!(pair [$($rest,)*])) };
}

/// Writes what differs between tuples. Of two:
///
/// ```text
/// impl<A: IntoFuture, B: IntoFuture, J> Members<ByTuple, J> for (A, B)
/// where
///     Link<A::IntoFuture, A::Output, Link<B::IntoFuture, B::Output, End>>: Links<J>,
/// {
///     type Store = Tuple<Link<A::IntoFuture, A::Output, Link<…>>, J>;
///     fn into_store(self) -> Self::Store {
///         let (a, b) = self;
///         Tuple::new(Link::new(a.into_future(), Link::new(b.into_future(), End)))
///     }
/// }
/// impl<A, B> Flat for (A, (B, ())) { type Flat = (A, B); … }
/// impl<A, B> Arity for (A, (B, ())) { type Array<U> = [U; 2]; … }
/// ```
macro_rules! tuples {
    ($($len:literal: $($M:ident)*;)*) => {$(
        #[allow(non_snake_case, reason = "a member is named for its type")]
        impl<$($M: IntoFuture,)* J> Members<ByTuple, J> for ($($M,)*)
        where
            nest!(Link [$($M,)*]): Links<J>,
        {
            type Store = Tuple<nest!(Link [$($M,)*]), J>;

            #[inline]
            fn into_store(self) -> Self::Store {
                let ($($M,)*) = self;
                Tuple::new(nest!(link [$($M.into_future(),)*]))
            }
        }

        #[allow(non_snake_case, clippy::unused_unit, reason = "a value is named for its type, and of none is `()`")]
        impl<$($M,)*> Flat for nest!(pair [$($M,)*]) {
            type Flat = ($($M,)*);

            #[inline]
            fn flat(self) -> Self::Flat {
                let nest!(pair [$($M,)*]) = self;
                ($($M,)*)
            }
        }

        impl<$($M,)*> Arity for nest!(pair [$($M,)*]) {
            type Array<U> = [U; $len];

            fn array<U>(each: Vec<U>) -> [U; $len] {
                <Exactly<$len> as Shape>::shape(each)
            }
        }
    )*};
}

tuples! {
    0: ;
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
    7: A B C D E F G;
    8: A B C D E F G H;
    9: A B C D E F G H I;
    10: A B C D E F G H I K;
    11: A B C D E F G H I K L;
    12: A B C D E F G H I K L M;
}
