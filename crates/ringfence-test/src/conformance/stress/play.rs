//! Plans, as futures.

use super::{
    child::{Child, Planned},
    family::{Family, Fence},
    plan::{ChildPlan, End, Manner, Plan, Script, Step, Verb, spin},
    world::World,
};
use crate::Probe;
use ringfence_core::{
    Outcome, Scope, ScopeError, blocking, cancel, gather, race, remote, scope, scope_with, settle,
    try_gather,
};
use std::{
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    thread,
};

/// A child of a verb, wherever it runs.
type Member = Pin<Box<dyn Future<Output = Result<(), Planned>> + Send>>;

/// Makes the future of a plan.
pub(super) fn play(world: &Arc<World>, plan: Plan) -> Family {
    let fence = world.fence();
    let ends: Vec<End> = plan.children.iter().map(|child| child.script.end).collect();
    let fails = ends.contains(&End::Failure);
    let limit = plan.limit.unwrap_or(usize::MAX);
    match plan.verb {
        Verb::Gather => {
            let (world, all) = (Arc::clone(world), gather(members(&fence, plan.children)));
            Family::new(fence, async move {
                let outputs = all.limit(limit).await;
                let told: Vec<_> = outputs.into_iter().map(end_of).collect();
                world.expect(told == ends, || format!("outputs {told:?} of {ends:?}"));
            })
        }
        Verb::GatherOn => {
            let all = gather(on_runtime(&fence, plan.children)).on(&fence.watch);
            let world = Arc::clone(world);
            Family::new(fence, async move {
                let outputs = all.limit(limit).await;
                let told: Vec<_> = outputs.into_iter().map(end_of).collect();
                world.expect(told == ends, || format!("outputs {told:?} of {ends:?}"));
            })
        }
        Verb::Settle => {
            let (world, all) = (Arc::clone(world), settle(members(&fence, plan.children)));
            Family::new(fence, async move {
                let outcomes = all.limit(limit).await;
                let is_told = outcomes.iter().zip(&ends).all(|(outcome, end)| match outcome {
                    Outcome::Completed(output) => end_of(*output) == *end,
                    // Of its own, or of a family of its.
                    Outcome::Panicked(_) => true,
                    Outcome::Cancelled(_) => false,
                });
                let is_told = is_told && outcomes.len() == ends.len();
                world.expect(is_told, || format!("outcomes {outcomes:?} of {ends:?}"));
            })
        }
        Verb::TryGather => {
            let (world, all) = (Arc::clone(world), try_gather(members(&fence, plan.children)));
            Family::new(fence, async move {
                let is_failure = all.limit(limit).await.is_err();
                world.expect(is_failure == fails, || format!("{is_failure} of {ends:?}"));
            })
        }
        Verb::Race => {
            let first = race(members(&fence, plan.children));
            Family::new(fence, async move {
                let _ = first.limit(limit).await;
            })
        }
        Verb::Scope => Family::new(Arc::clone(&fence), in_scope(fence, plan)),
        Verb::ScopeWith => Family::new(Arc::clone(&fence), in_scope_with(fence, plan)),
    }
}

fn end_of(output: Result<(), Planned>) -> End {
    if output.is_ok() { End::Value } else { End::Failure }
}

/// Makes the children of a verb.
fn members(fence: &Arc<Fence>, children: Vec<ChildPlan>) -> Vec<Member> {
    let make = |child: ChildPlan| -> Member {
        let (manner, child) = make_child(fence, child);
        match manner {
            Manner::InPlace => Box::pin(child),
            Manner::Remote => Box::pin(remote(&fence.watch, child)),
            Manner::Strict => Box::pin(remote(&fence.watch, child).strict()),
        }
    };
    children.into_iter().map(make).collect()
}

/// Makes the children of a verb that runs them on the runtime itself.
fn on_runtime(fence: &Arc<Fence>, children: Vec<ChildPlan>) -> Vec<Member> {
    let make = |child: ChildPlan| -> Member {
        let child = ChildPlan { manner: Manner::Remote, ..child };
        Box::pin(make_child(fence, child).1)
    };
    children.into_iter().map(make).collect()
}

/// Makes a child that borrows nothing.
fn make_child(
    fence: &Arc<Fence>,
    child: ChildPlan,
) -> (Manner, impl Future<Output = Result<(), Planned>> + Send + 'static) {
    let ChildPlan { manner, script, destructor } = child;
    let acts = act(Arc::clone(fence), script, || {});
    (manner, Child::new(fence, manner, destructor, acts))
}

/// Does what a script says; `touch` is called at each step.
async fn act(fence: Arc<Fence>, script: Script, mut touch: impl FnMut()) -> Result<(), Planned> {
    for step in script.steps {
        touch();
        match step {
            Step::Yield => Probe::yields(1, ()).await,
            Step::Spin(spins) => spin(spins),
            Step::Stall => thread::yield_now(),
            Step::Ring => ring(&fence.world).await,
            Step::Sleep(duration) => {
                let timer = &fence.world.timer;
                timer.sleep_until(timer.now() + duration).await;
            }
            Step::Job(spins) => job(&fence, spins).await,
            Step::Family(plan) => {
                let family: Pin<Box<dyn Future<Output = ()> + Send>> =
                    Box::pin(play(&fence.world, plan));
                family.await;
            }
        }
    }
    match script.end {
        End::Value => Ok(()),
        End::Failure => Err(Planned),
        // Past the panic hook, which would print it.
        End::Panic => resume_unwind(Box::new(Planned)),
        End::Never => pending().await,
    }
}

/// Waits for a wake from another thread.
async fn ring(world: &World) {
    let has_rung = Arc::new(AtomicBool::new(false));
    poll_fn(|cx| {
        // Acquire: pairs with the Release of the thread that has rung.
        if has_rung.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        world.ringer.ring(&has_rung, cx.waker());
        Poll::Pending
    })
    .await;
}

/// Has a job run that takes so long, if there is a pool.
async fn job(fence: &Arc<Fence>, spins: usize) {
    if let Some(pool) = &fence.world.pool {
        let of = Arc::clone(fence);
        let job = move || {
            let _running = of.begin_job();
            spin(spins);
        };
        blocking(pool, job).await;
    }
}

/// A scope whose children borrow nothing.
async fn in_scope(fence: Arc<Fence>, plan: Plan) {
    let world = Arc::clone(&fence.world);
    let fails = |script: &Script| script.end == End::Failure;
    let expected = plan.children.iter().any(|child| fails(&child.script)) || fails(&plan.body);
    // Who never ends is a daemon, unless somebody else ends the scope.
    let is_decided = expected || plan.children.iter().any(|it| it.script.end == End::Panic);
    let limit = plan.limit.unwrap_or(usize::MAX);
    let whole = scope(async move |s: Scope<'_, Planned>| {
        for child in plan.children {
            let never = child.script.end == End::Never;
            let (manner, child) = make_child(&fence, child);
            let place = s.child();
            let place = if never && !is_decided { place.daemon() } else { place };
            match manner {
                Manner::InPlace => drop(place.spawn(child)),
                Manner::Remote => drop(place.spawn_on(&fence.watch, child)),
                Manner::Strict => drop(place.spawn(remote(&fence.watch, child).strict())),
            }
        }
        act(fence, plan.body, || {}).await
    });
    expect_end(&world, whole.limit(limit).await, expected);
}

/// A scope whose children borrow from what it owns.
async fn in_scope_with(fence: Arc<Fence>, plan: Plan) {
    let world = Arc::clone(&fence.world);
    let fails = |script: &Script| script.end == End::Failure;
    let expected = plan.children.iter().any(|child| fails(&child.script)) || fails(&plan.body);
    let limit = plan.limit.unwrap_or(usize::MAX);
    let part = |_: &ChildPlan| Part { uses: 0, is_used: false, world: Arc::clone(&world) };
    let env: Vec<Part> = plan.children.iter().map(part).collect();
    let watch = fence.watch.clone();
    let whole = scope_with(&watch, env, async move |s, env: &mut Vec<Part>| {
        for (part, child) in env.iter_mut().zip(plan.children) {
            let ChildPlan { script, destructor, .. } = child;
            let of = Arc::clone(&fence);
            let borrows = async move {
                let using = Using::begin(part);
                act(of, script, || using.part.uses += 1).await
            };
            s.spawn(Child::new(&fence, Manner::Remote, destructor, borrows));
        }
        act(fence, plan.body, || {}).await
    });
    let (env, ended) = whole.limit(limit).await;
    drop(env);
    expect_end(&world, ended, expected);
}

/// Checks the result of a scope, in which there is a failure or none.
fn expect_end(world: &World, ended: Result<(), ScopeError<Planned>>, fails: bool) {
    let is_expected = match &ended {
        // The failure may never have come.
        Ok(()) => !fails || is_cut(),
        Err(ScopeError::Failed(_)) => fails,
        Err(ScopeError::Cancelled(_)) => is_cut(),
        Err(_) => false,
    };
    world.expect(is_expected, || format!("a scope has ended with {ended:?}"));
}

/// Whether who is around was cancelled, or is just being cancelled: a token is marked after those
/// below it, of which a scope's is one.
fn is_cut() -> bool {
    let Some(token) = cancel::current() else { return false };
    (0..100_000).any(|_| {
        thread::yield_now();
        token.is_cancelled()
    })
}

/// What a child borrows.
struct Part {
    uses: usize,
    is_used: bool,
    world: Arc<World>,
}

impl Drop for Part {
    fn drop(&mut self) {
        self.world.expect(!self.is_used, || "what a child borrows was dropped".to_owned());
    }
}

/// The borrow of a child, which it writes to when it is dropped.
struct Using<'a> {
    part: &'a mut Part,
}

impl<'a> Using<'a> {
    fn begin(part: &'a mut Part) -> Self {
        part.is_used = true;
        Self { part }
    }
}

impl Drop for Using<'_> {
    fn drop(&mut self) {
        self.part.uses += 1;
        self.part.is_used = false;
    }
}

/// Calls `f`, which may panic as the plan has it.
///
/// # Panics
///
/// With any other panic.
pub(super) fn expect_planned(f: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(f)) {
        if !panic.is::<Planned>() {
            resume_unwind(panic);
        }
    }
}
