//! Programs on a `JoinSet`.

mod model;
mod run;
mod stage;

use crate::tape::Tape;
use run::Run;

/// What a program does next.
#[derive(Clone, Copy, Debug)]
enum Op {
    Insert,
    /// Takes in more than share a word of readiness.
    InsertMany,
    /// Tells a child what to do in its next poll, and wakes it.
    Direct,
    /// As `Direct`, without waking it.
    DirectSilently,
    /// Tells a child what to do when it is dropped.
    Will,
    Wake,
    Poll,
    TryNext,
    /// Polls the future of `wait`, and gives it up.
    Wait,
    Remove,
    Contains,
    Clear,
    Keep,
    WakeKept,
    DropKept,
    ForgetKept,
    Echo,
    Move,
    /// Ends the set, and begins another, with some children already.
    Renew,
    Forget,
}

/// How likely an operation is.
const OPS: &[Op] = &[
    Op::Insert,
    Op::Insert,
    Op::Insert,
    Op::Insert,
    Op::Insert,
    Op::Direct,
    Op::Direct,
    Op::Direct,
    Op::Direct,
    Op::DirectSilently,
    Op::Will,
    Op::Wake,
    Op::Wake,
    Op::Wake,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::TryNext,
    Op::TryNext,
    Op::Wait,
    Op::Remove,
    Op::Remove,
    Op::Contains,
    Op::Clear,
    Op::Keep,
    Op::Keep,
    Op::WakeKept,
    Op::WakeKept,
    Op::DropKept,
    Op::ForgetKept,
    Op::Echo,
    Op::Move,
    Op::InsertMany,
    Op::Renew,
    Op::Forget,
];

/// Runs a program on a `JoinSet`.
///
/// # Panics
///
/// If the set does what it must not.
pub fn join_set(program: &[u8]) {
    let mut tape = Tape::new(program);
    let mut run = Run::new();
    let driven = tape.below(2) == 1;
    while let Some(op) = tape.op(OPS) {
        run.step(op, &mut tape);
    }
    if driven {
        run.drive();
    }
    run.end();
}
