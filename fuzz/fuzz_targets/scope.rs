//! Programs on a scope.
#![no_main]

libfuzzer_sys::fuzz_target!(|program: &[u8]| ringfence_programs::scope(program));
