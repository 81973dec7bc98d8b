//! Every flat verb over every container, under one signature.

use futures::StreamExt as _;
use ringfence_core::{
    DynJoinSet, JoinSet, Outcome, Waited, as_completed, gather, race, race_ok, settle, try_gather,
    until, wait,
};
use ringfence_test::{Counted, Probe};
use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
};

/// What a child returns: the number of its place, in a value whose drop is counted.
pub(crate) type Output = Result<Counted<usize>, Counted<usize>>;
pub(crate) type Child = Probe<Output>;
pub(crate) type Running = Pin<Box<dyn Future<Output = Report>>>;

/// What the caller of a verb was given of the children, in the order in which it was.
pub(crate) type Report = Vec<End>;

#[derive(Debug)]
pub(crate) enum End {
    Output(Output),
    Panicked,
    Cancelled,
}

/// Which verb; what it means is said by `model` and by the tests of panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Gather,
    TryGather,
    Settle,
    Race,
    RaceOk,
    AsCompleted,
    WaitAll,
    WaitFirst,
    WaitFailure,
    Set,
}

/// A verb over a container.
#[derive(Clone, Copy)]
pub(crate) struct Verb {
    pub(crate) name: Name,
    pub(crate) container: &'static str,
    pub(crate) run: fn(Vec<Child>) -> Running,
}

/// Runs a verb over as many children as there are, in an array or in a tuple.
macro_rules! by_arity {
    ($children:ident; |$c:ident| $run:expr; $kind:ident) => {
        match $children.len() {
            1 => by_arity!($children, $c, $run, $kind; a),
            2 => by_arity!($children, $c, $run, $kind; a b),
            3 => by_arity!($children, $c, $run, $kind; a b c),
            4 => by_arity!($children, $c, $run, $kind; a b c d),
            5 => by_arity!($children, $c, $run, $kind; a b c d e),
            6 => by_arity!($children, $c, $run, $kind; a b c d e f),
            7 => by_arity!($children, $c, $run, $kind; a b c d e f g),
            8 => by_arity!($children, $c, $run, $kind; a b c d e f g h),
            9 => by_arity!($children, $c, $run, $kind; a b c d e f g h i),
            10 => by_arity!($children, $c, $run, $kind; a b c d e f g h i j),
            11 => by_arity!($children, $c, $run, $kind; a b c d e f g h i j k),
            12 => by_arity!($children, $c, $run, $kind; a b c d e f g h i j k l),
            other => panic!("no test has {other} children in a tuple"),
        }
    };
    ($children:ident, $c:ident, $run:expr, tuple; $($each:ident)*) => {{
        let mut children = $children.into_iter();
        $(let $each = children.next().unwrap();)*
        let $c = ($($each,)*);
        Box::pin(async move { $run })
    }};
    ($children:ident, $c:ident, $run:expr, array; $($each:ident)*) => {{
        let mut children = $children.into_iter();
        let $c = [$({ let $each = children.next().unwrap(); $each },)*];
        Box::pin(async move { $run })
    }};
}
pub(crate) use by_arity;

pub(crate) const VERBS: &[Verb] = &[
    verb(Name::Gather, "Vec", |c| Box::pin(async { outputs(gather(c).await) })),
    verb(Name::Gather, "iterator", |c| {
        Box::pin(async { outputs(gather(c.into_iter()).limit(100).await) })
    }),
    verb(Name::TryGather, "Vec", |c| Box::pin(async { tried(try_gather(c).await) })),
    verb(Name::Settle, "Vec", |c| Box::pin(async { outcomes(settle(c).await) })),
    verb(Name::Race, "Vec", |c| Box::pin(async { outputs([race(c).await]) })),
    verb(Name::RaceOk, "Vec", |c| Box::pin(async { raced(race_ok(c).await) })),
    verb(Name::AsCompleted, "Vec", |c| {
        Box::pin(async {
            outputs(as_completed(c).map(|(_, output)| output).collect::<Vec<_>>().await)
        })
    }),
    verb(Name::WaitAll, "Vec", |c| Box::pin(async { done(wait(c, until::AllCompleted).await) })),
    verb(Name::WaitFirst, "Vec", |c| {
        Box::pin(async { done(wait(c, until::FirstCompleted).await) })
    }),
    verb(Name::WaitFailure, "Vec", |c| {
        Box::pin(async { done(wait(c, until::FirstFailure).await) })
    }),
    verb(Name::Set, "JoinSet", |c| {
        let set: JoinSet<_> = c.into_iter().collect();
        Box::pin(async { keyed(set.collect::<Vec<_>>().await) })
    }),
    verb(Name::Set, "DynJoinSet", |c| {
        let mut set = DynJoinSet::new();
        for child in c {
            set.insert(child);
        }
        Box::pin(async { keyed(set.collect::<Vec<_>>().await) })
    }),
    verb(Name::Gather, "array", |c| by_arity!(c; |c| outputs(gather(c).await); array)),
    verb(Name::TryGather, "array", |c| by_arity!(c; |c| tried(try_gather(c).await); array)),
    verb(Name::Settle, "array", |c| by_arity!(c; |c| outcomes(settle(c).await); array)),
    verb(Name::Race, "array", |c| by_arity!(c; |c| outputs([race(c).await]); array)),
    verb(Name::RaceOk, "array", |c| by_arity!(c; |c| raced(race_ok(c).await); array)),
    verb(Name::Gather, "tuple", |c| by_arity!(c; |c| outputs(gather(c).await.each()); tuple)),
    verb(
        Name::TryGather,
        "tuple",
        |c| by_arity!(c; |c| tried(try_gather(c).await.map(Each::each)); tuple),
    ),
    verb(Name::Settle, "tuple", |c| by_arity!(c; |c| outcomes(settle(c).await.each()); tuple)),
    verb(Name::Race, "tuple", |c| by_arity!(c; |c| outputs([race(c).await]); tuple)),
    verb(Name::RaceOk, "tuple", |c| by_arity!(c; |c| raced(race_ok(c).await); tuple)),
];

pub(crate) const fn verb(
    name: Name,
    container: &'static str,
    run: fn(Vec<Child>) -> Running,
) -> Verb {
    Verb { name, container, run }
}

/// The members of a tuple of one type.
pub(crate) trait Each<T> {
    fn each(self) -> Vec<T>;
}

macro_rules! each {
    ($member:ident is $T:ident) => { $T };
    ($($member:ident)*) => {
        impl<T> Each<T> for ($(each!($member is T),)*) {
            fn each(self) -> Vec<T> {
                let ($($member,)*) = self;
                vec![$($member),*]
            }
        }
    };
}

each!(a);
each!(a b);
each!(a b c);
each!(a b c d);
each!(a b c d e);
each!(a b c d e f);
each!(a b c d e f g);
each!(a b c d e f g h);
each!(a b c d e f g h i);
each!(a b c d e f g h i j);
each!(a b c d e f g h i j k);
each!(a b c d e f g h i j k l);

pub(crate) fn outputs(outputs: impl IntoIterator<Item = Output>) -> Report {
    outputs.into_iter().map(End::Output).collect()
}

pub(crate) fn tried(
    tried: Result<impl IntoIterator<Item = Counted<usize>>, Counted<usize>>,
) -> Report {
    match tried {
        Ok(values) => values.into_iter().map(|value| End::Output(Ok(value))).collect(),
        Err(error) => vec![End::Output(Err(error))],
    }
}

pub(crate) fn raced(
    raced: Result<Counted<usize>, impl IntoIterator<Item = Counted<usize>>>,
) -> Report {
    match raced {
        Ok(value) => vec![End::Output(Ok(value))],
        Err(errors) => errors.into_iter().map(|error| End::Output(Err(error))).collect(),
    }
}

pub(crate) fn outcomes(outcomes: impl IntoIterator<Item = Outcome<Output>>) -> Report {
    let end = |outcome| match outcome {
        Outcome::Completed(output) => End::Output(output),
        Outcome::Panicked(_) => End::Panicked,
        Outcome::Cancelled(_) => End::Cancelled,
    };
    outcomes.into_iter().map(end).collect()
}

pub(crate) fn done<F: Future<Output = Output>>(waited: Waited<F>) -> Report {
    let Waited { done, pending } = waited;
    drop(pending);
    keyed(done)
}

pub(crate) fn keyed<K>(keyed: impl IntoIterator<Item = (K, Outcome<Output>)>) -> Report {
    outcomes(keyed.into_iter().map(|(_, outcome)| outcome))
}

/// A report as a word: `v0 e1 p c`.
pub(crate) fn brief(report: &Report) -> String {
    let word = |end: &End| match end {
        End::Output(Ok(place)) => format!("v{}", **place),
        End::Output(Err(place)) => format!("e{}", **place),
        End::Panicked => "p".to_owned(),
        End::Cancelled => "c".to_owned(),
    };
    report.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Calls `act`, and returns its panic's message if it panics.
pub(crate) fn caught<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|payload| match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("panics here say why")).to_owned(),
    })
}
