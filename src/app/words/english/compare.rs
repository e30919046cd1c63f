//! Maps side by side.

use crate::app::words::table::table;

table! {
    /// Maps side by side.
    CompareWords, COMPARE {
        side_by_side = "Maps side by side";
        picture_first = "Choose a picture first; its maps will stand here side by side.";
        what_differs = "What differs";
        methods = "Methods";
        layers = "Layers";
        classes = "Classes";
        own_scales = "Each map its own scale";
        methods_own_scale = "Each map has its own scale: methods weigh differently.";
        sort_by = "Measure and sort by";
        nothing = "nothing";
        progress(done: usize, wanted: usize, runs: usize) = format!("{done} of {wanted} maps · {runs} runs of the network");
        stop_all = "Stop all";
        go_on = "Go on";
        chosen(count: usize) = format!("{count} chosen");
        choose_map = "Choose a map to see it large, and a second one to lay it over the first.";
        left_and_right(left: &str, right: &str) = format!("{left} on the left, {right} on the right");
        lay_over = "Lay it over another";
        open = "Open";
        open_map(name: &str) = format!("Open {name}");
        cannot_be_had = "cannot be had on this model and layer";
        stopped = "stopped";
        waiting = "waiting";
        nothing_speaks_for_it = "nothing speaks for it";
        not_numbers = "not all values are numbers";
        same_map_as(names: &str) = format!("the same map as {names}");
        runs(count: usize) = match count {
            0 => "no run".to_owned(),
            1 => "1 run".to_owned(),
            _ => format!("{count} runs"),
        };
    }
}
