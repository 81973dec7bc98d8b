//! Runs ringfence on async-std.
