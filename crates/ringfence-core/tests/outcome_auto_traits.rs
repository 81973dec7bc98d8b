//! Which outcomes and errors can be sent and shared: exactly those of what can be.
// trap: T20

use ringfence_core::{
    Cancelled, Cause, ChildId, Elapsed, ErrorGroup, Failure, Failures, Label, Leaves, Outcome,
    Panic, Reason, ScopeError, TimeLimit, Unfinished,
};
use std::{error::Error, marker::PhantomData, rc::Rc, sync::MutexGuard};

/// Neither `Send` nor `Sync`.
type Neither = Rc<()>;
/// `Sync`, not `Send`.
type SyncOnly = MutexGuard<'static, ()>;
/// `Send`, not `Sync`.
type SendOnly = std::cell::Cell<()>;

/// The compiler's answer where no other fits: an inherent constant wins over a trait's.
trait No {
    const SEND: bool = false;
    const SYNC: bool = false;
}

impl<T> No for T {}

/// Whether `T` is `Send`.
struct AskedSend<T>(PhantomData<T>);
/// Whether `T` is `Sync`.
struct AskedSync<T>(PhantomData<T>);

impl<T: Send> AskedSend<T> {
    const SEND: bool = true;
}

impl<T: Sync> AskedSync<T> {
    const SYNC: bool = true;
}

macro_rules! assert_auto_traits {
    ($($type:ty: $send:literal $sync:literal;)+) => {$(
        assert_eq!(
            (AskedSend::<$type>::SEND, AskedSync::<$type>::SYNC),
            ($send, $sync),
            stringify!($type)
        );
    )+};
}

macro_rules! follows_its_parameter {
    ($($generic:ident),+) => {$(
        assert_auto_traits! {
            $generic<()>: true true;
            $generic<Neither>: false false;
            $generic<SendOnly>: true false;
            $generic<SyncOnly>: false true;
        }
    )+};
}

#[test]
fn errors_without_parameters_can_be_sent_and_shared() {
    assert_auto_traits! {
        Panic: true true;
        Cancelled: true true;
        Reason: true true;
        Elapsed: true true;
        TimeLimit: true true;
        Label: true true;
        ChildId: true true;
        Unfinished: true true;
    }
}

#[test]
fn outcomes_and_groups_can_be_sent_and_shared_if_what_they_hold_can() {
    follows_its_parameter!(Outcome, Cause, Failure, ErrorGroup, ScopeError, Failures);
    assert_auto_traits! {
        Leaves<'static, ()>: true true;
        Leaves<'static, SendOnly>: false false;
        Leaves<'static, SyncOnly>: true true;
        Leaves<'static, Neither>: false false;
    }
}

#[test]
fn nothing_is_pinned() {
    fn is_unpin<T: Unpin>() {}
    is_unpin::<Outcome<()>>();
    is_unpin::<ScopeError<()>>();
}

#[test]
fn a_group_is_an_error_for_each_box_that_its_errors_fit_in() {
    fn shared(group: ErrorGroup<String>) -> Box<dyn Error + Send + Sync> {
        group.into()
    }
    fn local(group: ErrorGroup<Box<dyn Error>>) -> Box<dyn Error> {
        ScopeError::from(group).into()
    }
    let group = ErrorGroup::from_errors(["a".to_string()]).unwrap();
    assert_eq!(shared(group).to_string(), "child 0: a");
    let group = ErrorGroup::from_errors(["b".into()]).unwrap();
    assert_eq!(local(group).to_string(), "child 0: b");
}
