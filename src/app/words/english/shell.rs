//! Header, footer, help and what is the same everywhere.

use crate::app::words::table::table;

table! {
    /// Header, footer, help and what is the same everywhere.
    ShellWords, SHELL {
        /// As HTML's `lang` names it.
        language_code = "en";
        language = "Language";
        /// Of the engine's messages, where they are in another language than the page.
        engine_messages = "";
        language_failed = "The words of this language could not be loaded, so the page stays as it is. Check the connection and try again.";

        back = " Samples";
        back_title = "Back to the samples";
        tagline = "where a network looks";
        models = "Models";
        engine_and_browser = "The engine and this browser";
        help = "Help";
        views = "Views";
        view_explain = "Explain";
        view_compare = "Compare";
        view_test = "Test";
        panel = "What the network says";
        colours(name: &str) = format!("Colours: {name}");
        theme_system = "as the system";
        theme_light = "light";
        theme_dark = "dark";

        no_model = "no model";
        finding_models = "finding models…";
        ready = "ready";
        waiting = "waiting";

        engine_starts_chip = "engine starts…";
        engine_starts = "The engine starts.";
        engine_is_starting = "The engine is starting.";
        threads(count: usize) = if count == 1 { "1 thread".to_owned() } else { format!("{count} threads") };
        runs_here(variant: &str, threads: &str) = format!("The network runs in this browser, on {threads} with {variant}.");
        runs_on(variant: &str, threads: &str) = format!("The network runs on {threads} with {variant}.");
        how_it_computes = "How it computes";
        in_a_worker = "It runs in a worker of its own, so that the page stays quick, in WebAssembly. SIMD computes four numbers at a time.";
        cores(count: &str) = format!("This browser offers {count} cores.");
        may_share = "This page may share memory between threads.";
        may_not_share = "This page may not share memory between threads this time: its server did not ask the browser for it, or it is shown in a frame.";

        close = "Close";
        try_again = "Try again";
        go_on = "Go on";
        load_anyway = "Load it all the same";
        load(name: &str) = format!("Load {name}");
        open_other_list = "Open another list";
        open_other_model = "Open another ONNX file";
        choose_other_picture = "Choose another picture";
        look_again = "Look again";
        reload = "Reload the page";
        start_again = "Start it again";

        loading = "Loading…";
        part_not_loaded = "This part of the page could not be loaded. Check the connection and try again; if that does not help, reload the page.";

        fetching = "fetching";
        from_store = "from this browser's store";
        preparing_layer = "preparing the layer";
        preparing = "preparing";
        reading_picture = "reading the picture";
        testing = "testing";
        trying_out = "trying the model out";
        explaining = "explaining";
        looking = "looking";
        doing_of(doing: &str, done: &str, total: &str) = format!("{doing}, {done} of {total}");
    }
}
