//! Those who poll what a program is about.

use ringfence_test::HookedWaker;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Waker,
};

/// How many parents there are. The last one has a waker that does more than to count.
pub(crate) const PARENTS: usize = 3;

/// Three parents, who take turns, and how often each was woken.
pub(crate) struct Parents {
    wakers: [Waker; PARENTS],
    wakes: Arc<[AtomicUsize; PARENTS]>,
}

impl Parents {
    /// `echo` is called by each wake of the last one, in the midst of it.
    pub(crate) fn new(echo: impl Fn() + Send + Sync + 'static) -> Self {
        let wakes: Arc<[AtomicUsize; PARENTS]> = Arc::default();
        let mut echo = Some(echo);
        let wakers = std::array::from_fn(|which| {
            let wakes = wakes.clone();
            let echo = if which + 1 == PARENTS { echo.take() } else { None };
            let hook = move || {
                wakes[which].fetch_add(1, Ordering::Relaxed);
                if let Some(echo) = &echo {
                    echo();
                }
            };
            HookedWaker::new().on_wake(hook).into_waker()
        });
        Self { wakers, wakes }
    }

    pub(crate) fn waker(&self, which: usize) -> &Waker {
        &self.wakers[which]
    }

    /// How often each was woken.
    pub(crate) fn wakes(&self) -> [usize; PARENTS] {
        std::array::from_fn(|which| self.wakes[which].load(Ordering::Relaxed))
    }
}
