//! Running a future in many orders: by seeds, or in all there are.

use super::{TestRuntime, choices::Choice, run};
use std::future::Future;

/// So many seeds, each run in well under a millisecond where the test is small.
const SEEDS: u64 = 256;

/// Runs the future that `test` makes for each of 256 seeds.
///
/// A failure prints its seed, with which [`run`] repeats it.
///
/// # Panics
///
/// As [`TestRuntime::run`], for the first seed that does.
///
/// # Examples
///
/// ```
/// use ringfence_test::{Probe, explore};
///
/// explore(|| async {
///     assert_eq!(Probe::yields(3, "done").await, "done");
/// });
/// ```
#[track_caller]
pub fn explore<F: Future<Output = ()>>(test: impl FnMut() -> F) {
    explore_seeds(0..SEEDS, test);
}

/// Runs the future that `test` makes once for each seed.
///
/// As [`explore`], for other seeds or another number of them.
///
/// # Panics
///
/// As [`TestRuntime::run`], for the first seed that does.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Spawn, Task};
/// use ringfence_test::{TestRuntime, explore_seeds, wait_all_blocked};
/// use std::{collections::BTreeSet, sync::mpsc};
///
/// // How many orders of three tasks do twenty seeds try?
/// let mut orders = BTreeSet::new();
/// let (done, ended) = mpsc::channel();
/// explore_seeds(0..20, || {
///     let done = done.clone();
///     async move {
///         for number in 0..3 {
///             let done = done.clone();
///             let task = async move { done.send(number).unwrap() };
///             TestRuntime::current().spawn(Task::new(task)).unwrap();
///         }
///         wait_all_blocked().await;
///     }
/// });
/// orders.extend(ended.try_iter().collect::<Vec<u32>>().chunks(3).map(<[_]>::to_vec));
/// assert_eq!(orders.len(), 6);
/// ```
#[track_caller]
pub fn explore_seeds<F: Future<Output = ()>>(
    seeds: impl IntoIterator<Item = u64>,
    mut test: impl FnMut() -> F,
) {
    for seed in seeds {
        run(seed, test());
    }
}

/// Runs the future that `test` makes in every order there is, but no more than `bound` times.
///
/// An order is who of the tasks that are ready is polled next, again and again; they are tried
/// depth first. Alarms that are due at the same instant ring in the order in which they were set.
/// The program must be small, and do the same when it is scheduled in the same way.
///
/// A failure prints its schedule, with which [`run_schedule`] repeats it.
///
/// # Panics
///
/// As [`TestRuntime::run`], in the first schedule that does; and if the program does something else
/// when it is scheduled in the same way.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Spawn, Task};
/// use ringfence_test::{Exhausted, TestRuntime, exhaust, wait_all_blocked};
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// let tried = exhaust(1_000, || async {
///     // Three tasks, in all six orders.
///     static COUNT: AtomicU32 = AtomicU32::new(0);
///     for _ in 0..3 {
///         let task = async { drop(COUNT.fetch_add(1, Ordering::Relaxed)) };
///         TestRuntime::current().spawn(Task::new(task)).unwrap();
///     }
///     wait_all_blocked().await;
///     assert_eq!(COUNT.swap(0, Ordering::Relaxed), 3);
/// });
/// assert_eq!(tried, Exhausted::All { schedules: 6 });
/// ```
#[track_caller]
pub fn exhaust<F: Future<Output = ()>>(bound: usize, mut test: impl FnMut() -> F) -> Exhausted {
    let mut script = Vec::new();
    for schedules in 0..bound {
        let rt = TestRuntime::scripted(script);
        rt.run(test());
        match rt.shared.tasks.with(|tasks| after(tasks.choices.taken())) {
            Some(next) => script = next,
            None => return Exhausted::All { schedules: schedules + 1 },
        }
    }
    Exhausted::Bound { schedules: bound }
}

/// Runs `future` in the order of a schedule, as [`exhaust`] prints it.
///
/// # Panics
///
/// As [`TestRuntime::run`], and if the schedule is not one of this program.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Spawn, Task};
/// use ringfence_test::{TestRuntime, run_schedule, wait_all_blocked};
/// use std::sync::mpsc;
///
/// let order = run_schedule(&[1], async {
///     let (done, order) = mpsc::channel();
///     for name in ["first", "second"] {
///         let done = done.clone();
///         let task = async move { done.send(name).unwrap() };
///         TestRuntime::current().spawn(Task::new(task)).unwrap();
///     }
///     wait_all_blocked().await;
///     order.try_iter().collect::<Vec<_>>()
/// });
/// assert_eq!(order, ["second", "first"]);
/// ```
#[track_caller]
pub fn run_schedule<F: Future>(schedule: &[usize], future: F) -> F::Output {
    TestRuntime::scripted(schedule.to_vec()).run(future)
}

/// How far [`exhaust`] has come.
///
/// # Examples
///
/// ```
/// use ringfence_test::{Exhausted, exhaust};
///
/// let tried = exhaust(10, || async {});
/// assert_eq!(tried, Exhausted::All { schedules: 1 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a bound that was reached leaves schedules untried"]
pub enum Exhausted {
    /// It has tried all schedules.
    All {
        /// How many there are.
        schedules: usize,
    },
    /// It has tried as many as it was allowed to, and there are more.
    Bound {
        /// How many it has tried.
        schedules: usize,
    },
}

/// Returns the script of the schedule after the one with these choices, depth first.
fn after(taken: &[Choice]) -> Option<Vec<usize>> {
    let last = taken.iter().rposition(|choice| choice.chosen + 1 < choice.of)?;
    let before = taken[..last].iter().map(|choice| choice.chosen);
    Some(before.chain([taken[last].chosen + 1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(choices: &[(usize, usize)]) -> Vec<Choice> {
        choices.iter().map(|&(chosen, of)| Choice { chosen, of }).collect()
    }

    #[test]
    fn the_last_choice_that_has_an_alternative_is_the_one_that_changes() {
        assert_eq!(after(&choices(&[(0, 2), (0, 3)])), Some(vec![0, 1]));
        assert_eq!(after(&choices(&[(0, 2), (2, 3)])), Some(vec![1]));
        assert_eq!(after(&choices(&[(1, 2), (2, 3)])), None);
        assert_eq!(after(&[]), None);
    }
}
