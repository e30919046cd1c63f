//! Whether a map can be believed.

use crate::app::words::table::table;

table! {
    /// Whether a map can be believed.
    TestWords, TEST {
        label = "Whether the map can be believed";
        believe = "Should you believe it?";
        test = "Test";
        no_map = "There is no map to test yet.";
        stop = "Stop";
        other_map(method: &str, label: &str) = format!(", {method} for {label}");
        faithfulness = "Faithfulness";
        cover = "Cover a part";
        attack = "Deceive it";
        object = "Mark the object";
        sanity = "Sanity";

        measure_all = "Measure all";
        measure = "Measure";
        measure_one(name: &str) = format!("Measure {name}");
        higher = "higher is better";
        lower = "lower is better";
        better_than_both = "better than a random map and than a blob at the centre";
        better_than_random = "better than a random map, but not than a blob at the centre";
        no_better = "no better than a random map";
        chance(random: &str, centre: &str) = format!("random map {random} · centre blob {centre}");
        no_chance = "chance is not measured yet";
        runs(count: usize) = match count {
            0 => "no run".to_owned(),
            1 => "1 run".to_owned(),
            _ => format!("{count} runs"),
        };
        not_finished = "Not finished: ";

        faithfulness_hint = "If the map is right about what the network uses, changing the places that it marks changes the answer more than changing others.";
        picture_with_map = "The picture with the map";
        the_map = "The map";
        picture_changed(percent: &str) = format!("The picture with {percent} % changed");
        percent_changed(percent: &str) = format!("{percent} % of the picture changed");
        point_of_curve(name: &str) = format!("Point of the curve of {name} whose picture is shown");
        curve_from_to(low: &str, high: &str) = format!("Curve from {low} to {high}");
        from_to(low: &str, high: &str) = format!("from {low} to {high}");

        cover_hint = "Drag the patch, or move it with the arrow keys: class and map follow. A part that the map marks should matter when it is covered.";
        cover_label = "The picture with a patch: drag it, or move it with the arrow keys";
        patch_size = "Size of the patch";

        attack_hint = "Each pixel moves by a little, in the direction in which the network’s answer changes most. People see no difference; the network may.";
        change_picture = "Change the picture";
        one_step_fgsm = "one step (FGSM)";
        steps(count: usize) = if count == 1 { "one step".to_owned() } else { format!("{count} steps") };
        grey_levels = "Grey levels";
        by = "By";
        goal = "Goal";
        away_from(label: &str) = format!("away from {label}");
        towards(label: &str) = format!("towards {label}");
        before = "before";
        after = "after";
        difference = "the difference × 16";
        map_before = "map before";
        map_after = "map after, on the same scale";
        rank_correlation = "Rank correlation of the two maps: ";
        save_changed = "Save the changed picture";
        save_changed_hint = " A PNG of the network’s size: dropped here again, it is taken for the same.";
        raised_by(levels: &str, steps: &str, label: &str) = format!("By up to {levels} grey levels in {steps}, to raise the logit of {label}.");
        lowered_by(levels: &str, steps: &str, label: &str) = format!("By up to {levels} grey levels in {steps}, to lower the logit of {label}.");

        still_taken = "It is still taken for ";
        now_taken = "It is now taken for ";
        instead_of = " instead of ";
        class = "Class";

        object_hint = "Mark the object by a box or with a brush. A map can lie on the object and still be wrong about the network, which may look elsewhere.";
        object_label = "The picture, to mark the object: drag, or type a box below";

        sanity_hint = "A map that stays the same when the network has lost its weights, or when another class is asked about, says nothing about either.";
        own_map = "the map";
        alike(what: &str, value: &str) = format!("{what}: rank correlation {value}");
        layers_random(percent: &str) = format!("{percent} % of the layers random");
        another_class = "another class";
        noisy_copy = "a noisy copy";
    }
}
