//! What the page tells: errors, news, and what a screen reader is told.

use crate::app::words::table::table;

table! {
    /// Notices and announcements of the page's own.
    NoticeWords, NOTICES {
        fetch_unreachable(what: &str) = format!("{what} could not be fetched; check the connection and try again");
        fetch_missing(what: &str, status: &str) = format!("{what} is missing on the server (it answered {status})");
        fetch_malformed(what: &str, reason: &str) = format!("{what} on the server cannot be read: {reason}");
        list_of_models = "The list of models";
        list_of_samples = "The list of sample pictures";
        list_of_imagenet = "The list of ImageNet’s classes";
        sample_picture(file: &str) = format!("The sample picture {file}");
        without_models(error: &str) = format!("{error}. Without it no model can be offered, but you can open an ONNX file of your own.");
        until_then_numbers(error: &str) = format!("{error}. Until then the classes have numbers.");

        too_large(name: &str, size: &str, limit: &str) = format!("{name} has {size}; a picture's file may have up to {limit}. Save it smaller and try again.");
        only_weights(name: &str) = format!("{name} holds weights of a model: open it together with the model’s file.");
        names_too_large(name: &str) = format!("{name} is too large for a list of names or a saved explanation. The former names stay.");
        not_read(name: &str, reason: &str) = format!("{name} could not be read; choose it again. The browser says: {reason}");
        no_report(name: &str) = format!("{name} is no report of this page, or it is not whole. Open a report as it was saved, or a saved explanation in JSON.");
        and_more(names: &str, count: usize) = format!("{names} and {count} more");
        not_used(names: &str) = format!("Not used: {names}. Of several files one picture, one model and one list of names are taken.");

        own_model_gone = "A model of your own was open here. The page keeps no files: open it again to go on with it.";
        own_picture_gone = "A picture of your own was open here. The page keeps no pictures: choose it again to go on with it; the rest is as it was.";
        report_copied = "The report is on the clipboard.";
        report_refused = "The browser refused its clipboard; mark the text and copy it.";
        no_model_here = "This site has no model. Open an ONNX file of your own.";
        model_ready(name: &str) = format!("Model ready: {name}");
        loading_stopped(name: &str) = format!("Loading {name} was stopped.");
        labels_not_used(message: &str, file: &str) = format!("{message} {file} was not used either.");
        any_size(name: &str) = format!("{name} takes pictures of any size: which one?");
        labels_wait(file: &str) = format!("{file} waits for the model");
        labels_need_model(file: &str) = format!("Open a model first, then {file} with the names of its classes.");
        labels_taken(file: &str) = format!("The classes have the names of {file}");
        labels_count(file: &str, found: usize, wanted: usize) = {
            let plural = |count: usize, one: &'static str, many: &'static str| if count == 1 { one } else { many };
            let (classes, names) = (plural(found, "class", "classes"), plural(wanted, "name", "names"));
            format!("{file} names {found} {classes}, and the model has {wanted}. Choose a list with {wanted} {names}, one a line in the order of the model’s outputs. The former names stay.")
        };
        labels_form(file: &str, reason: &str) = format!("{file} cannot be read as names of classes ({reason}). Choose a text file with one name a line, or JSON. The former names stay.");
        no_utf8 = "it is no text in UTF-8";
        is_empty = "it is empty";
        json_damaged = "its JSON is damaged";
        json_other = "its JSON has another form";
        no_text = "it is no text";

        unknown_class(class: usize, model: &str, last: usize) = format!("The address asks for class {class}, and {model} has the classes 0 to {last}. Each picture begins with its most probable class.");
        other_versions(page: &str, engine: &str) = format!("This page and its engine are of different versions ({page} and {engine}), because the site was renewed. Reload the page to get both anew.");
        broke_down = "The engine broke down";
        no_start = "The engine could not start";
        broke_preparing = "The engine broke down while it prepared the model";
        broke_looking = "The engine broke down while it looked at the picture";
        broke_explaining = "The engine broke down while it explained";
        broke_testing = "The engine broke down while it tested the map";
        broke_trying = "The engine broke down while it tried the model out";
        browser_says(what: &str, message: &str) = format!("{what} (the browser says: {message})");
        broke_map_stays(what: &str) = format!("{what}. It was replaced, and the map so far stays.");
        broke_goes_on(what: &str) = format!("{what}. It was replaced, and goes on with what you had chosen.");
        broke_twice(what: &str) = format!("{what}, twice");
        memory(what: &str) = format!("{what}. Often this is too little memory: close other tabs, or try a smaller picture or model.");
        stopped = "Stopped.";

        nothing_to_save = "there is no explanation to save yet: choose a picture and a class first";
        map_of_other_shape = "the map cannot be written: its shape does not fit its values";
        no_png = "the picture could not be written as PNG: the browser gave no file";
        part_missing = "a part of the page could not be loaded; check the connection and try again";
        not_allowed(reason: &str) = format!("the browser did not allow it: {reason}");
        no_clipboard = "there is no clipboard here; save the PNG instead";
        file_not_read(reason: &str) = format!("The file could not be read; choose it again. The browser says: {reason}");
        not_in_time = "it did not start in time";
        unknown_message = "the engine sent a message that this page does not know";
        not_drawn = "The browser could not draw the picture.";

        taken_for(what: &str) = format!("It is taken for: {what}");
        at_layer(layer: &str) = format!(", at {layer}");
        explained(label: &str, percent: &str, at: &str) = format!("Explained: {label}, {percent}{at}");
        nothing_speaks_for(label: &str, percent: &str) = format!("Nothing in this picture speaks for {label}, {percent}");
        not_numbers(label: &str) = format!("The map for {label} has values that are not numbers");
        stopped_early = "Stopped; the map so far stays";
        stopped_former = "Stopped; the former map stays";
        stopped_comparing = "Stopped; what is there stays";
        stopped_testing = "Stopped; what was measured stays";
        tested_taken_for(label: &str) = format!("Taken for {label}");
        picture_shown = "The picture is shown";
        picture(name: &str) = format!("Picture: {name}");
        sample_pictures = "The sample pictures";

        cannot_restore_file(name: &str, reason: &str) = format!("{name} is a saved explanation that cannot be restored: {reason}.");
        is_restored(name: &str) = format!("{name} is restored");
        no_method(id: &str) = format!("this version has no method “{id}”");
        other_format(format: &str, version: &str, own: &str) = format!("it has the format {format} of gradcam {version}, and this page reads the format {own}");
        no_layer(layer: &str) = format!("the model has no layer {layer}");
        no_places = "the model does not give classes to places";
        painted = "it is about a part that was painted, which is not saved";
        other_model(name: &str, checksum: &str) = format!("The saved explanation is of the model {name}, which is not the one that is here: open its file. Its checksum begins with {checksum}.");
        model_made_ready = "The model of the saved explanation is made ready.";
        cannot_restore(problem: &str) = format!("The saved explanation cannot be restored: {problem}.");
        open_picture(name: &str) = format!("The saved explanation is of the picture {name}: open it.");
        other_picture(name: &str) = format!("This is not the picture of the saved explanation, {name}: its checksum is another. Open that one.");
        not_checked = " Whether the picture is the same file could not be checked.";
        choose_second = "The saved explanation compares with a second picture: choose it under “Question”.";
        made_again = "The saved explanation is made again.";
        is_the_saved(note: &str) = format!("This is the saved explanation: its value and its range are the same.{note}");
        is_not_the_saved(percent: &str, note: &str) = format!("The map is not the saved one: value or range differ by {percent} of the greatest value. Another layer, another setting or another version can be the cause.{note}");
        was_restored(note: &str) = format!("The saved explanation was restored.{note}");
    }
}
