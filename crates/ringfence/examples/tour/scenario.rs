//! Which servers there are, and what they do.
//!
//! A busy machine must give the same results as an idle one; only the times may differ. So where
//! an order is to be seen, a server keeps it; and where time decides, what shall be in time takes
//! four beats at most, and what shall not, twenty at least.

use super::server::{Answer, Page, Script};
use std::time::Duration;

const BEAT: Duration = Duration::from_millis(50);

pub(crate) const fn beats(beats: u32) -> Duration {
    BEAT.saturating_mul(beats)
}

/// How long connections may go on once their server is shutting down. What shall end within it
/// waits for no time at all.
pub(crate) const GRACE: Duration = beats(20);

pub(crate) const SCRIPTS: &[Script] = &[
    lone("south", &[Page { delay: beats(1), answer: Answer::Body }]),
    lone("north", &[Page { delay: beats(2), answer: Answer::Body }]),
    lone("west", &[Page { delay: beats(4), answer: Answer::Body }]),
    lone("far", &[Page { delay: beats(20), answer: Answer::Body }]),
    lone("cut", &[Page { delay: beats(1), answer: Answer::Half }]),
    lone("noisy", &[Page { delay: beats(2), answer: Answer::Noise }]),
    lone("broken", &[Page { delay: beats(4), answer: Answer::Fault }]),
    lone("silent", &[Page { delay: beats(200), answer: Answer::Silence }]),
    Script { name: "desk", pages: &[QUICK, QUICK, QUICK, FAULTY], order: &[2, 3, 1, 0] },
    Script { name: "shelf", pages: &[QUICK; 12], order: &[1, 2, 0, 4, 5, 3, 8, 7, 6, 10, 9, 11] },
];

const QUICK: Page = Page { delay: Duration::from_millis(20), answer: Answer::Body };
const FAULTY: Page = Page { answer: Answer::Fault, ..QUICK };

/// A server that answers each request by itself.
const fn lone(name: &'static str, pages: &'static [Page]) -> Script {
    Script { name, pages, order: &[] }
}
