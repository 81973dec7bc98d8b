//! What a program needs that has no `std`: memory, and an end.

use core::{
    alloc::{GlobalAlloc, Layout},
    ffi::c_void,
    panic::PanicInfo,
};

unsafe extern "C" {
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
    fn abort() -> !;
}

/// The memory of the C library.
struct Malloc;

#[global_allocator]
static MALLOC: Malloc = Malloc;

// SAFETY: `aligned_alloc` returns memory of the size and the alignment asked for, or null; it is
// given back to `free` of the same library.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let layout = layout.pad_to_align();
        // SAFETY: the alignment is a power of two, and the size is a multiple of it.
        unsafe { aligned_alloc(layout.align(), layout.size()) }.cast()
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: the memory is from `alloc`, since the caller promises it.
        unsafe { free(memory.cast()) }
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: it may be called at any time.
    unsafe { abort() }
}

/// Referred to by the precompiled `alloc`, and never called, since a panic aborts.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
