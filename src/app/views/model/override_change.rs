//! Sends a change of an override.

use yew::prelude::*;

use crate::app::state::{ModelAction, OverrideChange};
use crate::app::views::common::PageHandle;

pub fn override_change<E: 'static>(page: &PageHandle, answer: OverrideChange) -> Callback<E> {
    page.callback(move |page| page.dispatch(ModelAction::Override(answer.clone())))
}
