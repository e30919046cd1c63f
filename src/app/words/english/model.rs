//! The models to choose from, and what is known and assumed of one.

use crate::app::words::table::table;

table! {
    /// The models to choose from, and what is known and assumed of one.
    ModelWords, MODEL {
        models = "Models";
        own_file(size: &str) = format!("your own file, {size}");
        open_onnx = "Open an ONNX file";
        open_hint = "Or drop one anywhere. It stays on this device. It needs one picture as its input and one row of class values as its output.";
        stop_loading = "Stop loading";

        being_fetched = "being fetched…";
        keep_offline = "Keep for offline";
        on_device = "on this device";
        remove = "Remove";
        fetched_when_used = "fetched when it is used";
        without_network = "Without a network";
        keeps_nothing(error: &str) = format!("This browser lets the page keep nothing ({error}): models are loaded again at each visit.");
        not_removed(name: &str, error: &str) = format!("{name} could not be removed ({error}). Clear the site’s data in the browser’s settings.");
        not_kept(name: &str, error: &str) = format!("{name} could not be kept ({error}). Check the connection and the free disk space, and try again.");
        page_kept = "This page opens without a network, with the models that are on this device.";
        page_not_kept = "This browser does not keep the page, so that it needs a network: storage is blocked, full, or the window is private.";
        not_fetched_again = "Models that are on this device are not fetched again.";

        as_first_assumed = "As first assumed";
        assumed(what: &str) = format!("Assumed: {what}");
        as_file_says(what: &str) = format!("As the file says: {what}");
        as_file_says_alone = "As the file says";
        fit = "Fit of the picture";
        stretched = "Stretched";
        middle(percent: &str) = format!("The middle, {percent} % of it");
        grey_border = "All of it in a grey border";
        black_border = "All of it in a black border";
        border = "All of it in a border";
        stretched_hint = "Width and height are resized each by itself, as Keras does.";
        middle_hint = "The shorter side fills the input and the middle is cut out, as torchvision and timm do. The network does not see the rest.";
        border_hint = "The whole picture in its own shape, with a border around it, as Ultralytics does.";

        pixel_values = "Pixel values";
        which_is_right = "Which of these is right?";
        which_is_right_hint = "The network’s answers by each way to scale the pixel values. Choose the one that fits the picture.";
        assumed_mark = " (assumed)";

        names = "Names of the classes";
        named_by_file(classes: usize) = format!("{classes} classes, named by the model’s file");
        numbered(classes: usize) = format!("{classes} classes, numbered");
        named_imagenet(classes: usize) = format!("{classes} classes, named as ImageNet’s");
        named_by_own_list(classes: usize) = format!("{classes} classes, named by a list of yours");
        named_by(classes: usize, file: &str) = format!("{classes} classes, named by {file}");
        open_list = "Open a list";
        open_list_of_names = "Open a list of names";
        as_in_file = "As in the file";
        imagenets = "ImageNet’s";
        numbers = "Numbers";
        names_hint = "Text with one name a line, CSV, or JSON, in the order of the outputs.";

        softmax = "Softmax: one of the classes";
        sigmoid = "Sigmoid: each class by itself";
        ends_with_it = "the file ends with it";
        before_softmax = "before the softmax that ends the file";
        before_sigmoid = "before the sigmoid that ends the file";
        tensor(name: &str, what: &str) = format!("“{name}”: {what}");
        probabilities = "Probabilities";
        explained_output = "Explained output";
        found_by_itself = "Found by itself";

        input = "Input";
        input_facts(name: &str, width: usize, height: usize, order: &str, shape: &str) = format!("“{name}”: {width} × {height} pixels, {order} [{shape}]");
        channels_last = "Channels last";
        channels_first = "Channels first";
        order_of_axes = "Order of the axes";

        as_given = "as given here";
        zero = "zero";
        input_named(name: &str) = format!("Input “{name}”");
        input_hint(count: usize, sizes: &str, now: &str) = format!("{count} numbers ({sizes}), now {now}. Commas or spaces between; one number is meant for all.");
        use_them = "Use them";
        no_number(typed: &str) = format!("“{typed}” is no number. Write numbers such as 0.5, with commas between.");
        wrong_count(count: usize, wanted: usize) = format!("These are {count} numbers; the input takes {wanted}, or one for all.");

        as_report = "As a text for a report";
        report_hint = "No picture, no weights and no name of a file are in it.";
        copy = "Copy";
        trying = "Trying…";
        try_out = "Try what works";
    }
}
