//! Which servers there are, and what they do.
//!
//! What must come in a certain order is a whole beat apart, so that a busy machine gives the same
//! results as an idle one. Only the times differ.

use super::site::{Answer, Page};
use std::time::Duration;

const BEAT: Duration = Duration::from_millis(50);

pub(crate) const fn beats(beats: u32) -> Duration {
    BEAT.saturating_mul(beats)
}

const fn after(delay: u32, answer: Answer) -> Page {
    Page { delay: beats(delay), answer }
}

const fn body_after(delay: u32) -> Page {
    after(delay, Answer::Body)
}

pub(crate) const SERVERS: &[(&str, &[Page])] = &[
    ("south", &[body_after(1)]),
    ("west", &[body_after(3)]),
    ("north", &[body_after(4)]),
    ("far", &[body_after(9)]),
    ("cut", &[after(1, Answer::Half)]),
    ("broken", &[after(2, Answer::Fault)]),
    ("noisy", &[after(3, Answer::Noise)]),
    // A client waits for this one for ever; the server only until it is sure of that.
    ("silent", &[after(200, Answer::Silence)]),
    ("shelf", SHELF),
];

/// Twelve pages. Three at a time, one comes at each beat, never in the order asked for.
pub(crate) const SHELF: &[Page] = &[
    body_after(3),
    body_after(1),
    body_after(2),
    body_after(5),
    body_after(2),
    body_after(2),
    body_after(5),
    body_after(3),
    body_after(1),
    body_after(4),
    body_after(2),
    body_after(3),
];
