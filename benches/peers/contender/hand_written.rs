//! The hand-written bounds: what remains once generality is given up.
//!
//! The set has a fixed capacity, wakers made beforehand, and a bitmap of three levels. The gather
//! polls every child at every wake. Neither could be a library; they say how far one may get.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::bits::{Pool, WokenBy};
use super::{BOUND, Gather, Set, SetFamily, TryGather};
use crate::child::{Child, Failed};
use crate::drive::Spin;

/// The bound for wakes of the polling thread.
pub(crate) struct Bound;

impl SetFamily for Bound {
    const NAME: &'static str = BOUND;
    type Drive = Spin;
    type Set<F: Child> = Slots<F, false>;
}

/// The bound for wakes of any thread.
pub(crate) struct BoundAcrossThreads;

impl SetFamily for BoundAcrossThreads {
    const NAME: &'static str = BOUND;
    type Drive = Spin;
    type Set<F: Child> = Slots<F, true>;
}

impl Gather for Bound {
    const NAME: &'static str = BOUND;
    type Drive = Spin;

    async fn gather<F: Child>(mut children: Vec<F>) -> Vec<F::Output> {
        let mut outputs: Vec<Option<F::Output>> = Vec::new();
        outputs.resize_with(children.len(), || None);
        poll_fn(|cx| {
            let mut pending = false;
            for (child, output) in children.iter_mut().zip(&mut outputs) {
                if output.is_none() {
                    match Pin::new(child).poll(cx) {
                        Poll::Ready(value) => *output = Some(value),
                        Poll::Pending => pending = true,
                    }
                }
            }
            if pending { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        outputs.into_iter().flatten().collect()
    }
}

impl TryGather for Bound {
    const NAME: &'static str = BOUND;
    type Drive = Spin;

    async fn try_gather<F>(mut children: Vec<F>) -> Result<Vec<u64>, Failed>
    where
        F: Child + Future<Output = Result<u64, Failed>>,
    {
        let mut outputs = vec![None; children.len()];
        poll_fn(|cx| {
            let mut pending = false;
            for (child, output) in children.iter_mut().zip(&mut outputs) {
                if output.is_none() {
                    match Pin::new(child).poll(cx) {
                        Poll::Ready(end) => *output = Some(end?),
                        Poll::Pending => pending = true,
                    }
                }
            }
            if pending { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
        .await?;
        Ok(outputs.into_iter().flatten().collect())
    }
}

/// A vector of slots, and the bits of those that were woken.
pub(crate) struct Slots<F, const ANY_THREAD: bool> {
    slots: Vec<Option<F>>,
    free: Vec<usize>,
    len: usize,
    pool: Pool,
    /// The words taken from each level, lowest first, and the bit that each begins with.
    taken: [(u64, usize); 3],
}

/// Takes the lowest bit out of a word, as its number.
fn pop((word, start): &mut (u64, usize)) -> Option<usize> {
    let bit = word.trailing_zeros() as usize;
    *word &= word.checked_sub(1)?;
    Some(*start + bit)
}

impl<F, const ANY_THREAD: bool> Slots<F, ANY_THREAD> {
    /// The next slot that was woken.
    fn next_woken(&mut self) -> Option<usize> {
        let bits = &self.pool.bits;
        loop {
            if let Some(slot) = pop(&mut self.taken[0]) {
                return Some(slot);
            }
            if let Some(word) = pop(&mut self.taken[1]) {
                self.taken[0] = (bits.take(0, word), word * 64);
            } else if let Some(word) = pop(&mut self.taken[2]) {
                self.taken[1] = (bits.take(1, word), word * 64);
            } else {
                let mut tops = (0..bits.tops()).map(|word| (bits.take(2, word), word * 64));
                self.taken[2] = tops.find(|(top, _)| *top != 0)?;
            }
        }
    }
}

impl<F: Child, const ANY_THREAD: bool> Set<F> for Slots<F, ANY_THREAD> {
    fn with_capacity(n: usize) -> Self {
        let woken_by = if ANY_THREAD { WokenBy::AnyThread } else { WokenBy::ThisThread };
        Self {
            slots: Vec::with_capacity(n),
            free: Vec::new(),
            len: 0,
            pool: Pool::with_capacity(n, woken_by),
            taken: [(0, 0); 3],
        }
    }

    fn insert(&mut self, child: F) {
        self.len += 1;
        let slot = self.free.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(Some(child));
        } else {
            self.slots[slot] = Some(child);
        }
        self.pool.bits.mark(slot);
    }

    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<F::Output>> {
        while let Some(slot) = self.next_woken() {
            let Some(child) = &mut self.slots[slot] else { continue };
            let mut cx = Context::from_waker(&self.pool.wakers[slot]);
            if let Poll::Ready(output) = Pin::new(child).poll(&mut cx) {
                self.slots[slot] = None;
                self.free.push(slot);
                self.len -= 1;
                return Poll::Ready(Some(output));
            }
        }
        if self.len == 0 { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl<F, const ANY_THREAD: bool> Drop for Slots<F, ANY_THREAD> {
    fn drop(&mut self) {
        self.slots.clear();
        self.pool.leave();
    }
}
