//! Tests of ringfence; see `it`.
