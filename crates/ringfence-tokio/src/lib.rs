//! Runs ringfence on tokio.
