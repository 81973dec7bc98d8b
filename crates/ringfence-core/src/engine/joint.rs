//! A future and what others may know of it, in one place.
//!
//! A child that hands out a handle needs a place for its output that may outlive it. To give the
//! two an allocation each would double the price of a spawn. Here small ones have not even one to
//! themselves.

mod driver;
mod ends;
mod kept;
mod stage;

pub(crate) use driver::Driver;
pub(crate) use kept::Kept;

use crate::{
    memory::arena::{Arena, Space},
    outcome::{Panic, Unseen, catch, keep_first},
    sync::atomic::Ordering,
};
use core::{
    cell::UnsafeCell,
    future::Future,
    mem::{ManuallyDrop, offset_of},
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll, Waker, ready},
};
use ends::{Ends, Told};

/// What becomes of the end of a future with output `O`: a word to the other end of its joint, and
/// what the driver is told.
///
/// It is a type only: what it works on is what is shared.
///
/// # Safety
///
/// Who calls an `unsafe` method is the driver of the joint that has what is shared, and has not
/// left.
pub(crate) trait Post<O> {
    /// What the other end hears.
    type Word;
    /// What the driver is told.
    type End;
    /// What both look at.
    type Shared;

    /// The future has returned this, and was dropped.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn returned(shared: &Self::Shared, output: O) -> (Self::Word, Self::End);

    /// The future has panicked, and was dropped.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn panicked(shared: &Self::Shared, panic: Panic) -> (Self::Word, Self::End);

    /// The future was dropped before its end.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn dropped(shared: &Self::Shared) -> Self::Word;

    /// There is nobody to hear the word. Returns what the driver is told instead.
    fn unheard(shared: &Self::Shared, word: Self::Word, end: Self::End) -> Self::End;

    /// The other end may have [asked](Kept::ask), and the driver is about to leave.
    fn leave(shared: &Self::Shared);
}

/// The place. It has two owners, and no count: the [`Driver`], which has the future, and
/// [`Kept`], which hears what came of it.
///
/// # Invariants
///
/// I9. There is one driver of a joint, and nobody else touches the future. It is gone before a word
///     takes its place; if it never goes, the joint is never freed.
/// I10. Each end leaves once, and touches nothing of the joint after that but to free it, which is
///      for the second.
/// I11. What is in `content` is the driver's until the word was said, and the other end's from then
///      on: once, by value or in place. If it was not said when the other end left, it is the
///      driver's for good.
//
// In this order: so whoever does not know the type of the future finds the ends.
#[repr(C)]
pub(crate) struct Joint<F: Future, P: Post<F::Output>> {
    ends: Ends<P::Shared>,
    content: UnsafeCell<Content<F, P::Word>>,
}

/// The future, and then the word that came of it.
#[repr(C)]
union Content<F, W> {
    future: ManuallyDrop<F>,
    word: ManuallyDrop<W>,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
// SAFETY: I9, I11: `&Joint` reaches the future through the driver only, which is not shared, and the
// word through one end at a time.
unsafe impl<F, P> Sync for Joint<F, P>
where
    F: Future + Send,
    P: Post<F::Output, Word: Send>,
    Ends<P::Shared>: Sync,
{
}

/// What a driver does with a joint of any type.
///
/// # Safety
///
/// It is a [`Joint`] with what it says is shared, and nothing else is. Who calls an `unsafe` method
/// is the driver, has it by `&mut`, and has not left.
#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
pub unsafe trait Joined {
    /// What the driver is told of the end.
    type End;
    /// What both ends look at.
    type Shared;

    /// Polls the future; drops it at its end, of which the word is then to be said.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn poll(&self, cx: &mut Context<'_>) -> Poll<Self::End>;

    /// Says the word of this end, and returns what the driver is told after all.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn say(&self, end: Self::End) -> Self::End;

    /// Drops the future, whose poll or destructor has panicked, and says so.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn panicked(&self, panic: Panic) -> Self::End;

    /// Drops the future before its end, and says so. Returns the first panic.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn let_go(&self) -> Option<Panic>;
}

/// How the type of a joint is forgotten.
///
/// # Safety
///
/// What comes of it is what was given.
#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
pub(crate) unsafe trait Unsize<D: ?Sized> {
    /// Returns the joint as a `D`.
    fn unsize(joint: NonNull<Self>) -> NonNull<D>;
}

impl<F: Future, P: Post<F::Output>> Joint<F, P> {
    /// Joins a future with what both ends will look at, and returns the two ends.
    //
    // What is shared is made last, and where it stays: what is at hand while something may panic goes
    // by the stack.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    pub(crate) fn join<D: ?Sized + Joined>(
        arena: &mut Arena,
        future: F,
        shared: impl FnOnce() -> P::Shared,
    ) -> (Driver<D>, Kept<P::Word, P::Shared>)
    where
        Self: Unsize<D>,
    {
        let word_at = const {
            let content = offset_of!(Self, content);
            assert!(content <= u16::MAX as usize, "a child with a handle is aligned too far");
            content as u16
        };
        let Space { place, offset } = arena.take::<Self>();
        let ends = Ends::new(word_at, offset, shared());
        let content = UnsafeCell::new(Content { future: ManuallyDrop::new(future) });
        // SAFETY: it is space for that, and nobody else has it.
        unsafe { place.write(Self { ends, content }) };
        (Driver::new(Self::unsize(place)), Kept::new(place.cast()))
    }

    /// What the driver may do.
    ///
    /// # Safety
    ///
    /// As of the methods of [`Joined`], for as long as this is there.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn driving(&self) -> Driving<'_, F, P> {
        Driving(self)
    }
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
// SAFETY: it is one.
unsafe impl<F: Future, P: Post<F::Output>> Joined for Joint<F, P> {
    type End = P::End;
    type Shared = P::Shared;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn poll(&self, cx: &mut Context<'_>) -> Poll<P::End> {
        // SAFETY: says the caller.
        unsafe { self.driving() }.poll(cx)
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn say(&self, end: P::End) -> P::End {
        // SAFETY: says the caller.
        unsafe { self.driving() }.say(end)
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn panicked(&self, panic: Panic) -> P::End {
        // SAFETY: says the caller.
        unsafe { self.driving() }.panicked(panic)
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn let_go(&self) -> Option<Panic> {
        // SAFETY: says the caller.
        unsafe { self.driving() }.let_go()
    }
}

/// The driver, as long as it is there: it may touch the future, and the word until that is said.
struct Driving<'a, F: Future, P: Post<F::Output>>(&'a Joint<F, P>);

impl<F: Future, P: Post<F::Output>> Driving<'_, F, P> {
    #[inline]
    fn shared(&self) -> &P::Shared {
        &self.0.ends.shared
    }

    /// Whether the future is there.
    #[inline]
    fn has_future(&self) -> bool {
        // Relaxed, here and below: there is one driver.
        self.0.ends.has_future.load(Ordering::Relaxed)
    }

    /// Lends the future in its place, if it is there.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn future(&mut self) -> Option<Pin<&mut F>> {
        if !self.has_future() {
            return None;
        }
        // SAFETY: I9, since this is the driver, by `&mut`, and the future is there.
        let future = unsafe { &mut *self.0.content.get().cast() };
        // SAFETY: a joint with a driver is where it stays, and nobody takes the future from there.
        Some(unsafe { Pin::new_unchecked(future) })
    }

    /// Drops the future in place.
    ///
    /// # Safety
    ///
    /// It is there.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn drop_future(&mut self) {
        // First: if the destructor panics, the future is not dropped again.
        self.0.ends.has_future.store(false, Ordering::Relaxed);
        // SAFETY: I9, since this is the driver, by `&mut`, and the future is there.
        unsafe { self.0.content.get().cast::<F>().drop_in_place() };
    }

    /// Drops the future in place, if it is there.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn clear(&mut self) {
        if self.has_future() {
            // SAFETY: it is there.
            unsafe { self.drop_future() };
        }
    }

    /// Puts a word in the place of the future that was dropped; it is then to be said.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn put(&mut self, word: P::Word) {
        debug_assert!(!self.has_future(), "a word takes the place of the future");
        // Nothing is there to be dropped: a driver puts one word, or takes it back before another.
        // SAFETY: I11: nothing was said, and this is the driver.
        unsafe { self.0.content.get().cast::<P::Word>().write(word) };
    }

    /// Says the word that is in its place. Returns who waits for it, or the word, if there is nobody
    /// to hear it.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn tell(&mut self) -> Result<Option<Waker>, P::Word> {
        // SAFETY: this is the driver, and says one word.
        match unsafe { self.0.ends.say() } {
            Told::Heard(waiter) => {
                P::leave(self.shared());
                Ok(waiter)
            }
            // SAFETY: I11: it was put there, and nobody else will have it.
            Told::Unheard => Err(unsafe { self.0.content.get().cast::<P::Word>().read() }),
        }
    }

    /// Polls the future; drops it at its end, of which it puts the word in its place.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn poll(mut self, cx: &mut Context<'_>) -> Poll<P::End> {
        let Some(future) = self.future() else { return Poll::Pending };
        let output = Unseen::new(ready!(future.poll(cx)));
        // SAFETY: it was there, and nobody else has dropped it.
        unsafe { self.drop_future() };
        // SAFETY: the driver is there.
        let (word, end) = unsafe { P::returned(self.shared(), output.show()) };
        self.put(word);
        Poll::Ready(end)
    }

    fn say(mut self, end: P::End) -> P::End {
        match self.tell() {
            Err(word) => P::unheard(self.shared(), word, end),
            Ok(waiter) => {
                let end = Unseen::new(end);
                if let Some(waiter) = waiter {
                    waiter.wake();
                }
                end.show()
            }
        }
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn panicked(mut self, panic: Panic) -> P::End {
        let cleared = catch(|| self.clear());
        // SAFETY: the driver is there.
        let (word, end) = unsafe { P::panicked(self.shared(), panic) };
        if self.0.ends.stage().is_said() {
            // The panic is that of who was woken for it.
            return P::unheard(self.shared(), word, end);
        }
        self.put(word);
        let (end, woken) = match self.tell() {
            Err(word) => (P::unheard(self.shared(), word, end), Ok(None)),
            Ok(waiter) => (end, catch(|| waiter.map(Waker::wake))),
        };
        // A child has one end, and that was its first panic.
        for second in [cleared.err(), woken.err()].into_iter().flatten() {
            second.discard();
        }
        end
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn let_go(mut self) -> Option<Panic> {
        let mut panic = catch(|| self.clear()).err();
        if self.0.ends.stage().is_said() {
            return panic;
        }
        // SAFETY: the driver is there.
        let word = unsafe { P::dropped(self.shared()) };
        self.put(word);
        if let Ok(waiter) = self.tell() {
            keep_first(&mut panic, catch(|| waiter.map(Waker::wake)).err());
        }
        panic
    }
}

#[cfg(all(test, feature = "std", not(ringfence_loom)))]
mod tests;
