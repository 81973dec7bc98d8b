//! A store that grows with late arrivals.

use super::{
    ready::{Ready, Slot},
    segments::Segments,
    turn::{turn, turns},
};
use crate::outcome::Panic;
use alloc::vec::Vec;
use core::{
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll},
};

/// Children of one type, and who of them was woken.
///
/// The children are dropped first, since their destructors may wake each other.
#[derive(Debug)]
pub(crate) struct Slots<F> {
    pub(crate) children: Segments<F>,
    pub(crate) ready: Ready,
}

impl<F> Slots<F> {
    pub(crate) const fn new() -> Self {
        Self { children: Segments::new(), ready: Ready::new() }
    }

    /// How many children there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.children.len()
    }

    /// How many turns it takes to poll every child that was woken.
    pub(crate) fn turns(&self) -> usize {
        turns(self.children.capacity())
    }

    /// Takes in a child.
    #[inline]
    pub(crate) fn insert(&mut self, child: F) -> Slot {
        self.children.insert(child, &mut self.ready)
    }

    /// Makes room for `additional` children more.
    pub(crate) fn reserve(&mut self, additional: usize) {
        self.children.reserve(additional, &mut self.ready);
    }

    /// Takes in all of `children`, in their own buffer, into slots that count up from 0.
    ///
    /// There must have been none.
    pub(crate) fn adopt(&mut self, children: Vec<F>) {
        if !children.is_empty() {
            self.children.adopt(children, &mut self.ready);
        }
    }
}

impl<F: Future> Slots<F> {
    /// Polls the children that were woken, until `ended` breaks.
    ///
    /// `ended` may take in children of its own.
    #[inline]
    pub(crate) fn turn<B>(
        &mut self,
        cx: &mut Context<'_>,
        mut ended: impl FnMut(
            &mut Ready,
            &mut Segments<F>,
            Slot,
            Result<F::Output, Panic>,
        ) -> ControlFlow<B>,
    ) -> Poll<B> {
        let Self { children, ready } = self;
        turn(ready, Pin::new(children), cx, |ready, children, slot, end| {
            ended(ready, children.get_mut(), slot, end)
        })
    }
}
