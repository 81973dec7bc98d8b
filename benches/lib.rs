//! The counting allocator of the benchmarks and of the allocation budgets.
//!
//! The benchmarks themselves are in `peers/`; `docs/benchmarks.md` says how to run them.

pub mod alloc;
