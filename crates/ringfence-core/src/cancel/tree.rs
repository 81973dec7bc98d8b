//! Who is whose child.

use alloc::vec::Vec;
use core::{
    mem,
    num::NonZero,
    ops::{Index, IndexMut},
};
use smallvec::SmallVec;

/// The places of tokens of type `T`, linked as parents and children.
///
/// It is usually one tree. It is several once the token at the top is gone, and none is left to
/// cancel them all.
///
/// Nothing here recurses: a tree may be as deep as memory goes.
#[derive(Debug)]
pub(super) struct Tree<T> {
    /// The first place, the root's, needs no allocation.
    places: SmallVec<[Place<T>; 1]>,
    /// The place that is used next, before there are new ones.
    vacant: Option<Key>,
}

/// Names a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(NonZero<u32>);

/// A token, and those around it.
#[derive(Debug)]
pub(super) struct Place<T> {
    /// None if the place is vacant, or only joins its children to its parent.
    token: Option<T>,
    parent: Option<Key>,
    /// The first of the children, which is the youngest.
    first: Option<Key>,
    /// The next younger child of the same parent.
    previous: Option<Key>,
    /// The next older child of the same parent; of a vacant place, the next vacant one.
    next: Option<Key>,
}

impl<T> Tree<T> {
    pub(super) const fn new() -> Self {
        Self { places: SmallVec::new_const(), vacant: None }
    }

    /// Adds a child of `parent`, or a root. The token is made once its place is known.
    pub(super) fn add(&mut self, parent: Option<Key>, token: impl FnOnce(Key) -> T) -> Key {
        let key = self.vacant.unwrap_or_else(|| Key::of(self.places.len()));
        let next = parent.and_then(|parent| self[parent].first);
        let place = Place { token: Some(token(key)), parent, first: None, previous: None, next };
        if self.vacant.is_some() {
            self.vacant = mem::replace(&mut self[key], place).next;
        } else {
            self.places.push(place);
        }
        if let Some(next) = next {
            self[next].previous = Some(key);
        }
        if let Some(parent) = parent {
            self[parent].first = Some(key);
        }
        key
    }

    /// Removes a token, and leaves those below it to what is above it.
    ///
    /// Nothing is done unless the token in that place is the one meant.
    pub(super) fn remove(&mut self, key: Key, is_meant: impl FnOnce(&T) -> bool) {
        if self[key].token.take_if(|token| is_meant(token)).is_some() {
            self.prune(key);
        }
    }

    /// Removes a token and all below it; returns those below, each before its children.
    pub(super) fn cut(&mut self, key: Key) -> Vec<T> {
        let below = self.below(key);
        let parent = self[key].parent;
        self.unlink(key);
        self.vacate(key);
        let mut tokens = Vec::with_capacity(below.len());
        tokens.extend(below.into_iter().filter_map(|key| self.vacate(key)));
        if let Some(parent) = parent {
            self.prune(parent);
        }
        tokens
    }

    /// The places below one, each before its children.
    fn below(&self, key: Key) -> Vec<Key> {
        let mut below = Vec::new();
        let mut parents = 0;
        let mut parent = key;
        loop {
            let mut child = self[parent].first;
            while let Some(key) = child {
                below.push(key);
                child = self[key].next;
            }
            let Some(&next) = below.get(parents) else { return below };
            parents += 1;
            parent = next;
        }
    }

    /// Removes a place that has no token and joins nothing.
    ///
    /// So places without tokens are fewer than those with (I1): a chain of tokens, each made from
    /// the one before, which is then dropped, stays short.
    fn prune(&mut self, mut key: Key) {
        while self[key].token.is_none() {
            let parent = self[key].parent;
            match self[key].first {
                None => self.unlink(key),
                Some(only) if self[only].next.is_none() => self.replace(key, only),
                Some(_) => return,
            }
            self.vacate(key);
            let Some(parent) = parent else { return };
            key = parent;
        }
    }

    /// Takes a place out from between those beside it.
    fn unlink(&mut self, key: Key) {
        let Place { previous, next, .. } = self[key];
        self.link_beside(key, next, previous);
    }

    /// Puts the only child of a place where that place is.
    fn replace(&mut self, key: Key, only: Key) {
        let Place { parent, previous, next, .. } = self[key];
        let child = &mut self[only];
        child.parent = parent;
        child.previous = previous;
        child.next = next;
        self.link_beside(key, Some(only), Some(only));
    }

    /// Tells those beside a place what now comes after the one, and before the other.
    fn link_beside(&mut self, key: Key, after: Option<Key>, before: Option<Key>) {
        let Place { parent, previous, next, .. } = self[key];
        match (previous, parent) {
            (Some(previous), _) => self[previous].next = after,
            (None, Some(parent)) => self[parent].first = after,
            (None, None) => {}
        }
        if let Some(next) = next {
            self[next].previous = before;
        }
    }

    /// Empties a place, which nothing is linked to any more.
    fn vacate(&mut self, key: Key) -> Option<T> {
        let next = self.vacant.replace(key);
        let vacant = Place { token: None, parent: None, first: None, previous: None, next };
        mem::replace(&mut self[key], vacant).token
    }
}

#[cfg(test)]
impl<T> Tree<T> {
    /// How many places are taken; all links are looked at.
    pub(super) fn places(&self) -> usize {
        let mut taken = 0;
        let mut vacant: alloc::collections::BTreeSet<usize> = Default::default();
        let mut next = self.vacant;
        while let Some(key) = next {
            assert!(vacant.insert(key.index()), "a place is vacant once");
            next = self[key].next;
        }
        for key in (0..self.places.len()).filter(|index| !vacant.contains(index)).map(Key::of) {
            taken += 1;
            let mut children = 0;
            let mut previous = None;
            let mut child = self[key].first;
            while let Some(key_of_child) = child {
                let place = &self[key_of_child];
                assert_eq!((place.parent, place.previous), (Some(key), previous));
                previous = child;
                child = place.next;
                children += 1;
            }
            assert!(self[key].token.is_some() || children > 1, "what has no token joins (I1)");
        }
        taken
    }

    /// How many places there are, taken or not.
    pub(super) fn room(&self) -> usize {
        self.places.len()
    }
}

impl Key {
    fn of(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZero::new);
        Self(number.expect("a tree has fewer than 2³² tokens"))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl<T> Index<Key> for Tree<T> {
    type Output = Place<T>;

    fn index(&self, key: Key) -> &Place<T> {
        &self.places[key.index()]
    }
}

impl<T> IndexMut<Key> for Tree<T> {
    fn index_mut(&mut self, key: Key) -> &mut Place<T> {
        &mut self.places[key.index()]
    }
}
