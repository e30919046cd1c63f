//! What commands that explain have in common: a model, a picture, and what is asked of it.
//!
//! - `engine`: the model that is ready, and pictures that it sees
//! - `model_options`: how a model is read where its file leaves a choice
//! - `choice`: methods and their settings by name
//! - `question`: a target and a class in words
//! - `budget`: how long it may take, and who says stop
//! - `record`: how a map was made

mod budget;
mod choice;
mod engine;
mod model_options;
mod question;
mod record;

pub use budget::RunBudget;
pub use choice::{QuestionArguments, chosen_methods, method_settings, split_setting};
pub use engine::{Engine, Picture, Seen, SharedEngine};
pub use model_options::ModelOptions;
pub use question::find_class;
pub use record::record;
