//! The picture, where the network looked, and how that is shown.

use crate::app::words::table::table;

table! {
    /// The stage with a picture, its map and how that is shown.
    PictureWords, PICTURE {
        what_speaks_against = "What speaks against ";
        /// After the class, as in the other headings.
        what_speaks_against_end = "";
        nothing_speaks_for = "Nothing speaks for ";
        nothing_for_or_against = "Nothing speaks for or against ";
        no_map_for = "No map for ";
        where_it_looked_for = "Where it looked for ";
        where_it_looked_for_end = "";
        looking = "Looking…";
        your_picture = "Your picture";
        another_picture = "Another picture";
        not_finished = "Not finished: ";
        change = "Change";

        faint(label: &str, percent: &str) = format!("The map for {label} is faint: its strongest place reaches {percent} of the scale that all classes share.");
        show_on_own_scale = "Show it on its own scale";
        only_against_shown(label: &str) = format!("Nothing in this picture speaks for {label}; the colours show what speaks against it.");
        only_against(label: &str) = format!("Nothing in this picture speaks for {label}, so no place is coloured.");
        show_against = "Show what speaks against it";
        nothing(label: &str) = format!("The map for {label} is zero everywhere: at this layer no place changes its value. Another layer or class may show more.");
        not_finite(label: &str) = format!("The network’s values for {label} are not all numbers, so there is no map to show. The model overflows on this picture; try another picture or a model in full precision.");

        opening = "Opening the picture…";
        not_seen = "the network did not see this";
        read_at(value: &str, across: &str, down: &str) = format!("{value} at {across} % from the left, {down} % from the top");
        described(name: &str, label: &str, across: &str, down: &str) = format!("{name} with where the network looked for {label}: strongest at {across} % from the left, {down} % from the top");
        described_nothing(name: &str, label: &str) = format!("{name}; nothing in it speaks for {label}");

        waiting_for_model = "Waiting for the model";
        waiting_for(name: &str, size: &str, phase: &str) = format!("Waiting for the model: {name} {size} · {phase}");
        stop_and_keep = "Stop and keep this";
        cancel = "Cancel";

        evidence = "Which evidence is shown";
        for_class = "For the class";
        for_and_against = "For and against";
        colours = "Colours";
        raw_cells = "Raw cells";
        raw_cells_hint = "the network’s own grid, nothing between";
        own_scale = "A scale for each class";
        own_scale_hint = "off: all share one, so that they compare";
        colours_and_scale = "Colours and scale";
        opacity = "Opacity";
        hold_hint = "Hold, or hold the key o";
        hold = "Hold: picture alone";

        logits = "Logits are the network’s own scores, before they become percentages.";
        legend_not_seen = "The network did not see this";
        legend_point = "Point at the picture, or tap it, for its value";
        legend_here(value: &str) = format!("Here: {value}");
        how_much_counts = "How much each place counts, beside the others";
        raises_or_lowers = "How much each place raises or lowers the answer";
        raises = "How much each place raises the answer";
        in_logits = ", in logit units";
        in_probability = ", in parts of a probability";
        scale_up_to(value: &str) = format!("Scale up to {value}");
        against_end = "← against the class";
        for_end = "for the class →";

        how_to_read = "How to read this";
        read_brighter = "The brighter a place, the more it speaks for the class. Tap it, or point at it, for its value.";
        read_other = "Choose another class to see what speaks for that one.";
        read_right = "It shows where the network looked, not whether it is right.";
        got_it = "Got it";

        grey_levels = "Grey levels";
        black = "Black";
        white = "White";
        as_the_file_says = "As the file says";
        usual_range = "The usual range";
        from_to(whose: &str, low: &str, high: &str) = format!("{whose}: {low} to {high}");
        values_from_to(low: &str, high: &str) = format!("Values from {low} to {high}");
        hidden_colours = "The hidden colours";
        background_white = "White";
        background_black = "Black";
        background_grey = "Grey";
        behind_picture = "Behind the picture";
        as_srgb = " The network sees the colours as sRGB";
        red = "Red";
        green = "Green";
        blue = "Blue";
        shown_bands(count: usize) = format!("Shown of {count} bands");
    }
}
