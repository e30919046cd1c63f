//! The engine: runs in a Web Worker, without Yew.

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    // Each thread of the pool comes by here as well: its memory is the engine's.
    #[cfg(feature = "threads")]
    if gradcam::engine::worker_threads::is_pool_thread() {
        return;
    }
    if let Err(error) = gradcam::engine::worker::start() {
        web_sys::console::error_1(&error);
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("the engine runs in a browser's worker; on the command line use the program gradcam");
}
