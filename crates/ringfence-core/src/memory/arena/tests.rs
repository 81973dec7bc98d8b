#![expect(unsafe_code, reason = "docs/unsafe.md, U31: each space is left once")]

use super::{Arena, Block, Hold, MOST, OPEN, Space};
use crate::sync::atomic::Ordering;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// What is as large as a small joint.
type Small = [u64; 9];

/// What begins a cache line.
#[repr(align(64))]
struct Aligned {
    _byte: u8,
}

/// Where a space's block is.
fn block_of<T>(space: &Space<T>) -> NonNull<Block> {
    // SAFETY: so far from there is the block.
    unsafe { space.place.byte_sub(space.offset as usize) }.cast()
}

fn leave<T>(space: Space<T>) {
    // SAFETY: it is left by value.
    drop(unsafe { Hold::of(space.place, space.offset) });
}

/// How many of the spaces are in each block, one block after the other.
fn per_block<T>(spaces: &[Space<T>]) -> Vec<usize> {
    spaces.chunk_by(|one, next| block_of(one) == block_of(next)).map(<[_]>::len).collect()
}

#[test]
fn blocks_grow_up_to_a_kilobyte() {
    let mut arena = Arena::new();
    let spaces: Vec<_> = (0..40).map(|_| arena.take::<Small>()).collect();
    let most = (MOST - size_of::<Block>()) / size_of::<Small>();
    assert_eq!(per_block(&spaces)[..4], [1, 4, most, most]);
    spaces.into_iter().for_each(leave);
}

#[test]
fn spaces_do_not_overlap_and_are_aligned() {
    let mut arena = Arena::new();
    let mut taken = Vec::new();
    let mut note = |from: usize, size: usize, align: usize| {
        assert_eq!(from % align, 0);
        taken.push(from..from + size);
    };
    let small: Vec<_> = (0..20).map(|_| arena.take::<Small>()).collect();
    let odd: Vec<_> = (0..20).map(|_| arena.take::<[u8; 13]>()).collect();
    let aligned: Vec<_> = (0..3).map(|_| arena.take::<Aligned>()).collect();
    let large: Vec<_> = (0..3).map(|_| arena.take::<[u8; 2 * MOST]>()).collect();
    for space in &small {
        note(space.place.addr().get(), size_of::<Small>(), align_of::<Small>());
    }
    for space in &odd {
        note(space.place.addr().get(), 13, 8);
    }
    for space in &aligned {
        note(space.place.addr().get(), size_of::<Aligned>(), 64);
    }
    for space in &large {
        note(space.place.addr().get(), 2 * MOST, 1);
    }
    taken.sort_unstable_by_key(|range| range.start);
    assert!(taken.windows(2).all(|two| two[0].end <= two[1].start));
    drop(arena);
    small.into_iter().for_each(leave);
    odd.into_iter().for_each(leave);
    aligned.into_iter().for_each(leave);
    large.into_iter().for_each(leave);
}

#[test]
fn who_is_large_or_aligned_far_has_a_block_alone() {
    let mut arena = Arena::new();
    let spaces = [arena.take::<Small>(), arena.take(), arena.take()];
    let large = arena.take::<[u64; MOST / 4]>();
    let aligned = arena.take::<Aligned>();
    let next = arena.take::<Small>();
    assert_eq!(block_of(&next), block_of(&spaces[2]), "the open one stays open");
    assert!(![block_of(&large), block_of(&aligned)].contains(&block_of(&next)));
    spaces.into_iter().for_each(leave);
    leave(large);
    leave(aligned);
    leave(next);
}

#[test]
fn a_block_counts_who_is_in_it_and_its_arena() {
    let mut arena = Arena::new();
    let [full, first, second] = [(); 3].map(|()| arena.take::<Small>());
    let (full_block, open_block) = (block_of(&full), block_of(&first));
    // SAFETY: it is there: who is asked for has not left all of it.
    let held = |block: NonNull<Block>| unsafe { block.as_ref() }.holders.0.load(Ordering::Relaxed);
    assert_eq!((held(full_block), held(open_block)), (1, OPEN));
    leave(first);
    assert_eq!(held(open_block), OPEN - 1, "the arena has not left");
    drop(arena);
    assert_eq!((held(full_block), held(open_block)), (1, 1));
    leave(full);
    leave(second);
}
