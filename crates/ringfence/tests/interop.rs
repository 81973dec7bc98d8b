//! Spawners of the `futures` crates.
#![cfg(feature = "futures")]

use futures::{executor::LocalPool, task::LocalSpawnExt};
use ringfence::{
    interop::{FromFutures, ToFutures},
    rt::{LocalTask, SpawnLocal},
};
use std::{cell::Cell, rc::Rc};

#[test]
fn a_spawner_may_go_there_and_back() {
    let mut pool = LocalPool::new();
    let ran = Rc::new(Cell::new(0));
    let spawner = ToFutures(FromFutures(pool.spawner()));
    let seen = Rc::clone(&ran);
    spawner.spawn_local(async move { seen.set(seen.get() + 1) }).unwrap();
    let seen = Rc::clone(&ran);
    SpawnLocal::spawn_local(
        &FromFutures(spawner),
        LocalTask::new(async move { seen.set(seen.get() + 1) }),
    )
    .unwrap();
    pool.run();
    assert_eq!(ran.get(), 2);
}

#[test]
fn a_closed_spawner_gives_the_task_back() {
    let pool = LocalPool::new();
    let spawner = FromFutures(pool.spawner());
    drop(pool);
    let ran = Rc::new(Cell::new(false));
    let seen = Rc::clone(&ran);
    let refused = spawner.spawn_local(LocalTask::new(async move { seen.set(true) })).unwrap_err();
    futures::executor::block_on(refused.refused);
    assert!(ran.get());
}
