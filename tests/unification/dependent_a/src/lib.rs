//! A dependent that was written for tokio, and enables nothing else.
#![forbid(unsafe_code)]

mod asking;

pub use asking::{slept, thread_in_force};

/// Returns what this dependent has enabled its feature for.
///
/// # Panics
///
/// Outside of tokio.
pub fn tokio() -> ringfence::Tokio {
    ringfence::Tokio::current()
}
