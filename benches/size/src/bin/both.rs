//! A gather of three, in a child of a scope.

use ringfence_core::{block_on, gather, scope};
use ringfence_size::Child;
use std::{convert::Infallible, process::ExitCode};

fn main() -> ExitCode {
    let sum = block_on(scope(async |s| -> Result<u32, Infallible> {
        let child = s.spawn(async {
            let (a, b, c) = gather((Child::new(1), Child::new(2), Child::new(3))).await;
            Ok(a + b + c)
        });
        Ok(child.await)
    }));
    if matches!(sum, Ok(6)) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
