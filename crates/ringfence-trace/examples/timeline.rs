//! Writes a trace file and a timeline of a small download into a directory.
//!
//! `cargo run -p ringfence-trace --example timeline -- <directory>`
#![expect(clippy::print_stdout, reason = "what this prints is what it is for")]

use ringfence_core::{ScopeError, block_on, scope, sleep};
use ringfence_trace::Recorder;
use std::{env, error::Error, fs, path::PathBuf, time::Duration};

/// What a mirror that is down says.
type Down = String;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A part of the file, from a mirror: each in a scope of its own, with a connection that is watched.
async fn part(number: u64) -> Result<u64, Down> {
    let connection = scope(async |s| {
        s.child().daemon().named("keep alive").spawn(async {
            loop {
                sleep(ms(3)).await;
            }
            #[expect(unreachable_code, reason = "it says what the child returns")]
            Ok::<(), Down>(())
        });
        let mut read = 0;
        for _ in 0..=number {
            sleep(ms(4)).await;
            read += 1_000;
        }
        if number == 3 { Err(format!("part {number} is gone")) } else { Ok(read) }
    });
    connection.named(format!("connection {number}")).first().await
}

/// The file, two parts at a time.
async fn download(recorder: Recorder) -> Result<u64, ScopeError<Down>> {
    scope(async |s| {
        s.child().daemon().named("progress").spawn_with(async |s| {
            s.cancelled().await;
            Ok(())
        });
        let parts: Vec<_> = (0..6)
            .map(|number| s.child().named(format!("part {number}")).spawn(part(number)))
            .collect();
        let mut sum = 0;
        for part in parts {
            sum += part.await;
        }
        Ok(sum)
    })
    .named("download")
    .limit(2)
    .grace(ms(2))
    .observe(recorder)
    .await
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory: PathBuf = env::args_os().nth(1).ok_or("to which directory?")?.into();
    let recorder = Recorder::new();
    match block_on(download(recorder.clone())) {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => println!("the download has failed: {error}"),
    }
    let recording = recorder.recording();
    let (trace, timeline) = (directory.join("trace.json"), directory.join("timeline.html"));
    fs::write(&trace, recording.trace_file())?;
    fs::write(&timeline, recording.timeline())?;
    println!("{} is for https://ui.perfetto.dev", trace.display());
    println!("{} is for a browser", timeline.display());
    Ok(())
}
