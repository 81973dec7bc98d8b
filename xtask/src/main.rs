//! The checks of CI.
fn main() {}
