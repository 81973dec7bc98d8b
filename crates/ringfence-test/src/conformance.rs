//! What must hold on every runtime, as tests that its adapter runs.
//!
//! An adapter has no semantics of its own: how children end, panic and are cancelled is the same on
//! every runtime, as long as that does the little that [`rt`](ringfence_core::rt) asks of it. This
//! suite tests both: what is asked, and what follows from it. Whoever writes an adapter writes a
//! [`Host`], which opens the runtime, and one line for each way to open it:
//!
//! ```
//! use ringfence_core::{block_on, rt::{Embedded, Refused, Spawn, Task, Timer}};
//! use ringfence_test::conformance::Host;
//! use std::{sync::Arc, thread};
//!
//! /// An executor of one's own: here, a thread for each task.
//! struct Threads;
//!
//! impl Spawn for Threads {
//!     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
//!         thread::spawn(|| block_on(task));
//!         Ok(())
//!     }
//! }
//!
//! struct OnThreads;
//!
//! impl Host for OnThreads {
//!     fn spawner(&self) -> Arc<dyn Spawn> {
//!         Arc::new(Threads)
//!     }
//!
//!     fn timer(&self) -> Option<Arc<dyn Timer>> {
//!         Some(Arc::new(Embedded))
//!     }
//! }
//!
//! ringfence_test::conformance!(threads, || OnThreads);
//! # fn main() {}
//! ```
//!
//! That is a module `threads` with a test for each rule, so that a failure has a name:
//! `threads::a_sleep_is_not_early`. A rule that asks for what the host does not have is skipped, and
//! says so on the standard error output, which no test runner keeps to itself: `SKIP
//! threads::a_job_is_run: the host has no pool for blocking jobs`.
//!
//! # When a test fails
//!
//! A rule that hangs (a wake that was lost, a task that was leaked) panics with its name after two
//! minutes in which nothing of it was heard. Rules wait for nothing else by the clock, but for the
//! timers under test.
//!
//! The last test is `stress`: scopes and verbs of random children, on the runtime and in place, are
//! dropped at random moments, and each poll and each destructor is checked against the promises. It
//! makes 300 rounds, or as many as `RINGFENCE_STRESS_ROUNDS` says; a fault is printed with the seed
//! of its round, which `RINGFENCE_STRESS_SEED` makes the first. A seed repeats what was done, not
//! which thread was faster.
//!
//! # What is not tested
//!
//! [`TestRuntime`](crate::TestRuntime) is no host: it runs on one thread, and nobody else's wake
//! counts. [`SpawnLocal`](ringfence_core::rt::SpawnLocal) has no rules here, since no verb needs it.

mod busy;
mod dropped;
mod ended;
mod host;
mod jobs;
mod panics;
mod patience;
mod scopes;
mod stress;
mod tasks;
mod timers;
mod verbs;
mod wakes;
mod watch;
mod whole;

pub use host::{Driver, End, Host};

/// Makes of one list of rules the functions that test them, and the macro that calls these.
macro_rules! suite {
    // The dollar sign is given, for the macro that is made.
    ($d:tt $($module:ident: $($rule:ident)*;)*) => {
        #[doc(hidden)]
        pub mod rules {
            use super::{Host, patience::watched};

            $($(
                pub fn $rule<H: Host>(open: impl FnOnce() -> H + Send + 'static) {
                    watched(move |_| super::$module::$rule(open()));
                }
            )*)*

            pub fn stress<H: Host>(open: impl FnOnce() -> H + Send + 'static) {
                watched(move |pulse| super::stress::stress(open(), pulse));
            }
        }

        /// Tests a runtime by the [conformance suite](mod@crate::conformance).
        ///
        /// The name is that of a module, with a test for each rule; the closure opens a
        /// [`Host`](crate::conformance::Host), once for each test.
        ///
        /// # Examples
        ///
        /// ```
        /// # use ringfence_core::{block_on, rt::{Refused, Spawn, Task}};
        /// # use ringfence_test::conformance::Host;
        /// # use std::{sync::Arc, thread};
        /// # struct Threads;
        /// # impl Spawn for Threads {
        /// #     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        /// #         thread::spawn(|| block_on(task));
        /// #         Ok(())
        /// #     }
        /// # }
        /// # struct OnThreads;
        /// # impl Host for OnThreads {
        /// #     fn spawner(&self) -> Arc<dyn Spawn> {
        /// #         Arc::new(Threads)
        /// #     }
        /// # }
        /// ringfence_test::conformance!(threads, || OnThreads);
        /// # fn main() {}
        /// ```
        #[macro_export]
        macro_rules! conformance {
            ($d name:ident, $d open:expr $d(,)?) => {
                mod $d name {
                    use super::*;

                    $($(
                        #[test]
                        fn $rule() {
                            $d crate::conformance::rules::$rule($d open);
                        }
                    )*)*

                    #[test]
                    fn stress() {
                        $d crate::conformance::rules::stress($d open);
                    }
                }
            };
        }
    };
}

suite! { $
    tasks:
        a_task_is_run_to_its_end_and_dropped
        a_task_may_be_spawned_inside_in_a_task_and_on_any_thread
        a_task_goes_on_though_nobody_waits_for_it
        tasks_are_polled_at_the_same_time
        what_is_refused_is_given_back_whole;
    wakes:
        a_wake_inside_a_poll_asks_for_another_poll
        a_wake_from_another_thread_inside_a_poll_is_not_lost
        wakes_from_another_thread_are_not_lost
        a_task_that_always_wakes_itself_holds_up_nobody
        a_waker_may_outlive_its_task;
    panics:
        a_panic_comes_to_the_parent_as_it_was_and_the_runtime_goes_on
        a_panic_is_an_outcome_where_outcomes_are_kept
        a_destructor_that_panics_at_the_end_is_a_panic_of_the_child;
    dropped:
        a_child_that_was_never_polled_is_never_spawned
        an_idle_child_has_been_dropped_when_its_drop_returns
        idle_children_of_a_scope_have_been_dropped_when_its_drop_returns
        a_drop_does_not_wait_for_a_poll_after_which_the_child_is_dropped
        a_strict_drop_waits_for_the_poll
        whoever_is_awaited_waits_for_the_poll_of_a_child_that_it_drops;
    ended:
        a_task_that_has_not_ended_is_dropped_with_its_runtime
        a_child_that_has_not_ended_is_cancelled_with_its_runtime
        a_child_inside_a_poll_is_cancelled_with_its_runtime
        a_scope_whose_runtime_ends_is_cancelled_and_does_not_hang
        what_is_spawned_after_the_end_is_refused_or_dropped
        a_sleep_goes_on_without_its_runtime;
    timers:
        the_clock_never_goes_back
        a_sleep_is_not_early
        a_sleep_may_be_made_and_polled_anywhere
        a_sleep_wakes_the_waker_of_its_latest_poll
        a_sleep_that_is_dropped_keeps_no_waker
        what_has_passed_is_not_waited_for
        a_year_is_not_too_long
        a_timeout_cuts_what_does_not_end;
    jobs:
        a_job_is_run
        the_panic_of_a_job_is_its_parents_and_the_pool_goes_on
        a_job_that_is_dropped_before_it_has_begun_never_runs
        a_job_that_has_begun_is_waited_for
        a_job_may_wait_for_a_task;
    verbs:
        outputs_come_in_the_order_given
        the_first_error_cancels_the_others_and_waits_for_them
        the_losers_of_a_race_have_been_dropped_when_it_resolves
        every_child_has_an_outcome
        a_verb_runs_its_children_on_it_as_tasks_or_in_shards
        the_first_error_cancels_the_children_of_a_verb_on_it
        a_quorum_and_a_hedge_leave_nobody_behind;
    scopes:
        children_of_a_scope_run_on_it_and_in_place
        a_failure_cancels_the_children_of_a_scope_and_waits_for_them
        what_a_scope_owns_is_borrowed_by_its_children_and_comes_back
        what_a_scope_owns_is_dropped_after_the_last_child_that_borrows_it
        children_that_were_asked_to_end_clean_up_within_the_grace
        a_deadline_reaches_children_by_their_tokens
        a_cancellation_reaches_scopes_nested_across_tasks;
}
