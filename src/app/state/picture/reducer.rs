//! How the state takes a picture.

use std::rc::Rc;

use super::action::PictureAction;
use super::picture_state::{ChosenPicture, SecondPicture};
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::MapKey;
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::app::state::settings::Settings;
use crate::text::{MAX_NAME_CHARS, printable};

/// How many pictures seen before are kept: their canvases take memory.
const MAX_SEEN: usize = 8;

impl AppState {
    /// Takes an action that concerns pictures.
    pub(in crate::app::state) fn reduce_picture(&mut self, action: PictureAction) {
        match action {
            PictureAction::SamplesFetched(samples) => {
                self.picture.samples = Rc::new(samples);
                self.picture.samples_are_known = true;
            }
            PictureAction::Ask(question) => self.ask(question),
            PictureAction::Choose { file, name } => self.choose_own_picture(file, name),
            PictureAction::ChooseSample { file, name } => self.choose_sample(file, name),
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
            PictureAction::ChooseReading(choices) => {
                self.notices.shown.remove(&NoticePlace::Picture);
                if let Some(picture) = &mut self.picture.current {
                    picture.stopped = false;
                    picture.key.choices = choices;
                }
            }
            PictureAction::ChooseSecond(second) => self.choose_second(second),
            PictureAction::Refused(message) => {
                self.notify(NoticePlace::Picture, message, Some(Recovery::ChoosePicture));
            }
            PictureAction::PredictAgain => self.predict_again(),
            PictureAction::OwnPictureGone => {
                // An address with a sample shows that.
                if self.settings.sample.is_none() {
                    self.picture.is_awaited = true;
                    self.notify(
                        NoticePlace::Picture,
                        self.words.notices().own_picture_gone,
                        Some(Recovery::ChoosePicture),
                    );
                }
            }
            PictureAction::Leave => {
                self.return_to_picture(None);
                let usual = Settings::default();
                self.settings.view = usual.view;
                self.settings.target = usual.target;
            }
        }
    }

    /// Takes another picture to compare with: maps of the one before go.
    fn choose_second(&mut self, second: SecondPicture) {
        self.picture.second = Some(second);
        let is_about_second = MapKey::wants_second_picture;
        let pictures = self.picture.current.iter_mut();
        for picture in pictures.chain(&mut self.picture.seen) {
            picture.maps.retain(|key| !is_about_second(key));
            picture.failed_maps.retain(|key| !is_about_second(key));
            picture.early.take_if(|(key, _)| is_about_second(key));
            picture.shown.take_if(|key| is_about_second(key));
            picture.tests.retain(|test| !is_about_second(&test.map));
        }
        self.show_chosen_map();
    }

    /// Goes to a picture seen before, as the browser's Back does; to the samples for `None`.
    /// One that is kept no more leaves what is there.
    pub(in crate::app::state) fn return_to_picture(&mut self, file: Option<u32>) {
        let current = self.picture.current.as_ref();
        if current.map(|picture| picture.key.file) == file {
            return;
        }
        let is_file = |picture: &ChosenPicture| Some(picture.key.file) == file;
        let found = self.picture.seen.iter().position(is_file);
        if file.is_some() && found.is_none() {
            return;
        }
        let found = found.map(|place| self.picture.seen.remove(place));
        self.keep_current_picture();
        let words = self.words.notices();
        let name = found.as_ref().map(|picture| (words.picture)(&picture.name));
        self.notices.announcement = name.unwrap_or_else(|| words.sample_pictures.to_owned());
        self.picture.current = found;
        self.picture.guide = None;
        self.picture.previous = None;
        (self.settings.class, self.settings.sample) = (None, None);
        self.drop_picture_notices();
    }

    /// Keeps the current picture for the browser's Back, if it has a result.
    fn keep_current_picture(&mut self) {
        let current = self.picture.current.clone();
        let Some(mut current) = current.filter(|picture| picture.prediction.is_some()) else {
            return;
        };
        current.stop_tests();
        let seen = &mut self.picture.seen;
        seen.retain(|picture| picture.key.file != current.key.file);
        seen.push(current);
        if seen.len() > MAX_SEEN {
            seen.remove(0);
        }
    }

    fn drop_picture_notices(&mut self) {
        self.notices.shown.retain(|place| {
            !matches!(
                place,
                NoticePlace::Picture | NoticePlace::Explanation | NoticePlace::Save
            )
        });
    }

    /// Takes a sample. One that the address named comes with the class that stands there.
    fn choose_sample(&mut self, file: u32, name: String) {
        let is_of_address = self.settings.sample.as_ref() == Some(&name);
        let class = self.settings.class.filter(|_| is_of_address);
        let guide = self.picture.guide.filter(|_| is_of_address);
        self.choose_picture(file, name);
        self.settings.class = class.or(self.settings.class);
        self.picture.guide = guide;
        if let Some(picture) = &mut self.picture.current {
            picture.is_sample = true;
        }
    }

    /// Takes a picture of one's own. One that is awaited comes with the class that the address names.
    fn choose_own_picture(&mut self, file: u32, name: String) {
        let class = self.settings.class.filter(|_| self.picture.is_awaited);
        self.choose_picture(file, name);
        self.settings.class = class.or(self.settings.class);
    }

    /// Takes a new picture; the one before stays on the stage until the new one has a result.
    fn choose_picture(&mut self, file: u32, name: String) {
        self.keep_current_picture();
        if let Some(before) = self
            .picture
            .current
            .take()
            .filter(|picture| picture.prediction.is_some())
        {
            self.picture.previous = Some(before);
            self.picture.previous_class = self.settings.class;
        }
        if !self.settings.pinned {
            self.settings.class = None;
        }
        self.settings.sample = None;
        self.picture.guide = None;
        self.picture.is_awaited = false;
        let name = printable(&name, MAX_NAME_CHARS).into_owned();
        self.notices.announcement = (self.words.notices().picture)(&name);
        self.picture.current = Some(ChosenPicture::new(file, name));
        self.drop_picture_notices();
    }

    /// A picture that cannot be used gives way to the one before it, as it was shown.
    pub(in crate::app::state) fn restore_previous_picture(&mut self) {
        self.picture.current = self.picture.previous.take();
        if self.picture.current.is_some() {
            self.settings.class = self.picture.previous_class;
        }
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
