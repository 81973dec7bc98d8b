//! Tests of ringfence; see `it`.

/// The examples of the front page, which are tested as they stand there.
//
// Here rather than in a library: what is published has no file above its own root.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
