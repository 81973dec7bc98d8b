//! A hundred thousand programs, always the same, unless `RINGFENCE_SEED` is another number.

use std::panic::{self, AssertUnwindSafe, catch_unwind};

type Program = fn(&[u8]);

/// Runs so many programs of random bytes. One that fails is made as short as may be, and told.
fn run(program: Program, programs: usize) {
    let seed = std::env::var("RINGFENCE_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    let mut random = fastrand::Rng::with_seed(seed);
    for number in 0..programs {
        // Many short ones, some long ones.
        let longest = [16, 48, 200][number % 3];
        let bytes: Vec<u8> = (0..random.usize(1..longest)).map(|_| random.u8(..)).collect();
        if !succeeds(program, &bytes) {
            let bytes = shortened(program, bytes);
            eprintln!("program {number} of seed {seed} fails, and so does {bytes:?}:");
            program(&bytes);
            panic!("the program has failed once, and does not again");
        }
    }
}

fn succeeds(program: Program, bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| program(bytes))).is_ok()
}

/// Leaves out of a program that fails whatever can be left out.
fn shortened(program: Program, mut bytes: Vec<u8>) -> Vec<u8> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let mut length = bytes.len();
    while length > 0 {
        let mut at = 0;
        while at < bytes.len() {
            let mut shorter = bytes.clone();
            shorter.drain(at..(at + length).min(bytes.len()));
            if succeeds(program, &shorter) {
                at += length;
            } else {
                bytes = shorter;
            }
        }
        length /= 2;
    }
    panic::set_hook(hook);
    bytes
}

#[test]
fn a_set_does_what_the_model_says() {
    run(ringfence_programs::join_set, 35_000);
}

#[test]
fn tokens_do_what_the_model_says() {
    run(ringfence_programs::tokens, 40_000);
}

#[test]
fn a_scope_does_what_the_model_says() {
    run(ringfence_programs::scope, 35_000);
}
