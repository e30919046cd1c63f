//! Header, footer, help and what is the same everywhere.

use crate::app::words::english::shell::ShellWords;

pub static SHELL: ShellWords = ShellWords {
    language_code: "de",
    language: "Sprache",
    engine_messages: "Meldungen des Rechenprogramms sind englisch.",
    language_failed: "Die Wörter dieser Sprache konnten nicht geladen werden, die Seite bleibt, wie sie ist. Bitte die Verbindung prüfen und es noch einmal versuchen.",

    back: " Beispiele",
    back_title: "Zurück zu den Beispielen",
    tagline: "wohin ein Netz schaut",
    models: "Modelle",
    engine_and_browser: "Das Rechenprogramm und dieser Browser",
    help: "Hilfe",
    views: "Ansichten",
    view_explain: "Karte",
    view_compare: "Vergleich",
    view_test: "Test",
    panel: "Was das Netz sagt",
    colours: |name| format!("Farben: {name}"),
    theme_system: "wie das System",
    theme_light: "hell",
    theme_dark: "dunkel",

    no_model: "kein Modell",
    finding_models: "Modelle werden gesucht …",
    ready: "bereit",
    waiting: "wartet",

    engine_starts_chip: "Start …",
    engine_starts: "Das Rechenprogramm startet.",
    engine_is_starting: "Das Rechenprogramm startet gerade.",
    threads: |count| {
        if count == 1 {
            "1 Thread".to_owned()
        } else {
            format!("{count} Threads")
        }
    },
    runs_here: |variant, threads| {
        format!("Das Netz rechnet in diesem Browser: {threads}, {variant}.")
    },
    runs_on: |variant, threads| format!("Das Netz rechnet hier mit {threads} und {variant}."),
    how_it_computes: "Wie gerechnet wird",
    in_a_worker: "Gerechnet wird neben der Seite in einem eigenen Worker, damit sie flink bleibt, und zwar in WebAssembly. SIMD rechnet mit vier Zahlen auf einmal.",
    cores: |count| format!("Dieser Browser bietet {count} Kerne."),
    may_share: "Die Threads dürfen sich den Speicher teilen.",
    may_not_share: "Die Threads dürfen sich den Speicher diesmal nicht teilen: Der Server hat den Browser nicht darum gebeten, oder die Seite steht in einem Rahmen.",

    close: "Schließen",
    try_again: "Noch einmal versuchen",
    go_on: "Weiterrechnen",
    load_anyway: "Trotzdem laden",
    load: |name| format!("{name} laden"),
    open_other_list: "Andere Liste öffnen",
    open_other_model: "Andere ONNX-Datei öffnen",
    choose_other_picture: "Anderes Bild wählen",
    look_again: "Noch einmal ansehen",
    reload: "Seite neu laden",
    start_again: "Neu starten",

    loading: "Wird geladen …",
    part_not_loaded: "Dieser Teil der Seite konnte nicht geladen werden. Bitte die Verbindung prüfen und es noch einmal versuchen; hilft das nicht, die Seite neu laden.",

    fetching: "wird geladen",
    from_store: "aus dem Speicher dieses Browsers",
    preparing_layer: "Schicht wird vorbereitet",
    preparing: "wird vorbereitet",
    reading_picture: "Bild wird gelesen",
    testing: "wird geprüft",
    trying_out: "Modell wird ausprobiert",
    explaining: "wird erklärt",
    looking: "Bild wird angesehen",
    doing_of: |doing, done, total| format!("{doing}, {done} von {total}"),
};
