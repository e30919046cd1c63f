//! How the state takes a picture.

use std::rc::Rc;

use super::action::PictureAction;
use super::picture_state::ChosenPicture;
use crate::app::state::app_state::AppState;
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::text::{MAX_NAME_CHARS, printable};

impl AppState {
    /// Takes an action that concerns pictures.
    pub(in crate::app::state) fn reduce_picture(&mut self, action: PictureAction) {
        match action {
            PictureAction::SamplesFetched(samples) => self.picture.samples = Rc::new(samples),
            PictureAction::Choose { file, name } => self.choose_picture(file, name),
            PictureAction::Decoded {
                file,
                width,
                height,
            } => {
                if let Some(picture) = self
                    .picture
                    .current
                    .as_mut()
                    .filter(|picture| picture.key.file == file)
                {
                    picture.canvas_size = Some((width, height));
                }
            }
            PictureAction::Refused(message) => {
                self.notify(NoticePlace::Picture, message, Some(Recovery::ChoosePicture));
            }
            PictureAction::PredictAgain => self.predict_again(),
        }
    }

    /// Takes a new picture; the one before stays on the stage until the new one has a result.
    fn choose_picture(&mut self, file: u32, name: String) {
        if let Some(before) = self
            .picture
            .current
            .take()
            .filter(|picture| picture.prediction.is_some())
        {
            self.picture.previous = Some(before);
        }
        if !self.settings.pinned {
            self.settings.class = None;
        }
        let name = printable(&name, MAX_NAME_CHARS).into_owned();
        self.notices.announcement = format!("Picture: {name}");
        self.picture.current = Some(ChosenPicture::new(file, name));
        self.notices.shown.retain(|place| {
            !matches!(
                place,
                NoticePlace::Picture | NoticePlace::Explanation | NoticePlace::Save
            )
        });
    }

    /// Has the engine predict once more, after a cancel or a failure.
    fn predict_again(&mut self) {
        self.notices.shown.remove(&NoticePlace::Picture);
        if let Some(picture) = &mut self.picture.current {
            picture.stopped = false;
            picture.key.attempt += 1;
        }
    }

    /// Has the picture preprocessed as the prepared model and its overrides say.
    pub(in crate::app::state) fn update_prediction_overrides(&mut self) {
        if self.model_is_ready() {
            let overrides = self.prediction_overrides();
            if let Some(picture) = &mut self.picture.current {
                picture.key.overrides = overrides;
            }
        }
    }
}
