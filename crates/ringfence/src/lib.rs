//! Structured concurrency on any runtime.
