//! Runs ringfence on smol.
