//! What the page tells: errors, news, and what a screen reader is told.

use crate::app::words::english::notices::NoticeWords;

pub static NOTICES: NoticeWords = NoticeWords {
    fetch_unreachable: |what| {
        format!(
            "{what} konnte nicht geladen werden; bitte die Verbindung prüfen und es noch einmal versuchen"
        )
    },
    fetch_missing: |what, status| format!("{what} fehlt auf dem Server (Antwort {status})"),
    fetch_malformed: |what, reason| format!("{what} auf dem Server ist nicht lesbar: {reason}"),
    list_of_models: "Die Liste der Modelle",
    list_of_samples: "Die Liste der Beispielbilder",
    list_of_imagenet: "Die Liste der Klassen von ImageNet",
    sample_picture: |file| format!("Das Beispielbild {file}"),
    without_models: |error| {
        format!(
            "{error}. Ohne sie ist kein Modell im Angebot, eine eigene ONNX-Datei lässt sich aber öffnen."
        )
    },
    until_then_numbers: |error| format!("{error}. Bis dahin haben die Klassen Nummern."),

    too_large: |name, size, limit| {
        format!(
            "{name} hat {size}; die Datei eines Bildes darf bis zu {limit} haben. Bitte kleiner speichern und noch einmal versuchen."
        )
    },
    only_weights: |name| {
        format!("{name} enthält Gewichte eines Modells: zusammen mit der Datei des Modells öffnen.")
    },
    names_too_large: |name| {
        format!(
            "{name} ist zu groß für eine Liste von Namen oder eine gespeicherte Erklärung. Die bisherigen Namen bleiben."
        )
    },
    not_read: |name, reason| {
        format!(
            "{name} konnte nicht gelesen werden; bitte noch einmal wählen. Der Browser meldet: {reason}"
        )
    },
    no_report: |name| {
        format!(
            "{name} ist kein Bericht dieser Seite oder nicht vollständig. Einen Bericht öffnen, wie er gespeichert wurde, oder eine gespeicherte Erklärung als JSON."
        )
    },
    and_more: |names, count| format!("{names} und {count} weitere"),
    not_used: |names| {
        format!(
            "Nicht verwendet: {names}. Von mehreren Dateien werden ein Bild, ein Modell und eine Liste von Namen genommen."
        )
    },

    own_model_gone: "Hier war ein eigenes Modell offen. Die Seite behält keine Dateien: zum Weitermachen noch einmal öffnen.",
    own_picture_gone: "Hier war ein eigenes Bild offen. Die Seite behält keine Bilder: zum Weitermachen noch einmal wählen; alles andere ist, wie es war.",
    report_copied: "Der Bericht ist in der Zwischenablage.",
    report_refused: "Der Browser gibt seine Zwischenablage nicht frei; bitte den Text markieren und kopieren.",
    no_model_here: "Diese Seite hat kein Modell. Bitte eine eigene ONNX-Datei öffnen.",
    model_ready: |name| format!("Modell bereit: {name}"),
    loading_stopped: |name| format!("{name}: Laden abgebrochen."),
    labels_not_used: |message, file| format!("{message} {file} wurde auch nicht verwendet."),
    any_size: |name| format!("{name} nimmt Bilder jeder Größe: welche?"),
    labels_wait: |file| format!("{file} wartet auf das Modell"),
    labels_need_model: |file| {
        format!("Zuerst ein Modell öffnen, dann {file} mit den Namen seiner Klassen.")
    },
    labels_taken: |file| format!("Die Klassen haben die Namen aus {file}"),
    labels_count: |file, found, wanted| {
        let classes = if found == 1 { "Klasse" } else { "Klassen" };
        format!(
            "{file} nennt {found} {classes}, das Modell hat {wanted}. Eine Liste mit {wanted} Namen wählen, einer je Zeile in der Reihenfolge der Ausgänge des Modells. Die bisherigen Namen bleiben."
        )
    },
    labels_form: |file, reason| {
        format!(
            "{file} ist nicht als Namen von Klassen lesbar ({reason}). Eine Textdatei mit einem Namen je Zeile oder JSON wählen. Die bisherigen Namen bleiben."
        )
    },
    no_utf8: "kein Text in UTF-8",
    is_empty: "die Datei ist leer",
    json_damaged: "das JSON ist beschädigt",
    json_other: "das JSON hat eine andere Form",
    no_text: "kein Text",

    unknown_class: |class, model, last| {
        format!(
            "Die Adresse fragt nach Klasse {class}, {model} hat aber die Klassen 0 bis {last}. Jedes Bild beginnt mit seiner wahrscheinlichsten Klasse."
        )
    },
    other_versions: |page, engine| {
        format!(
            "Die Seite und ihr Rechenprogramm haben verschiedene Fassungen ({page} und {engine}), weil die Website erneuert wurde. Die Seite neu laden, dann kommen beide neu."
        )
    },
    broke_down: "Das Rechenprogramm ist zusammengebrochen",
    no_start: "Das Rechenprogramm konnte nicht starten",
    broke_preparing: "Das Rechenprogramm ist beim Vorbereiten des Modells zusammengebrochen",
    broke_looking: "Das Rechenprogramm ist beim Ansehen des Bildes zusammengebrochen",
    broke_explaining: "Das Rechenprogramm ist beim Erklären zusammengebrochen",
    broke_testing: "Das Rechenprogramm ist beim Prüfen der Karte zusammengebrochen",
    broke_trying: "Das Rechenprogramm ist beim Ausprobieren des Modells zusammengebrochen",
    browser_says: |what, message| format!("{what} (der Browser meldet: {message})"),
    broke_map_stays: |what| {
        format!("{what}. Es wurde ersetzt, und die Karte bleibt, so weit sie war.")
    },
    broke_goes_on: |what| format!("{what}. Es wurde ersetzt und macht mit dem Gewählten weiter."),
    broke_twice: |what| format!("{what}, zweimal"),
    memory: |what| {
        format!(
            "{what}. Oft fehlt es dann an Speicher: andere Tabs schließen oder ein kleineres Bild oder Modell versuchen."
        )
    },
    stopped: "Angehalten.",

    nothing_to_save: "es gibt noch keine Erklärung zu speichern; zuerst ein Bild und eine Klasse wählen",
    map_of_other_shape: "die Karte lässt sich nicht schreiben; ihre Form passt nicht zu ihren Werten",
    no_png: "das Bild ließ sich nicht als PNG schreiben; der Browser gab keine Datei",
    part_missing: "ein Teil der Seite konnte nicht geladen werden; bitte die Verbindung prüfen und es noch einmal versuchen",
    not_allowed: |reason| format!("der Browser lässt es nicht zu: {reason}"),
    no_clipboard: "hier gibt es keine Zwischenablage; stattdessen das PNG speichern",
    file_not_read: |reason| {
        format!(
            "Die Datei konnte nicht gelesen werden; bitte noch einmal wählen. Der Browser meldet: {reason}"
        )
    },
    not_in_time: "es ist nicht rechtzeitig gestartet",
    unknown_message: "das Rechenprogramm hat etwas geschickt, das diese Seite nicht kennt",
    not_drawn: "Der Browser konnte das Bild nicht zeichnen.",

    taken_for: |what| format!("Es gilt als: {what}"),
    at_layer: |layer| format!(", an {layer}"),
    explained: |label, percent, at| format!("Erklärt: {label}, {percent}{at}"),
    nothing_speaks_for: |label, percent| {
        format!("Nichts auf diesem Bild spricht für {label}, {percent}")
    },
    not_numbers: |label| format!("Die Karte für {label} hat Werte, die keine Zahlen sind"),
    stopped_early: "Angehalten; die Karte bleibt, so weit sie ist",
    stopped_former: "Angehalten; die vorige Karte bleibt",
    stopped_comparing: "Angehalten; was da ist, bleibt",
    stopped_testing: "Angehalten; was gemessen ist, bleibt",
    tested_taken_for: |label| format!("Gilt als {label}"),
    picture_shown: "Das Bild wird gezeigt",
    picture: |name| format!("Bild: {name}"),
    sample_pictures: "Die Beispielbilder",

    cannot_restore_file: |name, reason| {
        format!(
            "{name} ist eine gespeicherte Erklärung, die sich nicht wiederherstellen lässt: {reason}."
        )
    },
    is_restored: |name| format!("{name} wird wiederhergestellt"),
    no_method: |id| format!("diese Fassung hat kein Verfahren „{id}“"),
    other_format: |format, version, own| {
        format!(
            "sie hat das Format {format} von gradcam {version}, und diese Seite liest das Format {own}"
        )
    },
    no_layer: |layer| format!("das Modell hat keine Schicht {layer}"),
    no_places: "das Modell gibt den Stellen keine Klassen",
    painted: "sie gilt einem gemalten Teil, der nicht gespeichert ist",
    other_model: |name, checksum| {
        format!(
            "Die gespeicherte Erklärung gehört zum Modell {name}, und hier ist ein anderes: bitte dessen Datei öffnen. Ihre Prüfsumme beginnt mit {checksum}."
        )
    },
    model_made_ready: "Das Modell der gespeicherten Erklärung wird vorbereitet.",
    cannot_restore: |problem| {
        format!("Die gespeicherte Erklärung lässt sich nicht wiederherstellen: {problem}.")
    },
    open_picture: |name| {
        format!("Die gespeicherte Erklärung gehört zum Bild {name}: bitte öffnen.")
    },
    other_picture: |name| {
        format!(
            "Das ist nicht das Bild der gespeicherten Erklärung, {name}: Die Prüfsumme ist eine andere. Bitte jenes öffnen."
        )
    },
    not_checked: " Ob es dieselbe Datei ist, ließ sich nicht prüfen.",
    choose_second: "Die gespeicherte Erklärung vergleicht mit einem zweiten Bild: unter „Frage“ wählen.",
    made_again: "Die gespeicherte Erklärung wird noch einmal berechnet.",
    is_the_saved: |note| {
        format!("Das ist die gespeicherte Erklärung: Wert und Bereich sind dieselben.{note}")
    },
    is_not_the_saved: |percent, note| {
        format!(
            "Das ist nicht die gespeicherte Karte: Wert oder Bereich weichen um {percent} des größten Wertes ab. Eine andere Schicht, eine andere Einstellung oder eine andere Fassung kann der Grund sein.{note}"
        )
    },
    was_restored: |note| format!("Die gespeicherte Erklärung ist wiederhergestellt.{note}"),
};
