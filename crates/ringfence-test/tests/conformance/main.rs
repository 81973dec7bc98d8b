//! The conformance suite on private executors, and on runtimes that are wrong.

mod broken;
mod crew;
mod skipped;
mod threads;

use crew::OnCrew;
use threads::OnThreads;

ringfence_test::conformance!(thread_per_task, || OnThreads);
ringfence_test::conformance!(two_threads, || OnCrew::of(2));
