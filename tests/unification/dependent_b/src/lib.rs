//! A dependent that was written for smol, and enables nothing else.
#![forbid(unsafe_code)]

// The same questions, asked by code of this crate.
#[path = "../../dependent_a/src/asking.rs"]
mod asking;

pub use asking::{slept, thread_in_force};

/// Runs `future` with smol in force, which this dependent has enabled its feature for.
///
/// # Cancel safety
///
/// If the future is dropped, `future` is dropped with it.
pub async fn on_smol<F: Future>(future: F) -> F::Output {
    ringfence::rt::with_runtime(ringfence::Smol, future).await
}
