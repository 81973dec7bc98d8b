//! Programs on trees of `CancelToken`s.
#![no_main]

libfuzzer_sys::fuzz_target!(|program: &[u8]| ringfence_programs::tokens(program));
