//! A scope with a child.

use ringfence_core::{block_on, scope};
use ringfence_size::Child;
use std::{convert::Infallible, process::ExitCode};

fn main() -> ExitCode {
    let sum = block_on(scope(async |s| -> Result<u32, Infallible> {
        Ok(s.spawn(async { Ok(Child::new(1).await) }).await + 1)
    }));
    if matches!(sum, Ok(2)) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
