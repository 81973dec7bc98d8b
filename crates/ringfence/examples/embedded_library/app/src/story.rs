//! What the application does with the library. No line of it knows the runtime.

use crate::replicas::Places;
use larder::{Connect, Larder, Replica};
use std::{fmt::Write as _, net::SocketAddr, time::Duration};

/// Tells the story, each chapter on a network of its own, and returns what came of it.
pub(crate) async fn tell<C: Connect>(network: impl Fn() -> C + Send + Sync, at: Places) -> String {
    let larder = |addresses: &[SocketAddr]| {
        let replicas = addresses.iter().map(|&address| Replica { address });
        // Longer than any answer takes: who waits so long has waited in vain.
        Larder::new(network(), replicas.collect()).patience(Duration::from_secs(60))
    };
    let mut came = String::new();
    let mut note = |what: &str, came_of_it: String| {
        writeln!(came, "{what:50} {came_of_it}").expect("a string takes all");
    };

    // The silent one is given up as soon as another answers.
    let all = larder(&[at.silent, at.broken, at.pantry, at.cellar]);
    note("get salt, of a silent, a broken and two good ones", shown(all.get("salt").await));

    let two = larder(&[at.pantry, at.cellar]);
    let keys = ["bread", "salt", "caviar"];
    note("get_all bread, salt, caviar", shown(two.get_all(&keys).await));

    let broken = larder(&[at.broken]);
    note("get_all bread, of a broken one", shown(broken.get_all(&["bread"]).await));

    let silent = larder(&[at.silent]).patience(Duration::from_millis(20));
    note("get salt, of a silent one", shown(silent.get("salt").await));

    let three = larder(&[at.pantry, at.broken, at.cellar]);
    note("put jam into two good ones and a broken one", shown(three.put("jam", "plums").await));

    let cake = two.needs("cake").await.map(|all| all.into_keys().collect::<Vec<_>>());
    note("what a cake needs, as deep as it goes", shown(cake));

    // Each is a task of the runtime that this application has chosen.
    note("checksums of bread, salt, caviar", shown(two.checksums(&keys).await));

    note("what a pie needs", shown(two.needs("pie").await));
    came
}

fn shown<T: std::fmt::Debug>(result: Result<T, larder::Error>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    }
}
