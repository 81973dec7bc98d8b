//! An application that uses the library `larder`, and chooses its runtime by a feature alone.
//!
//! The library knows no runtime. What an application adds for one is in `on_tokio.rs`, `on_smol.rs`
//! and `on_async_std.rs`: a way to connect, and a line to run it. What comes must be the same on all.
//!
//! ```console
//! $ cargo run -p embedded_library                                          # on tokio
//! $ cargo run -p embedded_library --no-default-features --features smol
//! $ cargo run -p embedded_library --no-default-features --features async-std
//! ```
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what this prints is what it is for")]

#[cfg(feature = "async-std")]
mod on_async_std;
#[cfg(feature = "smol")]
mod on_smol;
#[cfg(feature = "tokio")]
mod on_tokio;
mod replicas;
mod story;

use replicas::{Places, Replicas};
use std::{io, process::ExitCode};

/// What comes of the story, on every runtime.
const EXPECTED: &str = include_str!("../expected.txt");

/// A runtime, and the story told on it.
struct Application {
    name: &'static str,
    run: fn(Places) -> String,
}

/// The runtimes whose features are on.
const APPLICATIONS: &[Application] = &[
    #[cfg(feature = "tokio")]
    Application { name: "tokio", run: on_tokio::run },
    #[cfg(feature = "smol")]
    Application { name: "smol", run: on_smol::run },
    #[cfg(feature = "async-std")]
    Application { name: "async-std", run: on_async_std::run },
];

fn main() -> ExitCode {
    if APPLICATIONS.is_empty() {
        eprintln!("choose a runtime: --features tokio, smol or async-std");
        return ExitCode::FAILURE;
    }
    for application in APPLICATIONS {
        match on_replicas(application.run) {
            Ok(came) if came == EXPECTED => println!("{came}as expected on {}", application.name),
            Ok(came) => {
                eprintln!("on {} came\n{came}instead of\n{EXPECTED}", application.name);
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("no replicas: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn on_replicas(run: fn(Places) -> String) -> io::Result<String> {
    let replicas = Replicas::open()?;
    let came = run(replicas.places());
    // It waits until no connection is open: what was given up has left nothing behind.
    replicas.close()?;
    Ok(came)
}
