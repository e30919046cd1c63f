//! A change of an override as a callback.

use yew::prelude::*;

use crate::app::state::{ModelAction, OverrideChange};
use crate::app::views::common::PageHandle;

/// A callback that changes one override.
pub fn override_change<E: 'static>(page: &PageHandle, change: OverrideChange) -> Callback<E> {
    page.callback(move |page| page.dispatch(ModelAction::Override(change.clone())))
}
