//! Questions that lead somebody who is new here: one press each, and a sentence about what is seen.

use super::guided_question::GuidedQuestion;
use crate::app::state::app_state::AppState;
use crate::app::state::settings::View;
use crate::app::state::test_view::TestTool;

/// As the kitchen's model and ImageNet's list name it.
const CUP: &[&str] = &["cup", "tea cup"];

static QUESTIONS: [GuidedQuestion; 3] = [
    GuidedQuestion {
        words: |words| words.ask_look,
        sample: "coffee.png",
        class: &[],
        other: &[],
        view: View::Explain,
        sentence: |words| words.told_look,
    },
    GuidedQuestion {
        words: |words| words.ask_cup,
        sample: "coffee.png",
        class: CUP,
        other: &["plate"],
        view: View::Explain,
        sentence: |words| words.told_cup,
    },
    GuidedQuestion {
        words: |words| words.ask_sticker,
        sample: "coffee.png",
        class: CUP,
        other: &[],
        view: View::Test,
        sentence: |words| words.told_sticker,
    },
];

impl AppState {
    /// The questions that can be asked with the samples and the classes of the model: of one
    /// that is still to be prepared, those that its samples are for.
    pub fn guided_questions(&self) -> Vec<&'static GuidedQuestion> {
        let samples = self.suitable_samples();
        let desired = self.model.desired.as_ref();
        let is_coming =
            !self.model_is_ready() && desired.is_some_and(|it| it.source.entry().is_some());
        let can_be_asked = |question: &&GuidedQuestion| {
            let is_known =
                |labels: &[&str]| labels.is_empty() || is_coming || self.class_of(labels).is_some();
            samples.iter().any(|sample| sample.file == question.sample)
                && is_known(question.class)
                && is_known(question.other)
        };
        QUESTIONS.iter().filter(can_be_asked).collect()
    }

    /// The number of the first class of the prepared model that has one of these labels.
    fn class_of(&self, labels: &[&str]) -> Option<usize> {
        let model = self.ready_model()?;
        let is_one = |known: &String| labels.contains(&known.as_str());
        model.labels.iter().position(is_one)
    }

    /// Asks a question: settings as it needs them, and its sample, as if the address said so.
    pub(in crate::app::state) fn ask(&mut self, question: &'static GuidedQuestion) {
        let class = self.class_of(question.class);
        let other = self.class_of(question.other);
        let settings = &mut self.settings;
        settings.sample = Some(question.sample.to_owned());
        (settings.class, settings.other) = (class, other);
        settings.target = if other.is_some() { "contrast" } else { "logit" };
        settings.view = question.view;
        if question.view == View::Test {
            self.test.tool = TestTool::Cover;
        }
        self.picture.guide = Some(question);
    }
}

#[cfg(test)]
mod tests {
    use crate::app::state::{Action, ModelAction, PictureAction, View};
    use crate::app::testing::{act, with_labels};

    #[test]
    fn a_question_brings_its_picture_class_and_sentence() {
        let state = with_labels(&["spoon", "cup", "plate"], &["coffee.png"]);
        let questions = state.guided_questions();
        assert_eq!(questions.len(), 3);
        let state = act(state, [Action::from(PictureAction::Ask(questions[1]))]);
        assert_eq!(state.sample_to_open().unwrap().file, "coffee.png");
        let opened = PictureAction::ChooseSample {
            file: 7,
            name: "coffee.png".into(),
        };
        let state = act(state, [Action::from(opened)]);
        let settings = &state.settings;
        assert_eq!((settings.class, settings.other), (Some(1), Some(2)));
        assert_eq!(
            (settings.target, settings.view),
            ("contrast", View::Explain)
        );
        assert!(
            state
                .picture
                .guide
                .is_some_and(|guide| guide.sentence(state.words).contains("plate"))
        );
        assert_eq!(state.sample_to_open(), None);
        let own = PictureAction::Choose {
            file: 8,
            name: "own.png".into(),
        };
        assert_eq!(act(state, [Action::from(own)]).picture.guide, None);
    }

    #[test]
    fn a_model_without_such_classes_is_not_asked_about_them() {
        let state = with_labels(&["boot", "bag"], &["coffee.png"]);
        assert_eq!(state.guided_questions().len(), 1);
        let state = with_labels(&["cup", "plate"], &["boot.png"]);
        assert_eq!(state.guided_questions().len(), 0);
    }

    #[test]
    fn while_a_model_is_prepared_its_questions_have_their_place() {
        let state = with_labels(&["boot"], &["coffee.png"]);
        let same = state.model.desired.as_ref().unwrap().source.clone();
        let state = act(state, [ModelAction::LoadAgain(same)]);
        assert_eq!(state.guided_questions().len(), 3);
    }
}
