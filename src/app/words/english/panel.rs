//! What stands beside the picture: classes, search, files, question, method, layer, facts.

use crate::app::words::table::table;

table! {
    /// What stands beside the picture.
    PanelWords, PANEL {
        classes = "Classes";
        what_it_says = "What the network says";
        not_looked_at = "Not looked at yet.";
        looking = "Looking at the picture…";
        waits_for_model = "The picture waits for the model.";
        waits_for_a_model = "The picture waits for a model. Choose one at the top, or open an ONNX file.";
        read_before = "as it was read before; it is being looked at again";
        model_before = "the model before; the new one is on its way";
        keep(label: &str) = format!("Keep {label} for the next pictures");
        logit = "logit ";

        search = "Look for another class";
        any_of(count: usize) = format!("any of {count} classes");
        classes_found = "Classes found";
        no_class = "No class has this name or number";

        save = "Save";
        save_png = "the picture with its map";
        figure = "Figure";
        save_figure = "the same with its colour bar and a caption";
        save_npy = "the map’s own signed values";
        save_json = "how it was made";
        report = "Report";
        save_report = "One file with the picture, its maps, the numbers, and how to make them again";
        copy = "Copy";
        copied = "Copied";
        copy_title = "The picture with its map, to the clipboard";
        on_clipboard = "The picture is on the clipboard";
        copying_failed(reason: &str) = format!("Copying did not work: {reason}.");
        saving_failed(reason: &str) = format!("Saving did not work: {reason}.");
        saved(name: &str) = format!("Saved: {name}");
        report_question = "Shall the picture be in the report?";
        report_hint = "Shall the picture be in the report? Without it the maps are drawn on grey, and the picture’s file is not named.";
        with_picture = "With the picture";
        without_picture = "Without it";
        cancel = "Cancel";

        link = "A link to this";
        copy_link = "Copy link";
        copy_link_title = "The page’s address, with the model, the question and how the map is drawn";
        link_refused(address: &str) = format!("The browser does not let the page copy. This is the link: {address}");
        link_whole = "Copied. The link holds the sample picture, the model and all settings.";
        link_without_model = "Copied. The link holds the sample picture and the settings. Neither the content nor the name of a file of yours is in it: whoever opens it has to bring the model’s file.";
        link_without_picture = "Copied. The link holds the model and the settings. Neither the content nor the name of a file of yours is in it: whoever opens it has to bring the picture.";
        link_without_both = "Copied. The link holds the settings. Neither the content nor the name of a file of yours is in it: whoever opens it has to bring the picture and the model’s file.";

        question = "Question";
        mark_part = "Mark the part by a box, a point or a brush. As long as nothing is marked it is where the network sees the class.";
        mark_label = "The picture, to mark the part that is asked about: drag, or type a box below";
        none_yet = "none yet";
        second_picture = "Second picture";
        choose = "Choose";
        choose_second = "Choose a second picture";
        and_not = "And not";

        method = "Method";
        shows(what: &str) = format!("It shows {what}.");
        beware(what: &str) = format!("Beware: {what}");
        cost(what: &str) = format!("Runs of the network: {what}.");
        other_random = "Other random numbers";
        same_map(names: &str) = format!("The same map here, up to a factor: {names}.");

        layer = "Layer";
        layer_hint = "A map is made from what one layer of the network saw. The last one with places is the usual choice; earlier ones see finer and simpler things.";
        find_layer = "Find a layer";
        ends_of_blocks = "Ends of blocks";
        layers_between = "Layers between";
        no_layer = "No layer has this in its name.";
        layer_shape(height: usize, width: usize, channels: usize) = format!("{height} × {width} places, {channels} channels");

        channels = "Channels";
        channels_fact(count: usize) = format!("the {count} that weigh most");
        channels_hint = "The map is a sum over the features that the layer looks for. These add most to it, for or against.";
        channel(number: usize) = format!("Channel {number}");
        weight = "weight ";
        adds = "adds ";

        facts = "Times and facts";
        picture = "Picture";
        array = "an array of the network’s input";
        pixels(width: usize, height: usize) = format!("{width} × {height} pixels");
        network_sees = "The network sees";
        read_in = "Read and resized in";
        looked_in = "Looked in";
        explained_in = "Explained in";
        runs = "Runs for this map";
        adds_up_to = "Adds up to";
        sum_of(sum: &str, expected: &str, meaning: &str) = format!("{sum} of {expected}. {meaning}");
        map = "Map";
        values(height: usize, width: usize) = format!("{height} × {width} values");
        least_and_greatest = "Least and greatest";
        fetched_in = "Model fetched in";
        prepared_in = "Model prepared in";
        model_from = "Model from";
        licence = "Licence";
        assumed = "Assumed";
    }
}
