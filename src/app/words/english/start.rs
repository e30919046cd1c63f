//! What the page opens with, and what every view may need of it.

use crate::app::words::table::table;

table! {
    /// The stage before there is a picture, and what stands beside it.
    StartWords, START {
        welcome = "An image classifier names what is in a picture. This page shows where in the picture it looked for that, and lets you test whether to believe it.";
        drop_or = "Drop a picture, paste one, or ";
        choose_file = "choose a file";
        or_one_of_these = "or try one of these";
        own_model = "A model of your own, as an ONNX file, can be dropped here as well.";
        nothing_leaves = "Nothing leaves this device: picture, model and result stay in your browser";
        check_it = "You can check it. Open your browser's developer tools at the network panel and drop a picture: nothing is sent. Or let the model load, switch the network off, and go on.";
        questions = "Questions to begin with";
        begin_with = "Begin with a question";
        samples = "Samples";
        stage = "The picture and where the network looked";
        choose_picture = "Choose a picture";
        choose_model = "Choose an ONNX file";
        classes = "Classes";
        what_it_says = "What the network says";
        classes_will_stand = "The most probable classes will stand here. Choose one to see where the network looked for it.";
        knows(name: &str, classes: usize) = format!("{name} knows {classes} classes.");
        anything_else(what: &str, classes: usize) = format!("{what} Anything else will be called one of these {classes}.");
        no_samples = "No sample picture comes with this model: it knows pictures of a kind that may not be passed on here. Use one of your own.";

        ask_look = "What did it look at?";
        told_look = "Bright places raised the value of the class that stands first. Choose another class, and see whether it looks elsewhere for it.";
        ask_cup = "Why a cup and not a plate?";
        told_cup = "Bright places speak more for the cup than for the plate. “For and against” also shows the places that speak for the plate.";
        ask_sticker = "Does the map survive a sticker on the cup?";
        told_sticker = "Drag the grey patch over the cup: class and map before and after stand side by side. Where the map was bright, covering should cost most.";

        about_model = "About this model";
        assumed(count: usize) = if count == 1 { "1 thing assumed".to_owned() } else { format!("{count} things assumed") };
        taken_as(scaling: &str, reason: &str) = format!("Pixel values are taken as {scaling}, {reason}.");
        read_with(order: &str) = format!("The file does not say where its channels are; it is read with {order}.");
        taken_for_imagenet(classes: usize) = format!("The classes are taken for ImageNet’s, because there are {classes}.");
        names_no_classes = "The file names no classes, so they have numbers.";
        channels_first = "channels first";
        channels_last = "channels last";
        own_scaling = "the file’s own scaling";
        class(number: usize) = format!("class {number}");

        size_label = "Size of the picture";
        size_question(name: &str, input: &str) = format!("{name} takes pictures of any size at its input “{input}”. With which size was it trained?");
        size_width = "Width in pixels";
        size_height = "Height in pixels";
        use_it = "Use it";
        width_refused(least: usize, most: usize, typed: &str) = format!("The width must be a whole number from {least} to {most}; {typed} is none.");
        height_refused(least: usize, most: usize, typed: &str) = format!("The height must be a whole number from {least} to {most}; {typed} is none.");
        typed_nothing = "nothing";

        mark_by = "Mark by";
        box_or_point = "Box or point";
        only_box = "Box";
        brush = "Brush";
        box_in_percent = "Box in %";
        box_order = "left, top, width, height";
        clear = "Clear";
        box_refused = "A box has four whole numbers of percent, left, top, width and height, and lies inside the picture: 10, 20, 50, 40.";

        what_speaks_for(label: &str) = format!("What speaks for {label}?");
        what_makes_probable(label: &str) = format!("What makes {label} more probable?");
        why_not(label: &str, other: &str) = format!("Why {label} and not {other}?");
        what_speaks_against(label: &str) = format!("What speaks against {label}?");
        what_makes_alike = "What makes it like the second picture?";
        what_in_part(label: &str) = format!("What speaks for {label} in the marked part?");
        what_where_it_is(label: &str) = format!("What speaks for {label} where it is?");
        what_sets_apart(label: &str) = format!("What sets {label} apart from its neighbours?");
    }
}
