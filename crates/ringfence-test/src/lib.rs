//! Deterministic tests of concurrent code.
