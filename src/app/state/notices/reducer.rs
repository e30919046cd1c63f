//! How the state takes and shows notices.

use super::action::NoticesAction;
use super::notice::{Notice, NoticePlace, Recovery};
use crate::app::state::app_state::AppState;
use crate::text::printable;

/// Of a sentence, which may name files with any name.
const MAX_CHARS: usize = 2000;

impl AppState {
    /// Takes an action that concerns notices.
    pub(in crate::app::state) fn reduce_notices(&mut self, action: NoticesAction) {
        match action {
            NoticesAction::Show(place, notice) => {
                self.notify(place, notice.message, notice.recovery);
            }
            NoticesAction::Announce(sentence) => self.notices.announcement = sentence,
            NoticesAction::Dismiss(place) => {
                self.notices.shown.remove(&place);
            }
        }
    }

    /// Forgets a notice that offers this, now that it has been done.
    pub(in crate::app::state) fn forget_notice(&mut self, place: NoticePlace, done: &Recovery) {
        let shown = self.notices.shown.get(&place);
        if shown.is_some_and(|notice| notice.recovery.as_ref() == Some(done)) {
            self.notices.shown.remove(&place);
        }
    }

    /// Shows a notice, in place of the one before, and announces it.
    pub(in crate::app::state) fn notify(
        &mut self,
        place: NoticePlace,
        message: impl Into<String>,
        recovery: Option<Recovery>,
    ) {
        let message = printable(&message.into(), MAX_CHARS).into_owned();
        self.notices.announcement = message.clone();
        self.notices
            .shown
            .insert(place, Notice { message, recovery });
    }
}
