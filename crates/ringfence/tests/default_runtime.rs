//! The default runtime. It is set once per process, so this file has one test.
#![cfg(all(feature = "tokio", feature = "smol"))]

use ringfence::{Smol, rt, sleep};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

// rule: runtime-order
#[test]
fn the_default_counts_only_where_no_runtime_is_detected() {
    assert!(rt::timer().runtime().is_none());
    rt::set_default(Smol).unwrap();
    assert!(rt::current().is_ok());
    assert!(rt::timer().runtime().is_some());
    assert!(rt::set_default(Smol).is_err());

    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    tokio.block_on(async {
        // By smol's timer this would take an hour.
        sleep(HOUR).await;
    });
}
