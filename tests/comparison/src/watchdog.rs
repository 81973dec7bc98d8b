//! Cells in processes of their own, which may do what they like.

use std::{
    env,
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What the line begins with by which a cell says how it went.
pub(crate) const SAYS: &str = "cell: ";

/// A cell that takes longer hangs. The slowest that does not takes a second or two.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a cell in a process, and returns what the table shows of it.
pub(crate) fn run(trap: &str, library: &str) -> io::Result<String> {
    let mut process = Command::new(env::current_exe()?)
        .args([trap, library])
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let Some(status) = wait(&mut process)? else {
        process.kill()?;
        process.wait()?;
        return Ok("hangs".to_owned());
    };
    let mut text = String::new();
    if let Some(mut stdout) = process.stdout.take() {
        stdout.read_to_string(&mut text)?;
    }
    let said = text.lines().find_map(|line| line.strip_prefix(SAYS));
    Ok(match said {
        Some(said) if status.success() => said.to_owned(),
        _ => end(status),
    })
}

/// Waits for the end of a process; for no longer than is worth it.
fn wait(process: &mut Child) -> io::Result<Option<ExitStatus>> {
    // real time: a cell that hangs does so in real time
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        // real time: as above
        thread::sleep(Duration::from_millis(5));
    }
    Ok(None)
}

/// What it means that a process has ended in this way, without a word.
fn end(status: ExitStatus) -> String {
    match status.code() {
        // What the runtime of Rust exits with after a panic of `main`.
        Some(101) => "panics",
        _ => "aborts the process",
    }
    .to_owned()
}
