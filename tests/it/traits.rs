//! Which auto traits a type has, and futures that have all, some or none of them.

use std::{
    cell::Cell,
    future::{Future, Pending, pending, ready},
    marker::PhantomData,
    rc::Rc,
};

/// Tells which of the three traits the type of a value has.
macro_rules! traits {
    ($value:expr) => {
        // A `match`, since what is borrowed in the expression lives as long.
        match &$value {
            value => {
                #[allow(unused_imports, reason = "asked only if the type has not the trait")]
                use $crate::traits::Otherwise as _;
                let is_send = $crate::traits::IsSend::of(value).so();
                let is_sync = $crate::traits::IsSync::of(value).so();
                let is_unpin = $crate::traits::IsUnpin::of(value).so();
                let traits = [(is_send, "Send"), (is_sync, "Sync"), (is_unpin, "Unpin")];
                let had = traits.into_iter().filter_map(|(so, name)| so.then_some(name));
                had.collect::<Vec<_>>().join(" ")
            }
        }
    };
}

/// Asks whether a type has a trait: an inherent method is found before a trait's.
macro_rules! questions {
    ($($Is:ident: $Trait:ident)*) => {$(
        pub(crate) struct $Is<T>(PhantomData<T>);

        impl<T> $Is<T> {
            pub(crate) fn of(_: &T) -> Self {
                Self(PhantomData)
            }
        }

        impl<T: $Trait> $Is<T> {
            pub(crate) fn so(&self) -> bool {
                true
            }
        }

        impl<T> Otherwise for $Is<T> {}
    )*};
}

pub(crate) trait Otherwise {
    fn so(&self) -> bool {
        false
    }
}

questions! {
    IsSend: Send
    IsSync: Sync
    IsUnpin: Unpin
}

pub(crate) use traits;

type Output = Result<u32, u32>;

/// `Send`, `Sync` and `Unpin`.
pub(crate) fn plain() -> impl Future<Output = Output> + Send + Sync + Unpin {
    ready(Ok(1))
}

/// `Send` and `Sync`, and not `Unpin`.
pub(crate) async fn pinned() -> Output {
    Ok(1)
}

/// `Send` only.
pub(crate) async fn unshared() -> Output {
    let cell = Cell::new(1);
    ready(()).await;
    Ok(cell.get())
}

/// None of the three.
pub(crate) async fn local() -> Output {
    let one = Rc::new(1);
    ready(()).await;
    Ok(*one)
}

/// All of the three, but its output is not `Send`.
pub(crate) fn gives_local() -> Pending<Rc<u32>> {
    pending()
}

pub(crate) const OUTER: &str = "Send Sync Unpin";
