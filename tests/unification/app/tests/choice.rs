//! What the dependents find in each runtime, with whichever of them are in the build.
//!
//! Nothing here may call `install` or `set_default`: they hold for the whole process.

use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use unification::DEPENDENTS;

const TOKIO_IS_ENABLED: bool = cfg!(feature = "a");
const ASYNC_STD_IS_ENABLED: bool = cfg!(feature = "async-std");

fn tokio() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).thread_name("tokio's").build().unwrap()
}

#[test]
fn inside_tokio_every_dependent_finds_it_if_anyone_has_enabled_it() {
    let found = TOKIO_IS_ENABLED.then(|| "tokio's".to_owned());
    tokio().block_on(async {
        for dependent in DEPENDENTS {
            assert_eq!((dependent.thread_in_force)().ok(), found, "{}", dependent.name);
        }
    });
}

#[test]
#[cfg(feature = "a")]
fn inside_paused_tokio_an_hour_passes_at_once_for_every_dependent() {
    const HOUR: Duration = Duration::from_secs(3600);
    let tokio = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    tokio.block_on(async {
        for dependent in DEPENDENTS {
            let start = tokio::time::Instant::now();
            assert_eq!((dependent.slept)(HOUR).await, HOUR, "{}", dependent.name);
            assert_eq!(start.elapsed(), HOUR, "{}", dependent.name);
        }
    });
}

#[test]
fn inside_async_std_every_dependent_finds_it_if_anyone_has_enabled_it() {
    let found = ASYNC_STD_IS_ENABLED.then(|| "async-std/runtime".to_owned());
    async_std::task::block_on(async {
        for dependent in DEPENDENTS {
            assert_eq!((dependent.thread_in_force)().ok(), found, "{}", dependent.name);
            (dependent.slept)(Duration::from_nanos(1)).await;
        }
    });
}

#[test]
fn inside_smol_no_dependent_finds_anything_whoever_has_enabled_it() {
    smol::block_on(async {
        for dependent in DEPENDENTS {
            let error = (dependent.thread_in_force)().unwrap_err();
            assert!(error.to_string().contains("rt::with_runtime"), "{}", dependent.name);
            (dependent.slept)(Duration::from_nanos(1)).await;
        }
    });
}

#[test]
#[cfg(feature = "b")]
fn smol_is_in_force_for_every_dependent_where_it_is_named_also_inside_tokio() {
    tokio().block_on(dependent_b::on_smol(async {
        for dependent in DEPENDENTS {
            let thread = (dependent.thread_in_force)().unwrap();
            assert!(thread.starts_with("smol"), "{}: {thread}", dependent.name);
            (dependent.slept)(Duration::from_nanos(1)).await;
        }
    }));
}

#[test]
#[cfg(feature = "a")]
fn what_a_dependent_has_enabled_it_can_name() {
    let named = tokio().block_on(async { dependent_a::tokio() });
    assert_eq!(named.handle().runtime_flavor(), tokio::runtime::RuntimeFlavor::MultiThread);
}
