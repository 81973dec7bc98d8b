//! A gather of three.

use ringfence_core::{block_on, gather};
use ringfence_size::Child;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (a, b, c) = block_on(gather((Child::new(1), Child::new(2), Child::new(3))));
    if a + b + c == 6 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
