//! Functions that call themselves: over one scope, and over a scope at each level.

use super::{Failed, double, everywhere, pause};
use futures::future::BoxFuture;
use ringfence::{LocalScope, Scope, block_on, scope, scope_local};
use std::{
    cell::Cell,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

struct Tree {
    value: u32,
    branches: Vec<Tree>,
}

fn tree(depth: u32) -> Tree {
    let branches = if depth == 0 { Vec::new() } else { vec![tree(depth - 1), tree(depth - 1)] };
    Tree { value: 1, branches }
}

#[test]
fn a_function_over_the_scope_spawns_into_it() {
    fn walk<'env>(s: &Scope<'env, Failed>, tree: &'env Tree, sum: &'env AtomicU32) {
        s.spawn(async {
            pause().await;
            sum.fetch_add(tree.value, Relaxed);
        });
        tree.branches.iter().for_each(|branch| walk(s, branch, sum));
    }
    let sum = everywhere(|| async {
        let (tree, sum) = (tree(4), AtomicU32::new(0));
        scope(async |s| {
            walk(&s, &tree, &sum);
            Ok(())
        })
        .await
        .unwrap();
        sum.into_inner()
    });
    assert_eq!(sum, 31);
}

#[test]
fn children_spawn_siblings_of_their_own_kind() {
    fn walk<'env>(s: &Scope<'env, Failed>, tree: &'env Tree, sum: &'env AtomicU32) {
        s.spawn_with(async move |s| {
            pause().await;
            sum.fetch_add(tree.value, Relaxed);
            for branch in &tree.branches {
                walk(&s, branch, sum);
            }
        });
    }
    let sum = everywhere(|| async {
        let (tree, sum) = (tree(4), AtomicU32::new(0));
        scope(async |s| {
            walk(&s, &tree, &sum);
            Ok(())
        })
        .await
        .unwrap();
        sum.into_inner()
    });
    assert_eq!(sum, 31);
}

#[test]
fn a_scope_at_each_level_of_boxed_futures() {
    fn sum(tree: &Tree) -> BoxFuture<'_, Result<u32, Failed>> {
        Box::pin(async move {
            let below = scope(async |s| {
                let mut handles = Vec::new();
                for branch in &tree.branches {
                    handles.push(s.spawn(sum(branch)));
                }
                let mut below = 0;
                for handle in handles {
                    below += handle.await;
                }
                Ok(below)
            });
            Ok(tree.value + below.first().await?)
        })
    }
    assert_eq!(everywhere(|| async { sum(&tree(4)).await }), Ok(31));
}

#[test]
fn a_boxed_future_over_the_scope_awaits_what_it_has_spawned() {
    fn sum<'env>(s: Scope<'env, Failed>, tree: &'env Tree) -> BoxFuture<'env, Result<u32, Failed>> {
        Box::pin(async move {
            let mut total = tree.value;
            for branch in &tree.branches {
                total += s.spawn_with(|s| sum(s, branch)).await;
            }
            Ok(total)
        })
    }
    let total = everywhere(|| async {
        let tree = tree(3);
        scope(async |s| {
            let total = s.spawn_with(|s| sum(s, &tree));
            Ok(total.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(total, 15);
}

#[test]
fn an_async_function_recurses_in_its_body_by_a_box() {
    async fn sum(tree: &Tree) -> Result<u32, Failed> {
        scope(async |s| {
            let own = s.spawn(double(tree.value));
            let mut below = 0;
            for branch in &tree.branches {
                below += Box::pin(sum(branch)).await?;
            }
            Ok(own.await + below)
        })
        .first()
        .await
    }
    assert_eq!(block_on(sum(&tree(3))), Ok(30));
}

#[test]
fn an_async_function_recurses_through_a_local_scope() {
    async fn sum(tree: &Tree) -> Result<u32, Failed> {
        let below = scope_local(async |s| {
            let mut handles = Vec::new();
            for branch in &tree.branches {
                handles.push(s.spawn(Box::pin(sum(branch))));
            }
            Ok(ringfence::gather(handles).await)
        });
        Ok(tree.value + below.first().await?.iter().sum::<u32>())
    }
    assert_eq!(block_on(sum(&tree(3))), Ok(15));
}

#[test]
fn a_function_over_a_local_scope_shares_a_cell() {
    fn walk<'env>(s: &LocalScope<'env, Failed>, tree: &'env Tree, sum: &'env Cell<u32>) {
        s.spawn_with(async move |s| {
            sum.set(sum.get() + tree.value);
            tree.branches.iter().for_each(|branch| walk(&s, branch, sum));
        });
    }
    let (tree, sum) = (tree(4), Cell::new(0));
    let done = block_on(scope_local(async |s| {
        walk(&s, &tree, &sum);
        Ok(())
    }));
    assert!(done.is_ok());
    assert_eq!(sum.get(), 31);
}
