//! Under tokio's budget of 128 units for each poll of a task, no poll is made in vain by the
//! thousand.

use ringfence_core::{JoinSet, as_completed, gather, settle, try_gather, until, wait};
use std::{
    cell::Cell,
    convert::Infallible,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};
use tokio::task::coop;

const CHILDREN: usize = 10_000;

type Consumer = Pin<Box<dyn Future<Output = ()>>>;

/// Returns once two units of the task's budget were had, and counts its polls.
fn consumer(polls: Rc<Cell<usize>>) -> impl Future<Output = ()> {
    let mut units = 2;
    poll_fn(move |cx: &mut Context<'_>| {
        polls.set(polls.get() + 1);
        while units > 0 {
            ready!(coop::poll_proceed(cx)).made_progress();
            units -= 1;
        }
        Poll::Ready(())
    })
}

/// Runs a verb over consumers, and asserts how often they were polled.
fn assert_few_polls<F: Future<Output = usize>>(verb: impl FnOnce(Vec<Consumer>) -> F) {
    let polls = Rc::new(Cell::new(0));
    let children = (0..CHILDREN).map(|_| -> Consumer { Box::pin(consumer(Rc::clone(&polls))) });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(verb(children.collect())), CHILDREN);
    let per_child = polls.get() as f64 / CHILDREN as f64;
    assert!(per_child <= 2.1, "{per_child} polls per child");
}

// trap: T6
#[test]
fn gather_polls_children_that_consume_the_budget_about_twice() {
    assert_few_polls(|children| async { gather(children).await.len() });
    assert_few_polls(|children| async { gather(children.into_iter()).limit(1000).await.len() });
}

// trap: T6
#[test]
fn try_gather_and_settle_poll_children_that_consume_the_budget_about_twice() {
    assert_few_polls(|children| async {
        let children = children.into_iter().map(|child| async {
            child.await;
            Ok::<(), Infallible>(())
        });
        match try_gather(children.collect::<Vec<_>>()).await {
            Ok(values) => values.len(),
        }
    });
    assert_few_polls(|children| async { settle(children).await.len() });
}

// trap: T6
#[test]
fn a_set_polls_children_that_consume_the_budget_about_twice() {
    assert_few_polls(|children| async {
        let mut set: JoinSet<_> = children.into_iter().collect();
        let mut ended = 0;
        while set.next().await.is_some() {
            ended += 1;
        }
        ended
    });
}

// trap: T6
#[test]
fn wait_and_as_completed_poll_children_that_consume_the_budget_about_twice() {
    assert_few_polls(|children| async { wait(children, until::AllCompleted).await.done.len() });
    assert_few_polls(|children| async {
        use futures::StreamExt as _;
        as_completed(children).count().await
    });
}
