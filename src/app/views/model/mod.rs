//! The models to choose from, and what is known, assumed and overridden of one.

mod about;
mod about_fields;
mod fit_field;
mod further_input_fields;
mod input_fields;
mod input_size_form;
mod input_size_prompt;
mod kept_models;
mod label_fields;
mod model_list;
mod output_fields;
mod override_change;
mod report;
mod scaling_field;
mod scaling_trials;
mod select_field;

pub use self::about::About;
pub use self::input_size_prompt::input_size_prompt;
pub use self::model_list::model_list;
