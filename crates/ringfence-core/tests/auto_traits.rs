//! Which types are `Send`, `Sync` and `Unpin`, and that verbs stay `Send` inside tasks.

// trap: T20

use futures::executor::block_on;
use ringfence_core::{gather, race, race_ok, settle, timeout, try_gather, until, wait};
use std::{future::Future, time::Duration};

fn task<F: Future + Send + 'static>(future: F) -> F::Output {
    block_on(future)
}

async fn text(name: &str) -> Result<String, String> {
    std::future::ready(()).await;
    Ok(name.to_owned())
}

// rule: members-borrow
#[test]
fn verbs_over_closures_that_borrow_are_send_inside_tasks() {
    let names = [String::from("a"), String::from("b")];
    let all = task(async move {
        let a = gather(names.iter().map(|n| text(n))).await;
        let b = try_gather(names.iter().map(|n| text(n))).limit(1).await;
        let c = settle(names.iter().map(|n| async move { text(n).await })).await;
        let d = race(names.iter().map(|n| text(n))).await;
        let e = race_ok(names.iter().map(|n| text(n))).timeout(Duration::from_secs(9)).await;
        let f = wait(names.iter().map(|n| text(n)), until::FirstFailure).await;
        let g = timeout(Duration::from_secs(9), gather((text(&names[0]), text(&names[1])))).await;
        (
            a.len(),
            b.unwrap().len(),
            c.len(),
            d.unwrap(),
            e.unwrap().unwrap(),
            f.done.len(),
            g.is_ok(),
        )
    });
    assert_eq!(all, (2, 2, 2, "a".into(), "a".into(), 2, true));
}
