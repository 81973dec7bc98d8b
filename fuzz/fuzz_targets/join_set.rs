//! Programs on a `JoinSet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|program: &[u8]| ringfence_programs::join_set(program));
