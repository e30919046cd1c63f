//! Whether a map can be believed: a tool for each way to find out.

mod attack;
mod cover;
mod curve_plot;
mod faithfulness;
mod metric_list;
mod object;
mod probabilities;
mod sanity;
mod test_page;
mod tested_map;

pub use self::test_page::TestView;
