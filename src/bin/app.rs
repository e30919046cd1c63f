//! The page's program: puts [`gradcam::app`] into the document.

fn main() {
    console_error_panic_hook::set_once();
    if let Err(error) = gradcam::app::start() {
        gloo::console::error!(error.to_string());
    }
}
