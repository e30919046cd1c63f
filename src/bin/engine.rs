//! The engine: runs in a Web Worker, without Yew.

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    // Each worker of the pool runs `main` as well, on the same memory.
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
