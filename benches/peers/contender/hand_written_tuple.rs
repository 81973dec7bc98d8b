//! The hand-written bounds of tuples: nothing but the children, on the parent's own stack.

use std::cell::Cell;
use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};

use super::{BOUND, Bound, Tuple};
use crate::drive::Spin;

/// The bound where polls are dear: only who was woken is polled, by wakers made beforehand.
pub(crate) struct BoundOfWoken;

thread_local! {
    /// A bit for each child that was woken.
    static WOKEN: Cell<u8> = const { Cell::new(0) };
}

/// The waker of one place.
struct Mark(u8);

impl Wake for Mark {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        WOKEN.set(WOKEN.get() | self.0);
        Spin::wake();
    }
}

static WAKERS: LazyLock<[Waker; 8]> =
    LazyLock::new(|| std::array::from_fn(|place| Waker::from(Arc::new(Mark(1 << place)))));

/// Both bounds for one arity.
macro_rules! join {
    ($n:literal: $($child:ident $at:literal),+) => {
        impl Tuple<$n> for Bound {
            const NAME: &'static str = BOUND;

            async fn join<F: Future>(make: impl Fn(usize) -> F) {
                $(let mut $child = (pin!(make($at)), None);)+
                poll_fn(|cx| {
                    let mut pending = false;
                    $(if $child.1.is_none() {
                        match $child.0.as_mut().poll(cx) {
                            Poll::Ready(output) => $child.1 = Some(output),
                            Poll::Pending => pending = true,
                        }
                    })+
                    if pending { Poll::Pending } else { Poll::Ready(()) }
                })
                .await;
                black_box(($($child.1.expect("all have ended"),)+));
            }
        }

        impl Tuple<$n> for BoundOfWoken {
            const NAME: &'static str = BOUND;

            async fn join<F: Future>(make: impl Fn(usize) -> F) {
                $(let mut $child = (pin!(make($at)), None);)+
                let wakers = &*WAKERS;
                let mut left = $n;
                WOKEN.set(u8::MAX);
                poll_fn(|_| {
                    let woken = WOKEN.replace(0);
                    $(if woken & (1 << $at) != 0 && $child.1.is_none() {
                        let polled = $child.0.as_mut().poll(&mut Context::from_waker(&wakers[$at]));
                        if let Poll::Ready(output) = polled {
                            $child.1 = Some(output);
                            left -= 1;
                        }
                    })+
                    if left > 0 { Poll::Pending } else { Poll::Ready(()) }
                })
                .await;
                black_box(($($child.1.expect("all have ended"),)+));
            }
        }
    };
}

join!(2: a 0, b 1);
join!(3: a 0, b 1, c 2);
join!(4: a 0, b 1, c 2, d 3);
join!(8: a 0, b 1, c 2, d 3, e 4, f 5, g 6, h 7);
