//! Children of one type, as many as come.

use super::{
    crew::Crew,
    keep::{All, Judge, Keep, Outputs, Results},
    limit::Limit,
    policy::{Panics, Verdict},
    source::Shape,
    store::{InOrder, Missing, Store, TryInOrder, Uniform, kept},
};
use crate::outcome::{Outcome, Panic, Unseen};
use alloc::vec::Vec;
use core::{
    fmt,
    marker::PhantomData,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll},
};

/// Children of one type, with what they have returned.
///
/// `C` says how they come in and where they run, `Sh` in which shape their outputs are returned.
//
// `K` is `J`'s `Kept`, and a parameter for the reason for which a `Link` names its output.
pub struct List<C, Sh, J, K> {
    crew: C,
    outputs: K,
    kind: PhantomData<fn() -> (Sh, J)>,
}

impl<C: Crew, Sh, J: Judge<C::Output, Kept = K>, K: Keep<C::Output>> List<C, Sh, J, K> {
    pub(super) fn new(crew: C) -> Self {
        Self { crew, outputs: K::new(), kind: PhantomData }
    }
}

impl<C, Sh, J, K> List<C, Sh, J, K> {
    /// Puts another crew in the place of this one, which has not begun.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn rebuild<D>(self, crew: impl FnOnce(C) -> D) -> List<D, Sh, J, K> {
        List { crew: crew(self.crew), outputs: self.outputs, kind: PhantomData }
    }
}

/// A crew pins its children itself.
impl<C, Sh, J, K> Unpin for List<C, Sh, J, K> {}

impl<C, Sh, J, K> Store for List<C, Sh, J, K>
where
    C: Crew,
    J: Judge<C::Output, Kept = K>,
    K: Keep<C::Output>,
{
    #[inline]
    fn turn<B>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        _: Panics,
        mut ended: impl FnMut(usize, Result<Verdict, Panic>) -> ControlFlow<B>,
    ) -> Poll<Option<B>> {
        let Self { crew, outputs, .. } = &mut *self;
        crew.turn(cx, outputs, |outputs, index, end| {
            let end = end.map(|output| {
                let verdict = J::judge(&output);
                outputs.put(index, output);
                verdict
            });
            ended(index, end)
        })
    }

    fn cancel(mut self: Pin<&mut Self>) -> Option<Panic> {
        self.crew.cancel()
    }

    fn vacate(mut self: Pin<&mut Self>) {
        self.crew.limits().give_up();
    }

    fn turns(self: Pin<&mut Self>) -> usize {
        self.crew.turns()
    }

    fn unfinished(self: Pin<&mut Self>) -> Vec<usize> {
        self.crew.unfinished()
    }

    fn to_come(self: Pin<&mut Self>) -> Option<usize> {
        self.crew.to_come()
    }

    fn begun(self: Pin<&mut Self>) -> usize {
        self.crew.admitted()
    }

    fn widen(mut self: Pin<&mut Self>) {
        self.crew.limits().widen();
    }

    fn limit(&mut self, limit: Limit) {
        self.crew.limits().add(limit);
    }
}

impl<C, Sh, T> InOrder for List<C, Sh, Outputs, All<T>>
where
    C: Crew<Output = T>,
    Sh: Shape,
{
    type Values = Sh::Of<T>;
    type Outcomes = Sh::Of<Outcome<T>>;

    fn values(self: Pin<&mut Self>) -> Self::Values {
        self.each(|output| output)
    }

    fn outcomes(mut self: Pin<&mut Self>, mut missing: impl Missing) -> Self::Outcomes {
        let refused = self.crew.refused();
        self.outputs.reserve(refused);
        let ends = self.outputs.take_all().into_iter().enumerate();
        Sh::shape(
            ends.map(|(index, output)| match output {
                Some(output) => Outcome::Completed(output),
                None => missing.outcome(index),
            })
            .collect(),
        )
    }
}

impl<C, Sh, T, E> TryInOrder for List<C, Sh, Results, All<Result<T, E>>>
where
    C: Crew<Output = Result<T, E>>,
    Sh: Shape,
{
    type Error = E;
    type Values = Sh::Of<T>;

    fn values(self: Pin<&mut Self>) -> Self::Values {
        self.each(|result| match result {
            Ok(value) => value,
            Err(_) => unreachable!("the first error has decided"),
        })
    }

    fn error(self: Pin<&mut Self>, index: usize) -> E {
        match self.output(index) {
            Err(error) => error,
            Ok(_) => unreachable!("the child failed"),
        }
    }
}

impl<C, Sh, J, K> Uniform for List<C, Sh, J, K>
where
    C: Crew,
    Sh: Shape,
    J: Judge<C::Output, Kept = K>,
    K: Keep<C::Output>,
{
    type Output = C::Output;
    type Each<U> = Sh::Of<U>;

    fn output(mut self: Pin<&mut Self>, index: usize) -> C::Output {
        let output = Unseen::new(kept(self.outputs.take(index)));
        // Here, and not with the verb: whoever has the output has no need of the others.
        if let Some(panic) = self.outputs.clear() {
            panic.resume();
        }
        output.show()
    }

    fn each<U>(mut self: Pin<&mut Self>, mut f: impl FnMut(C::Output) -> U) -> Sh::Of<U> {
        let outputs = self.outputs.take_all();
        Sh::shape(outputs.into_iter().map(|output| f(kept(output))).collect())
    }

    fn by_place<U>(self: Pin<&mut Self>, f: impl FnMut(usize) -> U) -> Sh::Of<U> {
        Sh::shape((0..self.crew.admitted() + self.crew.refused()).map(f).collect())
    }
}

impl<C: fmt::Debug, Sh, J, K> fmt::Debug for List<C, Sh, J, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("crew", &self.crew).finish_non_exhaustive()
    }
}
