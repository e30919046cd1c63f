//! The models to choose from, and what is known, assumed and overridden of one.

mod about;
mod input_fields;
mod label_fields;
mod model_list;
mod output_fields;
mod override_change;
mod scaling_field;
mod select_field;
mod size_form;
mod size_question;

pub use self::about::About;
pub use self::model_list::model_list;
pub use self::size_question::size_question;
