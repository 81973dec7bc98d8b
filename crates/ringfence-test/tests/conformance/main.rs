//! The conformance suite on private executors.

mod threads;

use threads::OnThreads;

ringfence_test::conformance!(thread_per_task, || OnThreads);
