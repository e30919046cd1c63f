//! What views share.

mod drag_surface;
pub mod element_ids;
mod fetch_words;
mod file_kind;
mod input_value;
mod lazy;
mod map_canvas;
pub mod map_painter;
mod notice;
mod page_handle;
mod popover;
mod progress_bar;
mod region_editor;

pub use self::drag_surface::{DragPhase, DragPoint, DragSurface};
pub use self::input_value::input_value;
pub use self::lazy::{Draw, lazy};
pub use self::map_canvas::{DrawnMap, MapCanvas};
pub use self::notice::notices;
pub use self::page_handle::{PageHandle, Props};
pub use self::popover::Popover;
pub use self::progress_bar::{phase_words, progress_bar};
pub use self::region_editor::RegionEditor;
