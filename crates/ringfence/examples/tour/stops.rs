//! The stops of the tour: what ringfence does with several fetches at once.
//!
//! The last two, which serve as well, are in `serving.rs`.
//!
//! No runtime is named, none is needed: the same code runs on all of them, within the one task
//! that awaits it.

use super::{
    client::{Client, Connect, FetchError},
    record::Record,
    scenario::beats,
    service::Listen,
    serving,
    site::Map,
};
use futures::StreamExt as _;
use ringfence::{Outcome, Waited, as_completed, race_ok, settle, try_gather, until, wait};

/// Walks from stop to stop.
pub(crate) async fn walk<N>(network: N, map: Map) -> Vec<Record>
where
    N: Connect + Listen + Copy,
{
    let (client, network, map) = (&Client::new(network), &network, &map);
    vec![
        Record::of(client, "try_gather\nall answer", every_page(client, map)).await,
        Record::of(client, "try_gather\none fails", every_page_or_none(client, map)).await,
        Record::of(client, "try_gather\n.timeout", every_page_in_time(client, map)).await,
        Record::of(client, "settle\n.timeout", what_came_in_time(client, map)).await,
        Record::of(client, "race_ok\none is good", best_mirror(client, map)).await,
        Record::of(client, "race_ok\nnone is good", no_mirror(client, map)).await,
        Record::of(client, "wait\nthen the rest", first_and_rest(client, map)).await,
        Record::of(client, "as_completed\n.limit(3)", as_they_come(client, map)).await,
        Record::of(client, "scope\n.on_failure", serving::one_fails(client, network)).await,
        Record::of(client, "scope\n.grace", serving::some_are_late(client, network)).await,
    ]
}

/// Every page, in the order given, whichever came first.
async fn every_page<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |host| client.fetch(map.url(host));
    match try_gather((fetch("west"), fetch("north"), fetch("south"))).await {
        Ok((west, north, south)) => vec![west, north, south],
        Err(error) => vec![format!("error: {error}")],
    }
}

/// The first error cancels the rest: nobody waits for a page that nobody will see.
async fn every_page_or_none<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |host| client.fetch(map.url(host));
    match try_gather(["far", "south", "broken", "silent"].map(fetch)).await {
        Ok(pages) => pages.into(),
        Err(error) => vec![format!("error: {error}")],
    }
}

/// The error of a timeout says whose time was up, and which children had not ended.
async fn every_page_in_time<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |host| client.fetch(map.url(host));
    let fetches = ["south", "silent", "far"].map(fetch);
    match try_gather(fetches).named("front page").timeout(beats(5)).await {
        Ok(Ok(pages)) => pages.into(),
        Ok(Err(error)) => vec![format!("error: {error}")],
        Err(elapsed) => vec![format!("elapsed: {elapsed}")],
    }
}

/// How each fetch ended; those that had not ended in time were cancelled.
async fn what_came_in_time<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |host| client.fetch(map.url(host));
    let hosts = ["west", "broken", "silent", "cut", "far", "noisy", "south"];
    let outcomes = settle(hosts.map(fetch)).timeout(beats(10)).await;
    let ends = hosts.into_iter().zip(outcomes).map(|(host, outcome)| match outcome {
        Outcome::Cancelled(cancelled) => format!("{host}: {cancelled}"),
        ended => show(ended),
    });
    ends.collect()
}

/// The first mirror fails, the second is slow, the third wins.
async fn best_mirror<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |host| client.fetch(map.url(host));
    let mirrors = vec!["cut", "far", "west"];
    match race_ok(mirrors.into_iter().map(fetch)).await {
        Ok(page) => vec![page],
        Err(errors) => errors.iter().map(FetchError::to_string).collect(),
    }
}

/// If no mirror is good, there is an error for each, in the order of the mirrors.
async fn no_mirror<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |host| client.fetch(map.url(host));
    match race_ok(["noisy", "cut", "broken"].map(fetch)).await {
        Ok(page) => vec![page],
        Err(errors) => {
            let errors = errors.iter().enumerate();
            errors.map(|(index, error)| format!("errors[{index}]: {error}")).collect()
        }
    }
}

/// What is there first, then the rest: waiting for some cancels none of the others.
async fn first_and_rest<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |page| client.fetch(map.page("desk", page));
    let Waited { done, mut pending } = wait((0..4).map(fetch), until::FirstCompleted).await;
    let mut came: Vec<_> = done.into_iter().map(|(_, outcome)| show(outcome)).collect();
    came.push(format!("({} pending)", pending.len()));
    while let Some((_, outcome)) = pending.next().await {
        came.push(show(outcome));
    }
    came
}

/// Each page as it comes, with its place among those asked for; a fetch that has no place among
/// the three has not even been made.
async fn as_they_come<C: Connect>(client: &Client<C>, map: &Map) -> Vec<String> {
    let fetch = |page| client.fetch(map.page("shelf", page));
    let mut pages = as_completed((0..12).map(fetch)).limit(3);
    let mut came = Vec::new();
    while let Some((index, page)) = pages.next().await {
        came.push(page.map_or_else(|error| error.to_string(), |_| index.to_string()));
    }
    vec![format!("pages {}", came.join(", "))]
}

fn show(outcome: Outcome<Result<String, FetchError>>) -> String {
    match outcome.into_result() {
        Ok(Ok(page)) => page,
        Ok(Err(error)) => format!("error: {error}"),
        Err(unfinished) => unfinished.to_string(),
    }
}
