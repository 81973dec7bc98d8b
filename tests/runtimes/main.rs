//! What differs between runtimes, and must not: each test runs on each of them.
//!
//! | a difference | is levelled by | tests |
//! |---|---|---|
//! | tokio panics where code spawns or sleeps outside of it | a runtime is a value, named or found | `context`, `timers` |
//! | smol cannot tell that code runs inside it | it is named; else an error that says so | `context` |
//! | a handle that is dropped detaches, or cancels | tasks are detached on all | `tasks` |
//! | the panic of a task is an error, or goes on in whoever awaits it, or in the executor | it never gets to the runtime | `tasks` |
//! | to abort is asked for, awaited or not there | a child is dropped in place, and no task is aborted | `tasks` |
//! | a runtime that is gone cancels, panics or says nothing | the drop of the task tells its parent | `ended` |
//! | `block_on` inside another panics | `ringfence::block_on` does not | `blocked` |
//! | jobs that have begun are waited for, or not | whoever awaits them waits, on all | `jobs` |
//! | timers panic far ahead, without `enable_time`, after the end | they wait | `timers`, `ended` |

mod blocked;
mod context;
mod ended;
mod host;
mod jobs;
mod tasks;
mod timers;
