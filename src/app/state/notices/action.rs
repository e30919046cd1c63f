//! What can happen to notices.

use super::notice::{Notice, NoticePlace};

/// Showing and closing.
#[allow(
    clippy::large_enum_variant,
    reason = "few live at a time, and none for long"
)]
#[derive(Clone, Debug)]
pub enum NoticesAction {
    Show(NoticePlace, Notice),
    /// A sentence for a screen reader alone.
    Announce(String),
    Dismiss(NoticePlace),
}
