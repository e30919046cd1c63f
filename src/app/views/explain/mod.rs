//! The explanation of one picture: the stage with the picture and its map, and beside it
//! the classes, layers, methods and files.

mod channels;
mod class_search;
mod classes;
mod copy_link;
mod details;
mod display_controls;
mod empty_stage;
mod layers;
mod legend;
mod method_choice;
mod panel;
mod picture_choices;
mod picture_stage;
mod question;
mod reading_help;
mod save_buttons;
mod stage;
mod stage_canvas;
mod stage_progress;
mod stage_props;

pub use self::empty_stage::sample_strip;
pub use self::panel::{lower_panel, upper_panel};
pub use self::stage::stage;
pub use self::stage_props::StageProps;
