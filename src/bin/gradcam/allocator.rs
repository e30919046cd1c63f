//! How the system's allocator is to work for this program.

/// Makes all threads share one heap, which keeps what it once had; before any is started.
///
/// A run of a network allocates and frees tens of megabytes. glibc gives each thread a heap of its
/// own and gives large tensors back to the system, so that the memory of a long list of pictures
/// goes up and down by tens of megabytes, and a twentieth of the time goes into page faults. Here
/// allocations are few and large: one heap costs no time. Other systems' allocators need nothing
/// of this.
pub fn keep_one_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, value) in [
        (libc::M_ARENA_MAX, 1),
        (libc::M_TRIM_THRESHOLD, i32::MAX),
        (libc::M_MMAP_MAX, 0),
    ] {
        // SAFETY: mallopt sets a parameter of malloc; a value that it does not take changes
        // nothing.
        unsafe { libc::mallopt(parameter, value) };
    }
}
