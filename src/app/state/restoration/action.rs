//! What happens to a saved explanation.

use std::rc::Rc;

/// A saved explanation is opened, compared, left.
#[derive(Clone, Debug)]
pub enum RestorationAction {
    /// The text of a file that [`is_saved_explanation`](super::is_saved_explanation).
    Open {
        name: String,
        text: Rc<str>,
    },
    /// The checksum of the picture in a file of the resource table; `None` where the browser
    /// computes none.
    Checked {
        file: u32,
        sha256: Option<String>,
    },
    SampleTried,
    /// Nothing is compared any more; what was restored stays.
    Leave,
}
