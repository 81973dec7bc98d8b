//! Sorting the failures of a group and of the groups in it.

use super::{
    ErrorGroup, Failure,
    nest::{self, Node},
    store::{List, Store},
};
use alloc::vec::Vec;
use core::mem;

/// Where a failure goes.
#[must_use]
pub(super) enum Sorted<E> {
    /// To the one half, whole.
    Yes(Failure<E>),
    /// To the other half; or, if it is a group itself, its failures are looked at one by one.
    No(Failure<E>),
    /// To neither: it has been dealt with.
    Gone,
}

/// Sorts `group` into two halves of its shape.
///
/// A half without failures is none.
///
/// `sort` sees a group before its failures, depth first and in order. It is not called from
/// deeper in the stack for groups that are deeper.
pub(super) fn sort<E: 'static>(
    group: ErrorGroup<E>,
    sort: &mut dyn FnMut(Failure<E>) -> Sorted<E>,
) -> (Option<ErrorGroup<E>>, Option<ErrorGroup<E>>) {
    let mut level = Level::new(group);
    let mut above: Vec<(Level<E>, Node<E>)> = Vec::new();
    loop {
        match level.next() {
            Some(failure) => match sort(failure) {
                Sorted::Yes(failure) => level.yes.push(failure),
                Sorted::No(failure) => match nest::open(failure) {
                    Ok((node, group)) => {
                        let outer = mem::replace(&mut level, Level::new(group));
                        above.push((outer, node));
                    }
                    Err(failure) => level.no.push(failure),
                },
                Sorted::Gone => {}
            },
            None => {
                let (yes, no) = level.end();
                let Some((outer, node)) = above.pop() else { return (yes, no) };
                level = outer;
                level.yes.extend(yes.map(|group| node.close(group)));
                level.no.extend(no.map(|group| node.close(group)));
            }
        }
    }
}

/// A group that is being sorted.
struct Level<E> {
    /// What has not been looked at, the first last.
    todo: List<E>,
    yes: List<E>,
    no: List<E>,
    rest: u64,
}

impl<E: 'static> Level<E> {
    fn new(mut group: ErrorGroup<E>) -> Self {
        let mut todo = group.failures.take();
        todo.reverse();
        Self { todo, yes: List::new(), no: List::new(), rest: group.rest }
    }

    fn next(&mut self) -> Option<Failure<E>> {
        self.todo.pop()
    }

    /// The failures that were not kept are nobody's match: they stay with the other half.
    fn end(&mut self) -> (Option<ErrorGroup<E>>, Option<ErrorGroup<E>>) {
        let half = |list: &mut List<E>| {
            let list = mem::take(list);
            (!list.is_empty()).then(|| ErrorGroup { failures: Store::deep(list), rest: 0 })
        };
        let (mut yes, mut no) = (half(&mut self.yes), half(&mut self.no));
        if let Some(group) = no.as_mut().or(yes.as_mut()) {
            group.rest = self.rest;
        }
        (yes, no)
    }
}
