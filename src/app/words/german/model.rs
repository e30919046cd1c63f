//! The models to choose from, and what is known and assumed of one.

use crate::app::words::english::model::ModelWords;

pub static MODEL: ModelWords = ModelWords {
    models: "Modelle",
    own_file: |size| format!("eigene Datei, {size}"),
    open_onnx: "ONNX-Datei öffnen",
    open_hint: "Oder irgendwohin auf die Seite ziehen. Sie bleibt auf diesem Gerät. Als Eingabe braucht sie ein Bild, als Ausgabe eine Zeile mit Werten der Klassen.",
    stop_loading: "Laden abbrechen",

    being_fetched: "wird geladen …",
    keep_offline: "Auf dem Gerät behalten",
    on_device: "auf diesem Gerät",
    remove: "Entfernen",
    fetched_when_used: "wird bei Bedarf geladen",
    without_network: "Ohne Internet",
    keeps_nothing: |error| {
        format!(
            "Dieser Browser lässt die Seite nichts behalten ({error}): Modelle werden bei jedem Besuch neu geladen."
        )
    },
    not_removed: |name, error| {
        format!(
            "{name} konnte nicht entfernt werden ({error}). In den Einstellungen des Browsers lassen sich die Daten der Seite löschen."
        )
    },
    not_kept: |name, error| {
        format!(
            "{name} konnte nicht behalten werden ({error}). Bitte die Verbindung und den freien Speicherplatz prüfen und es noch einmal versuchen."
        )
    },
    page_kept: "Diese Seite öffnet sich auch ohne Internet, mit den Modellen auf diesem Gerät.",
    page_not_kept: "Dieser Browser behält die Seite nicht, sie braucht also Internet: Der Speicher ist gesperrt oder voll, oder das Fenster ist privat.",
    not_fetched_again: "Modelle auf diesem Gerät werden nicht noch einmal geladen.",

    as_first_assumed: "Wie zuerst angenommen",
    assumed: |what| format!("Angenommen: {what}"),
    as_file_says: |what| format!("Wie in der Datei: {what}"),
    as_file_says_alone: "Wie in der Datei",
    fit: "Anpassung des Bildes",
    stretched: "Gestreckt",
    middle: |percent| format!("Die Mitte, {percent} % davon"),
    grey_border: "Ganz, mit grauem Rand",
    black_border: "Ganz, mit schwarzem Rand",
    border: "Ganz, mit Rand",
    stretched_hint: "Breite und Höhe werden jede für sich skaliert, wie in Keras.",
    middle_hint: "Die kürzere Seite füllt den Eingang, und die Mitte wird ausgeschnitten, wie in torchvision und timm. Den Rest sieht das Netz nicht.",
    border_hint: "Das ganze Bild in seiner Form, mit einem Rand darum, wie bei Ultralytics.",

    pixel_values: "Pixelwerte",
    which_is_right: "Was davon stimmt?",
    which_is_right_hint: "Die Antworten des Netzes bei jeder Art, die Pixelwerte zu skalieren. Die wählen, die zum Bild passt.",
    assumed_mark: " (angenommen)",

    names: "Namen der Klassen",
    named_by_file: |classes| format!("{classes} Klassen, Namen aus der Datei des Modells"),
    numbered: |classes| format!("{classes} Klassen, nummeriert"),
    named_imagenet: |classes| format!("{classes} Klassen, Namen von ImageNet"),
    named_by_own_list: |classes| format!("{classes} Klassen, Namen aus einer eigenen Liste"),
    named_by: |classes, file| format!("{classes} Klassen, Namen aus {file}"),
    open_list: "Liste öffnen",
    open_list_of_names: "Liste mit Namen öffnen",
    as_in_file: "Wie in der Datei",
    imagenets: "Von ImageNet",
    numbers: "Nummern",
    names_hint: "Text mit einem Namen je Zeile, CSV oder JSON, in der Reihenfolge der Ausgänge.",

    softmax: "Softmax: eine der Klassen",
    sigmoid: "Sigmoid: jede Klasse für sich",
    ends_with_it: "damit endet die Datei",
    before_softmax: "vor dem Softmax, mit dem die Datei endet",
    before_sigmoid: "vor dem Sigmoid, mit dem die Datei endet",
    tensor: |name, what| format!("„{name}“: {what}"),
    probabilities: "Wahrscheinlichkeiten",
    explained_output: "Erklärte Ausgabe",
    found_by_itself: "Von selbst gefunden",

    input: "Eingabe",
    input_facts: |name, width, height, order, shape| {
        format!("„{name}“: {width} × {height} Pixel, {order} [{shape}]")
    },
    channels_last: "Kanäle zuletzt",
    channels_first: "Kanäle zuerst",
    order_of_axes: "Reihenfolge der Achsen",

    as_given: "wie hier angegeben",
    zero: "null",
    input_named: |name| format!("Eingabe „{name}“"),
    input_hint: |count, sizes, now| {
        let numbers = if count == 1 { "Zahl" } else { "Zahlen" };
        format!(
            "{count} {numbers} ({sizes}), jetzt {now}. Dazwischen Kommas oder Leerzeichen; eine einzelne Zahl gilt für alle."
        )
    },
    use_them: "Verwenden",
    no_number: |typed| {
        format!("„{typed}“ ist keine Zahl. Zahlen wie 0.5 schreiben, mit Kommas dazwischen.")
    },
    wrong_count: |count, wanted| {
        format!("Das sind {count} Zahlen; die Eingabe braucht {wanted}, oder eine für alle.")
    },

    as_report: "Als Text für einen Fehlerbericht",
    report_hint: "Darin stehen kein Bild, keine Gewichte und keine Namen von Dateien.",
    copy: "Kopieren",
    trying: "Wird probiert …",
    try_out: "Ausprobieren, was geht",
};
