//! What is not `Send`: bodies with an `Rc` and children without; local scopes.

use super::{Failed, double, pause};
use futures::future::LocalBoxFuture;
use ringfence::{LocalScope, block_on, gather, scope, scope_local, try_gather};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

#[test]
fn a_body_with_an_rc_has_children_that_are_send() {
    let numbers = [1, 2];
    let shared = Rc::new(Cell::new(0));
    let sum = block_on(scope(async |s| {
        let own = Rc::clone(&shared);
        let a = s.spawn(async { double(numbers[0]).await });
        own.set(a.await);
        let b = s.spawn(async { double(numbers[1]).await });
        own.set(own.get() + b.await);
        Ok::<_, Failed>(own.get())
    }));
    assert_eq!(sum.unwrap(), 6);
}

#[test]
fn children_of_a_local_scope_own_an_rc() {
    let count = Rc::new(Cell::new(0));
    let done = block_on(scope_local(async |s| -> Result<(), Failed> {
        for _ in 0..3 {
            let count = count.clone();
            s.spawn(async move {
                pause().await;
                count.set(count.get() + 1);
            });
        }
        Ok(())
    }));
    assert!(done.is_ok());
    assert_eq!((count.get(), Rc::strong_count(&count)), (3, 1));
}

#[test]
fn children_of_a_local_scope_share_a_cell_by_reference() {
    let log = RefCell::new(Vec::new());
    let done = block_on(scope_local(async |s| -> Result<u32, Failed> {
        let a = s.spawn(async {
            log.borrow_mut().push("a");
            pause().await;
            double(1).await
        });
        let b = s.spawn_with(async |s| {
            let sibling = s.spawn(async {
                log.borrow_mut().push("c");
                double(2).await
            });
            log.borrow_mut().push("b");
            Ok(sibling.await)
        });
        Ok(a.await + b.await)
    }));
    assert_eq!(done.unwrap(), 6);
    assert_eq!(*log.borrow(), ["a", "b", "c"]);
}

#[test]
fn values_and_errors_of_a_local_scope_are_not_send() {
    let failed = block_on(
        scope_local(async |s| {
            let value = s.spawn(async { Ok::<_, Rc<str>>(Rc::new(4)) });
            let value = value.await;
            s.spawn(async move { if *value == 4 { Err(Rc::from("four")) } else { Ok(()) } });
            std::future::pending::<Result<(), _>>().await
        })
        .first(),
    );
    assert_eq!(failed.unwrap_err().as_ref(), "four");
}

#[test]
fn in_a_local_set_of_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tasks = tokio::task::LocalSet::new();
    let sum = tasks.block_on(&runtime, async {
        let numbers = Rc::new(vec![1, 2]);
        let task = tokio::task::spawn_local(async move {
            scope_local(async |s| {
                let a = s.spawn(async { double(numbers[0]).await });
                let own = numbers.clone();
                let b = s.spawn(async move { double(own[1]).await });
                Ok::<_, Failed>(a.await + b.await)
            })
            .await
            .unwrap()
        });
        task.await.unwrap()
    });
    assert_eq!(sum, 6);
}

#[test]
fn in_a_local_executor_of_smol() {
    let cell = Cell::new(1);
    let executor = smol::LocalExecutor::new();
    let sum = smol::block_on(executor.run(executor.spawn(scope_local(async |s| {
        s.spawn(async { cell.set(cell.get() + 1) });
        let a = s.spawn(double(2));
        let a = a.await;
        Ok::<_, Failed>(a + cell.get())
    }))));
    assert_eq!(sum.unwrap(), 6);
}

#[test]
fn local_scopes_nest_in_each_other_and_in_bodies_of_others() {
    let log = RefCell::new(Vec::new());
    let sum = block_on(scope(async |s| {
        let outer = s.spawn(double(1));
        let inner = scope_local(async |s| {
            let a = s.spawn(async {
                let count = Rc::new(Cell::new(1));
                let innermost = scope_local(async |s| -> Result<(), Failed> {
                    s.spawn(async { count.set(count.get() + 1) });
                    Ok(())
                });
                innermost.first().await?;
                log.borrow_mut().push(count.get());
                Ok(count.get())
            });
            Ok(a.await)
        });
        Ok(outer.await + inner.first().await?)
    }));
    assert_eq!(sum.unwrap(), 4);
    assert_eq!(*log.borrow(), [2]);
}

#[test]
fn recursion_through_local_boxes() {
    fn count<'a>(
        s: LocalScope<'a, Failed>,
        depth: u32,
        sum: &'a Cell<u32>,
    ) -> LocalBoxFuture<'a, ()> {
        Box::pin(async move {
            sum.set(sum.get() + 1);
            if depth > 0 {
                for _ in 0..2 {
                    s.spawn_with(|s| count(s, depth - 1, sum));
                }
            }
        })
    }
    let sum = Cell::new(0);
    let done = block_on(scope_local(async |s| {
        s.spawn_with(|s| count(s, 3, &sum));
        Ok(())
    }));
    assert!(done.is_ok());
    assert_eq!(sum.get(), 15);
}

#[test]
fn verbs_of_futures_that_are_not_send() {
    let cell = Rc::new(Cell::new(0));
    let add = |n: u32| {
        let cell = cell.clone();
        async move {
            pause().await;
            cell.set(cell.get() + n);
            Ok::<_, Failed>(cell.clone())
        }
    };
    let (all, tried) =
        block_on(async { (gather((1..=3).map(&add)).await, try_gather((add(4), add(5))).await) });
    assert_eq!(all.len(), 3);
    assert_eq!(tried.unwrap().0.get(), 15);
}
