//! The allocator of the command line, which keeps large blocks for the next picture.
//!
//! A run of a network allocates and frees hundreds of tensors, of the same sizes for each picture.
//! The system's allocator gives large ones back and asks for them again, which costs a twentieth
//! of the time in page faults, or keeps them in heaps that holes fragment, so that the memory of a
//! long list of pictures goes up and down, or slowly up. Here a block goes to the next tensor of
//! its size class: after the first pictures nothing is asked for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;

#[global_allocator]
static ALLOCATOR: KeepingAllocator = KeepingAllocator {
    kept: Mutex::new(Vec::new()),
};

/// Smaller blocks are the system's.
const LARGE_BYTES: usize = 1 << 18;
/// Beyond that many blocks they are given back.
const MAX_KEPT: usize = 1 << 10;
/// Blocks of this alignment or less are kept.
const MAX_ALIGN: usize = 1 << 6;

struct KeepingAllocator {
    /// Size and address of each block that nobody has, allocated with [`block_layout`].
    kept: Mutex<Vec<(usize, usize)>>,
}

/// The layout of a large block: its size rounded up by an eighth at most, so that tensors of
/// about the same size share blocks. `None` for what is left to the system.
fn block_layout(layout: Layout) -> Option<Layout> {
    let is_large = layout.size() >= LARGE_BYTES && layout.align() <= MAX_ALIGN;
    let step = layout.size().checked_next_power_of_two()? / 16;
    let size = layout.size().checked_next_multiple_of(step.max(1))?;
    let layout = Layout::from_size_align(size, MAX_ALIGN).ok()?;
    is_large.then_some(layout)
}

// SAFETY: every block comes from the system's allocator. One that is kept was given back by its
// owner, is in the list once, and leaves it before it is handed out; it is handed out and given
// back to the system under the layout that it was allocated with, which follows from the layout
// asked for.
unsafe impl GlobalAlloc for KeepingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(block) = block_layout(layout) else {
            return unsafe { System.alloc(layout) };
        };
        if let Ok(mut kept) = self.kept.lock() {
            let found = kept.iter().rposition(|&(size, _)| size == block.size());
            if let Some(place) = found {
                return std::ptr::with_exposed_provenance_mut(kept.swap_remove(place).1);
            }
        }
        unsafe { System.alloc(block) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let Some(block) = block_layout(layout) else {
            return unsafe { System.dealloc(pointer, layout) };
        };
        if let Ok(mut kept) = self.kept.lock()
            && kept.len() < MAX_KEPT
        {
            // The list's own memory is too small to come here.
            kept.push((block.size(), pointer.expose_provenance()));
            return;
        }
        unsafe { System.dealloc(pointer, block) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_classes_waste_an_eighth_at_most_and_hold_what_is_asked_for() {
        let layout = |size| Layout::from_size_align(size, 16).unwrap();
        for size in [LARGE_BYTES, 300_001, 1 << 20, (1 << 20) + 1, 11_063_808] {
            let block = block_layout(layout(size)).unwrap();
            assert!(
                block.size() >= size && block.size() - size <= size / 8,
                "{size}"
            );
            assert_eq!(block_layout(layout(block.size())), Some(block), "{size}");
        }
        assert_eq!(block_layout(layout(LARGE_BYTES - 1)), None);
        assert_eq!(
            block_layout(Layout::from_size_align(1 << 20, 4096).unwrap()),
            None
        );
    }

    #[test]
    fn a_block_goes_to_the_next_of_its_size_and_to_one_owner() {
        const LENGTH: usize = 3_000_017;
        let first = vec![1u8; LENGTH];
        let second = vec![2u8; LENGTH];
        let place = second.as_ptr() as usize;
        drop(second);
        // Other tests' threads allocate nothing of this size.
        let third = vec![3u8; LENGTH];
        assert_eq!(third.as_ptr() as usize, place);
        assert!(first.iter().all(|&byte| byte == 1) && third.iter().all(|&byte| byte == 3));
    }
}
