//! The one reducer of the page: each part reduces its own actions.

use std::rc::Rc;

use yew::Reducible;

use super::action::Action;
use super::app_state::AppState;

impl Reducible for AppState {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = Rc::unwrap_or_clone(self);
        match action {
            Action::Model(action) => state.reduce_model(action),
            Action::Picture(action) => state.reduce_picture(action),
            Action::Explanation(action) => state.reduce_explanation(action),
            Action::Compare(action) => state.reduce_compare(action),
            Action::Test(action) => state.reduce_test(action),
            Action::Restoration(action) => state.reduce_restoration(action),
            Action::Settings(action) => state.reduce_settings(action),
            Action::Notices(action) => state.reduce_notices(action),
            Action::Engine(event) => state.reduce_engine(event),
            Action::Return(file, hash) => {
                state.return_to_picture(file);
                state.read_hash(&hash);
                // What is kept of the picture is there already.
                state.settings.sample = None;
            }
            Action::Cancel => state.cancel(),
        }
        state.update_prediction_overrides();
        Rc::new(state)
    }
}
