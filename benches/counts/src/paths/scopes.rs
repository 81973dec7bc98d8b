//! `scope`.

use std::convert::Infallible;

use ringfence_core::scope;

use crate::Work;
use crate::children::{Yields, finish, ready};

pub(super) fn spawn_and_await() -> Work {
    Box::new(|| {
        finish(scope(async |s| -> Result<u32, Infallible> {
            let children: Vec<_> =
                (0..100).map(|_| s.spawn(async { Ok(Yields(1).await) })).collect();
            let mut sum = 0;
            for child in children {
                sum += child.await;
            }
            Ok(sum)
        }));
    })
}

pub(super) fn open_and_close() -> Work {
    Box::new(|| finish(scope(async |_| Ok::<u32, Infallible>(ready().await))))
}

/// The last of a hundred fails; the others, which wait, are cancelled and dropped.
pub(super) fn a_child_fails() -> Work {
    Box::new(|| {
        finish(scope(async |s| -> Result<(), u32> {
            for at in 0..100 {
                s.spawn(async move {
                    if at < 99 {
                        std::future::pending::<()>().await;
                    }
                    Err::<(), u32>(at)
                });
            }
            Ok(())
        }));
    })
}
