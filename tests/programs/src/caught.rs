//! Panics that are part of a program.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

/// What every panic of a program carries.
pub(crate) const PLANNED: &str = "planned";

/// Panics as planned, without a word: no hook is called.
///
/// Does nothing while a check that failed is on its way out, so that its message gets there.
pub(crate) fn panic_as_planned() {
    if !thread::panicking() {
        resume_unwind(Box::new(PLANNED));
    }
}

/// How a call went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Called<T> {
    Returned(T),
    PanickedAsPlanned,
}

/// Calls `f`, and catches a panic that is part of the program. Others go through.
pub(crate) fn caught<T>(f: impl FnOnce() -> T) -> Called<T> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(value) => Called::Returned(value),
        Err(payload) if is_planned(&*payload) => Called::PanickedAsPlanned,
        Err(payload) => resume_unwind(payload),
    }
}

fn is_planned(payload: &(dyn Any + Send)) -> bool {
    payload.downcast_ref::<&str>() == Some(&PLANNED)
}
