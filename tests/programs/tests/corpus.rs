//! The programs in `corpus/`: what they have found once, they would find again.

use std::{fs, path::Path};

/// Runs every program of a folder.
fn run(folder: &str, program: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(folder);
    let mut programs = 0;
    for entry in fs::read_dir(folder).expect("the corpus is beside the tests") {
        let path = entry.expect("it can be listed").path();
        // Shown if the program fails.
        eprintln!("{}", path.display());
        program(&fs::read(path).expect("it can be read"));
        programs += 1;
    }
    assert!(programs > 0, "a corpus without programs");
}

#[test]
fn sets_do_what_the_model_says() {
    run("join_set", ringfence_programs::join_set);
}

#[test]
fn scopes_do_what_the_model_says() {
    run("scope", ringfence_programs::scope);
}

#[test]
fn tokens_do_what_the_model_says() {
    run("tokens", ringfence_programs::tokens);
}
