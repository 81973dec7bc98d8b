//! Any bytes are a program on ringfence: it is run beside a naive model, and the two must agree.
//!
//! A program is a list of operations, each a byte or two: what to do, and with whom. Whatever the
//! bytes, the program is legal, since numbers are taken modulo what there is. So random bytes do
//! as well as those that a fuzzer has bred, and a failure is its own regression test:
//!
//! - `tests/seeded.rs` runs a hundred thousand programs of fixed seeds;
//! - `tests/corpus.rs` runs those in `corpus/`, which are kept because they once failed, or because
//!   they go where few do;
//! - the targets in `fuzz/`, at the root of the repository, look for more.
//!
//! A disagreement is a panic. So that one comes with what led to it, a program is printed step by
//! step if `RINGFENCE_PROGRAM` is set.
#![forbid(unsafe_code)]

mod caught;
mod join_set;
mod parents;
mod scope;
mod tape;
mod tokens;

pub use join_set::join_set;
pub use scope::scope;
pub use tokens::tokens;
