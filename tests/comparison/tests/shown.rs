//! What the table in `docs/comparison.md` says of ringfence is what ringfence does.
//!
//! Of the others it is checked by `cargo xtask comparison`, since cells that hang take their time.

use std::{env, fs, path::Path, process::Command};

#[test]
fn what_is_shown_of_ringfence_is_what_it_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/comparison.md");
    let document = fs::read_to_string(path).expect("it is in the repository");
    let rows: Vec<Vec<&str>> = document
        .lines()
        .filter(|line| line.starts_with("| T"))
        .map(|line| line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect())
        .collect();
    assert!(rows.len() >= 25, "there are 25 traps");
    for row in rows {
        let (trap, shown) = (row[0], row[2]);
        if shown == "–" {
            continue;
        }
        let run = Command::new(env!("CARGO_BIN_EXE_comparison")).args([trap, "ringfence"]).output();
        let run = run.expect("the program is there");
        let said = String::from_utf8_lossy(&run.stdout);
        let said = said.lines().find_map(|line| line.strip_prefix("cell: "));
        assert_eq!(said, Some(shown), "{trap}");
    }
}
