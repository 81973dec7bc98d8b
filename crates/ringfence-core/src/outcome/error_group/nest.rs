//! Groups inside groups: how they are found behind a box, opened, and closed again.
//!
//! An error type can hold groups of itself without end only if it is type-erased (or recursive).
//! For the three boxed errors of the standard library, a group of such boxes inside such a box is
//! recognised. This asks for the type at run time, since no bound says "`E` is a `Box<dyn Error>`,
//! or not" without shutting out one of the two.

use super::ErrorGroup;
use crate::outcome::{Cause, ChildId, Failure, Name, ScopeError};
use alloc::boxed::Box;
use core::{
    any::{Any, TypeId},
    error::Error,
    fmt,
    panic::Location,
};

/// An error of any type that can be sent and shared.
pub(super) type Shared = Box<dyn Error + Send + Sync>;
/// An error of any type that can be sent.
pub(super) type Sent = Box<dyn Error + Send>;
/// An error of any type.
pub(super) type Local = Box<dyn Error>;

/// How a group stands inside a box.
#[derive(Clone, Copy)]
enum Shape {
    Group,
    Scope,
}

/// A failure without its cause, which was a group.
pub(super) struct Node<E> {
    child: ChildId,
    name: Option<Name>,
    location: Option<&'static Location<'static>>,
    shape: Shape,
    close: fn(Shape, ErrorGroup<E>) -> E,
}

impl<E> Node<E> {
    /// Makes a failure of `group`, in the same place and shape as the one that was opened.
    pub(super) fn close(&self, group: ErrorGroup<E>) -> Failure<E> {
        Failure {
            child: self.child,
            name: self.name.clone(),
            location: self.location,
            cause: Cause::Error((self.close)(self.shape, group)),
        }
    }
}

/// Takes the group out of a failure that consists of one, of the same kind.
pub(super) fn open<E: 'static>(
    failure: Failure<E>,
) -> Result<(Node<E>, ErrorGroup<E>), Failure<E>> {
    if failure.error().and_then(peek).is_none() {
        return Err(failure);
    }
    let Failure { child, name, location, cause } = failure;
    let error = match cause {
        Cause::Error(error) => error,
        Cause::Panic(_) => return Err(Failure { child, name, location, cause }),
    };
    let error = match open_as::<E, Shared>(error) {
        Ok((shape, group)) => {
            let close = close_as::<E, Shared>;
            return Ok((Node { child, name, location, shape, close }, group));
        }
        Err(error) => error,
    };
    let error = match open_as::<E, Sent>(error) {
        Ok((shape, group)) => {
            let close = close_as::<E, Sent>;
            return Ok((Node { child, name, location, shape, close }, group));
        }
        Err(error) => error,
    };
    match open_as::<E, Local>(error) {
        Ok((shape, group)) => {
            let close = close_as::<E, Local>;
            Ok((Node { child, name, location, shape, close }, group))
        }
        Err(error) => Err(Failure { child, name, location, cause: Cause::Error(error) }),
    }
}

/// Returns the group that an error consists of, if it is a group of the same kind.
pub(super) fn peek<E: 'static>(error: &E) -> Option<&ErrorGroup<E>> {
    let error: &dyn Any = error;
    let group = if let Some(error) = error.downcast_ref::<Shared>() {
        Shared::group(error).map(|group| group as &dyn Any)
    } else if let Some(error) = error.downcast_ref::<Sent>() {
        Sent::group(error).map(|group| group as &dyn Any)
    } else if let Some(error) = error.downcast_ref::<Local>() {
        Local::group(error).map(|group| group as &dyn Any)
    } else {
        None
    };
    group?.downcast_ref()
}

/// Returns the error in the box, if `error` is a box.
pub(super) fn unboxed<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let error: &dyn Any = error;
    if let Some(error) = error.downcast_ref::<Shared>() {
        Some(&**error)
    } else if let Some(error) = error.downcast_ref::<Sent>() {
        Some(&**error)
    } else {
        error.downcast_ref::<Local>().map(|error| &**error)
    }
}

/// Returns the group of `Y`s that an error consists of, in a box or as it is.
pub(super) fn group_mut<E, Y>(error: &mut E) -> Option<&mut ErrorGroup<Y>>
where
    E: 'static,
    Y: fmt::Debug + fmt::Display + 'static,
{
    let error: &mut dyn Any = error;
    if error.is::<ErrorGroup<Y>>() {
        return error.downcast_mut();
    }
    if error.is::<ScopeError<Y>>() {
        return error.downcast_mut().and_then(ScopeError::group_mut);
    }
    let error: &mut (dyn Error + 'static) = if error.is::<Shared>() {
        &mut **error.downcast_mut::<Shared>()?
    } else if error.is::<Sent>() {
        &mut **error.downcast_mut::<Sent>()?
    } else {
        &mut **error.downcast_mut::<Local>()?
    };
    if error.is::<ErrorGroup<Y>>() {
        error.downcast_mut()
    } else {
        error.downcast_mut().and_then(ScopeError::group_mut)
    }
}

/// Takes an `X` out of an error that is one, or a box of one.
pub(super) fn downcast<E: 'static, X: Error + 'static>(error: E) -> Result<X, E> {
    let error = match cast::<E, X>(error) {
        Ok(found) => return Ok(found),
        Err(error) => error,
    };
    if !unboxed(&error).is_some_and(<dyn Error>::is::<X>) {
        return Err(error);
    }
    let error = match cast::<E, Shared>(error) {
        Ok(error) => return error.downcast().map(|found| *found).map_err(same),
        Err(error) => error,
    };
    let error = match cast::<E, Sent>(error) {
        Ok(error) => return error.downcast().map(|found| *found).map_err(same),
        Err(error) => error,
    };
    cast::<E, Local>(error)?.downcast().map(|found| *found).map_err(same)
}

/// A boxed error that may hold a group of boxed errors of the same kind.
trait Boxed: Sized + 'static {
    fn group(&self) -> Option<&ErrorGroup<Self>>;
    fn open(self) -> Result<(Shape, ErrorGroup<Self>), Self>;
    fn close(shape: Shape, group: ErrorGroup<Self>) -> Self;
}

macro_rules! boxed {
    ($($boxed:ty),+) => {$(
        impl Boxed for $boxed {
            fn group(&self) -> Option<&ErrorGroup<Self>> {
                self.downcast_ref()
                    .or_else(|| self.downcast_ref::<ScopeError<Self>>().and_then(ScopeError::group))
            }

            fn open(self) -> Result<(Shape, ErrorGroup<Self>), Self> {
                let error = match self.downcast::<ErrorGroup<Self>>() {
                    Ok(group) => return Ok((Shape::Group, *group)),
                    Err(error) => error,
                };
                match error.downcast::<ScopeError<Self>>() {
                    Ok(error) => match *error {
                        ScopeError::Failed(group) => Ok((Shape::Scope, group)),
                        other => Err(Box::new(other)),
                    },
                    Err(error) => Err(error),
                }
            }

            fn close(shape: Shape, group: ErrorGroup<Self>) -> Self {
                match shape {
                    Shape::Group => Box::new(group),
                    Shape::Scope => Box::new(ScopeError::Failed(group)),
                }
            }
        }
    )+};
}

boxed!(Shared, Sent, Local);

fn open_as<E: 'static, B: Boxed>(error: E) -> Result<(Shape, ErrorGroup<E>), E> {
    match cast::<E, B>(error)?.open() {
        Ok((shape, group)) => Ok((shape, same(group))),
        Err(error) => Err(same(error)),
    }
}

/// Only for `E` that is `B`: it is what `open_as` leaves behind where it succeeds.
fn close_as<E: 'static, B: Boxed>(shape: Shape, group: ErrorGroup<E>) -> E {
    same(B::close(shape, same(group)))
}

/// Returns whether `A` and `B` are one type.
pub(super) fn is_same<A: 'static, B: 'static>() -> bool {
    TypeId::of::<A>() == TypeId::of::<B>()
}

/// Turns an `A` into a `B` if they are one type.
fn cast<A: 'static, B: 'static>(value: A) -> Result<B, A> {
    if is_same::<A, B>() { Ok(same(value)) } else { Err(value) }
}

/// Turns an `A` into a `B`, which is the same type under another name.
fn same<A: 'static, B: 'static>(value: A) -> B {
    let mut value = Some(value);
    let value: &mut dyn Any = &mut value;
    let value = value.downcast_mut::<Option<B>>().and_then(Option::take);
    value.expect("the types are the same")
}
