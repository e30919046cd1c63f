//! What the shown map says at a glance, so that the page can say it in words.

use crate::app::state::app_state::AppState;
use crate::app::state::picture::ChosenPicture;
use crate::protocol::MapState;
use crate::render::{Sign, largest};

/// Below this part of the scale colours can hardly be told from the picture.
const FAINT: f32 = 0.1;

/// What there is to see in the shown map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// Places that stand out.
    Evidence,
    /// Its strongest place reaches only so many percent of the scale that classes share.
    Faint(f32),
    /// No place speaks for the class, and some against it.
    OnlyAgainst,
    /// Zero everywhere.
    Nothing,
    /// Some values are no numbers.
    NotFinite,
}

impl AppState {
    /// What there is to see in a picture's shown map.
    pub fn finding(&self, picture: &ChosenPicture) -> Option<Finding> {
        let map = picture.map()?;
        if map.summary.state == MapState::NotFinite {
            return Some(Finding::NotFinite);
        }
        let strongest = |sign| largest(&map.values, sign);
        if strongest(Sign::Signed) <= 0.0 {
            return Some(Finding::Nothing);
        }
        if strongest(Sign::Positive) <= 0.0 {
            return Some(Finding::OnlyAgainst);
        }
        let part = strongest(self.settings.sign) / self.scale(picture);
        Some(if part < FAINT {
            Finding::Faint(part * 100.0)
        } else {
            Finding::Evidence
        })
    }
}
