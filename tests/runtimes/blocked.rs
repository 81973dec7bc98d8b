//! Waiting for a future in a place that cannot await.

use crate::host::{Host, on_each_runtime};
use ringfence::{block_on, gather, remote, sleep};
use std::time::Duration;

on_each_runtime! {
    block_on_works_inside_and_inside_itself,
    block_on_works_in_a_task,
    its_own_means_work_inside_block_on,
}

async fn a_little_of_all() -> u64 {
    sleep(Duration::from_nanos(1)).await;
    gather([1, 2].map(|number| async move { number })).await.iter().sum()
}

fn block_on_works_inside_and_inside_itself<H: Host>(host: H) {
    let sum = host.enter(async { block_on(async { block_on(a_little_of_all()) }) });
    assert_eq!(sum, 3);
}

fn block_on_works_in_a_task<H: Host>(host: H) {
    assert_eq!(host.run(async { block_on(a_little_of_all()) }), 3);
}

fn its_own_means_work_inside_block_on<H: Host>(host: H) {
    let sum = block_on(async { host.enter(remote(&host.named(), a_little_of_all())) });
    assert_eq!(sum, 3);
}
