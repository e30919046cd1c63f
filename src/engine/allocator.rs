//! The engine's memory: tensors in a heap of their own.
//!
//! WebAssembly memory grows and never shrinks. In one heap, small values that live long come to
//! lie between tensors that live for a moment; the gaps then fit fewer and fewer tensors, and
//! memory grows with every few hundred explanations. So large and small allocations have a heap
//! each, both Doug Lea's allocator (as Rust's own for WebAssembly), by segregation as in
//! Wilson et al. 1995, "Dynamic storage allocation", section 3.6.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::hint;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use dlmalloc::{Allocator, Dlmalloc};

/// From how many bytes on an allocation is large: what is kept of a picture for long, such as gradients
/// at a last layer, is smaller, so that in the heap of large ones all but weights comes and goes.
const LARGE_BYTES: usize = 2 << 20;
/// The heap of small allocations grows by at least so many bytes, so that its pieces lie in few
/// places between those of the other.
const SMALL_STEP_BYTES: usize = 1 << 20;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: SegregatedHeaps = SegregatedHeaps::new();

/// A heap for small allocations and one for large ones.
pub struct SegregatedHeaps {
    small: Heap,
    large: Heap,
}

impl SegregatedHeaps {
    pub const fn new() -> SegregatedHeaps {
        SegregatedHeaps {
            small: Heap::new(SMALL_STEP_BYTES),
            large: Heap::new(1),
        }
    }

    fn heap(&self, bytes: usize) -> &Heap {
        if bytes < LARGE_BYTES {
            &self.small
        } else {
            &self.large
        }
    }
}

// SAFETY: an allocation belongs to the heap that its size names, and its layout comes back with it;
// each heap is Doug Lea's, behind a lock.
unsafe impl GlobalAlloc for SegregatedHeaps {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let heap = self.heap(layout.size());
        // SAFETY: the caller's layout is not empty.
        heap.locked(|heap| unsafe { heap.malloc(layout.size(), layout.align()) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let heap = self.heap(layout.size());
        // SAFETY: the caller's layout is not empty.
        heap.locked(|heap| unsafe { heap.calloc(layout.size(), layout.align()) })
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        let heap = self.heap(layout.size());
        // SAFETY: this heap gave `start`, for this layout.
        heap.locked(|heap| unsafe { heap.free(start, layout.size(), layout.align()) });
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        let (from, to) = (self.heap(layout.size()), self.heap(bytes));
        if ptr::eq(from, to) {
            // SAFETY: this heap gave `start`, for this layout; `bytes` is not 0.
            return from.locked(|heap| unsafe {
                heap.realloc(start, layout.size(), layout.align(), bytes)
            });
        }
        // SAFETY: `bytes` is not 0 and, rounded up to the alignment, not above `isize::MAX`, as the
        // caller promises; both places have room for the smaller of the two sizes and do not overlap.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(bytes, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(start, moved, layout.size().min(bytes));
                self.dealloc(start, layout);
            }
            moved
        }
    }
}

/// One of Doug Lea's heaps, for one thread at a time.
struct Heap {
    is_locked: AtomicBool,
    heap: UnsafeCell<Dlmalloc<Growth>>,
}

// SAFETY: `locked` alone reaches the cell, and lets one thread in at a time.
unsafe impl Sync for Heap {}

impl Heap {
    const fn new(step_bytes: usize) -> Heap {
        let growth = Growth { step_bytes };
        Heap {
            is_locked: AtomicBool::new(false),
            heap: UnsafeCell::new(Dlmalloc::new_with_allocator(growth)),
        }
    }

    /// Waits by spinning, as Rust's own allocator does: a browser's main thread may not block.
    fn locked<T>(&self, act: impl FnOnce(&mut Dlmalloc<Growth>) -> T) -> T {
        while self.is_locked.swap(true, Ordering::Acquire) {
            hint::spin_loop();
        }
        // SAFETY: the flag was clear, so that nobody else is here; no heap allocates from itself.
        let result = act(unsafe { &mut *self.heap.get() });
        self.is_locked.store(false, Ordering::Release);
        result
    }
}

/// The instance's memory, which grows by at least so many bytes and keeps them.
struct Growth {
    step_bytes: usize,
}

/// Of WebAssembly's memory.
const PAGE_BYTES: usize = 64 << 10;

// SAFETY: `grown` gives memory that nobody else has.
unsafe impl Allocator for Growth {
    fn alloc(&self, bytes: usize) -> (*mut u8, usize, u32) {
        let pages = bytes.max(self.step_bytes).div_ceil(PAGE_BYTES);
        match grown(pages) {
            Some(start) => (start, pages * PAGE_BYTES, 0),
            None => (ptr::null_mut(), 0, 0),
        }
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE_BYTES
    }
}

/// So many new pages of zeros; none at the very end of what 32 bits can address, where an end
/// would be 0.
#[cfg(target_arch = "wasm32")]
fn grown(pages: usize) -> Option<*mut u8> {
    let before = std::arch::wasm32::memory_grow(0, pages);
    let start = before.checked_mul(PAGE_BYTES)?;
    start.checked_add(pages * PAGE_BYTES)?;
    Some(ptr::with_exposed_provenance_mut(start))
}

/// For tests: memory that is never given back.
#[cfg(not(target_arch = "wasm32"))]
fn grown(pages: usize) -> Option<*mut u8> {
    let layout = Layout::from_size_align(pages * PAGE_BYTES, PAGE_BYTES).ok()?;
    // SAFETY: there is at least one page.
    let start = unsafe { std::alloc::System.alloc_zeroed(layout) };
    (!start.is_null()).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An allocation, the byte that it is filled with, and its layout.
    type Held = (*mut u8, u8, Layout);

    fn is_filled((start, byte, layout): Held) -> bool {
        // SAFETY: it was allocated for this layout and filled.
        unsafe { std::slice::from_raw_parts(start, layout.size()) }
            .iter()
            .all(|&one| one == byte)
    }

    proptest! {
        #[test]
        fn allocations_do_not_overlap_and_keep_their_bytes(
            steps in prop::collection::vec((0..4_u8, 1..3 * LARGE_BYTES, 0..7_u32, any::<prop::sample::Index>()), 1..60)
        ) {
            let heaps = SegregatedHeaps::new();
            let mut held: Vec<Held> = Vec::new();
            for (number, (kind, bytes, power, which)) in steps.into_iter().enumerate() {
                let byte = number as u8;
                let layout = Layout::from_size_align(bytes, 1 << power).unwrap();
                // SAFETY: no layout is empty, and what is given back was taken here with its layout.
                unsafe {
                    match (kind, held.is_empty()) {
                        (2, false) => {
                            let (start, _, layout) = held.swap_remove(which.index(held.len()));
                            heaps.dealloc(start, layout);
                        }
                        (3, false) => {
                            let place = which.index(held.len());
                            let (start, byte, old) = held[place];
                            let start = heaps.realloc(start, old, bytes);
                            let layout = Layout::from_size_align(old.size().min(bytes), old.align()).unwrap();
                            prop_assert!(is_filled((start, byte, layout)));
                            start.write_bytes(byte, bytes);
                            held[place] = (start, byte, Layout::from_size_align(bytes, old.align()).unwrap());
                        }
                        _ => {
                            let start = if kind == 0 { heaps.alloc_zeroed(layout) } else { heaps.alloc(layout) };
                            prop_assert!(is_aligned(start, layout));
                            prop_assert!(kind != 0 || is_filled((start, 0, layout)));
                            start.write_bytes(byte, bytes);
                            held.push((start, byte, layout));
                        }
                    }
                }
                for &one in &held {
                    prop_assert!(is_filled(one));
                }
            }
            for (start, _, layout) in held {
                // SAFETY: as above.
                unsafe { heaps.dealloc(start, layout) };
            }
        }
    }

    fn is_aligned(start: *mut u8, layout: Layout) -> bool {
        !start.is_null() && start.addr().is_multiple_of(layout.align())
    }
}
