//! The explanation of one picture: the stage with the picture and its map, and beside it
//! the classes, layers, methods and files.

mod channels;
mod class_search;
mod classes;
mod details;
mod display_controls;
mod empty_stage;
mod layers;
mod legend;
mod method_choice;
mod picture_choices;
mod question;
mod reading_help;
mod save_buttons;
mod stage;
mod stage_canvas;
mod stage_progress;
mod stage_props;

pub use self::class_search::ClassSearch;
pub use self::classes::classes;
pub use self::details::details;
pub use self::empty_stage::sample_strip;
pub use self::save_buttons::SaveButtons;
pub use self::stage::Stage;
