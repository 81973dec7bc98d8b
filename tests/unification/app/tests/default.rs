//! What the dependents find once the application has set a default.
//!
//! It is set once per process, so this file has one test.
#![cfg(feature = "b")]

use ringfence::{Smol, rt};
use tokio::runtime::Builder;
use unification::DEPENDENTS;

#[test]
fn the_default_counts_for_every_dependent_where_it_finds_no_other() {
    rt::set_default(Smol).unwrap();
    let in_smol = || {
        for dependent in DEPENDENTS {
            let thread = (dependent.thread_in_force)().unwrap();
            assert!(thread.starts_with("smol"), "{}: {thread}", dependent.name);
        }
    };
    in_smol();
    smol::block_on(async { in_smol() });

    let tokio = Builder::new_multi_thread().worker_threads(1).thread_name("tokio's").build();
    tokio.unwrap().block_on(async {
        match cfg!(feature = "a") {
            true => {
                for dependent in DEPENDENTS {
                    let thread = (dependent.thread_in_force)();
                    assert_eq!(thread.as_deref(), Ok("tokio's"), "{}", dependent.name);
                }
            }
            false => in_smol(),
        }
    });
}
