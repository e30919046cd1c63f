//! The part of the state that is told to the user.

use super::notice::{Notice, NoticePlace};
use crate::app::small_map::SmallMap;

/// Notices by place, and the announcement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoticesState {
    pub shown: SmallMap<NoticePlace, Notice>,
    /// What a screen reader is told.
    pub announcement: String,
}
