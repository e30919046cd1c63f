//! What stands beside the picture: classes, search, files, question, method, layer, facts.

use crate::app::words::english::panel::PanelWords;

pub static PANEL: PanelWords = PanelWords {
    classes: "Klassen",
    what_it_says: "Was das Netz sagt",
    not_looked_at: "Noch nicht angesehen.",
    looking: "Das Bild wird angesehen …",
    waits_for_model: "Das Bild wartet auf das Modell.",
    waits_for_a_model: "Das Bild wartet auf ein Modell: oben eines wählen oder eine ONNX-Datei öffnen.",
    read_before: "wie vorher gelesen; es wird noch einmal angesehen",
    model_before: "das vorige Modell; das neue ist unterwegs",
    keep: |label| format!("{label} für die nächsten Bilder behalten"),
    logit: "Logit ",

    search: "Andere Klasse suchen",
    any_of: |count| format!("eine von {count} Klassen"),
    classes_found: "Gefundene Klassen",
    no_class: "Keine Klasse hat diesen Namen oder diese Nummer",

    save: "Speichern",
    save_png: "das Bild mit seiner Karte",
    figure: "Abbildung",
    save_figure: "dasselbe mit Farbskala und Bildunterschrift",
    save_npy: "die eigenen Werte der Karte, mit Vorzeichen",
    save_json: "wie sie entstanden ist",
    report: "Bericht",
    save_report: "Eine Datei mit dem Bild, seinen Karten, den Zahlen und dem Weg, sie noch einmal zu berechnen",
    copy: "Kopieren",
    copied: "Kopiert",
    copy_title: "Das Bild mit seiner Karte in die Zwischenablage",
    on_clipboard: "Das Bild ist in der Zwischenablage",
    copying_failed: |reason| format!("Das Kopieren ging nicht: {reason}."),
    saving_failed: |reason| format!("Das Speichern ging nicht: {reason}."),
    saved: |name| format!("Gespeichert: {name}"),
    report_question: "Soll das Bild in den Bericht?",
    report_hint: "Soll das Bild in den Bericht? Ohne Bild sind die Karten auf Grau gezeichnet, und der Name der Datei steht nicht darin.",
    with_picture: "Mit dem Bild",
    without_picture: "Ohne Bild",
    cancel: "Abbrechen",

    link: "Ein Link hierher",
    copy_link: "Link kopieren",
    copy_link_title: "Die Adresse der Seite, mit Modell, Frage und Darstellung der Karte",
    link_refused: |address| {
        format!("Der Browser lässt die Seite nicht kopieren. Dies ist der Link: {address}")
    },
    link_whole: "Kopiert. Der Link enthält das Beispielbild, das Modell und alle Einstellungen.",
    link_without_model: "Kopiert. Der Link enthält das Beispielbild und die Einstellungen. Weder Inhalt noch Name eigener Dateien steht darin: Wer ihn öffnet, muss die Datei des Modells mitbringen.",
    link_without_picture: "Kopiert. Der Link enthält das Modell und die Einstellungen. Weder Inhalt noch Name eigener Dateien steht darin: Wer ihn öffnet, muss das Bild mitbringen.",
    link_without_both: "Kopiert. Der Link enthält die Einstellungen. Weder Inhalt noch Name eigener Dateien steht darin: Wer ihn öffnet, muss das Bild und die Datei des Modells mitbringen.",

    question: "Frage",
    mark_part: "Den Teil mit Rechteck, Punkt oder Pinsel markieren. Solange nichts markiert ist, gilt die Stelle, an der das Netz die Klasse sieht.",
    mark_label: "Das Bild, um den gefragten Teil zu markieren: ziehen, oder unten ein Rechteck eingeben",
    none_yet: "noch keines",
    second_picture: "Zweites Bild",
    choose: "Wählen",
    choose_second: "Zweites Bild wählen",
    and_not: "Und nicht",

    method: "Verfahren",
    shows: |what| format!("Zu sehen ist, {what}."),
    beware: |what| format!("Vorsicht: {what}"),
    cost: |what| format!("Durchläufe des Netzes: {what}."),
    other_random: "Andere Zufallszahlen",
    same_map: |names| format!("Hier dieselbe Karte, bis auf einen Faktor: {names}."),

    layer: "Schicht",
    layer_hint: "Eine Karte entsteht aus dem, was eine Schicht des Netzes gesehen hat. Üblich ist die letzte, die noch Stellen kennt; frühere sehen Feineres und Einfacheres.",
    find_layer: "Schicht suchen",
    ends_of_blocks: "Enden von Blöcken",
    layers_between: "Schichten dazwischen",
    no_layer: "Keine Schicht hat das im Namen.",
    layer_shape: |height, width, channels| format!("{height} × {width} Stellen, {channels} Kanäle"),

    channels: "Kanäle",
    channels_fact: |count| {
        if count == 1 {
            "der 1 gewichtigste".to_owned()
        } else {
            format!("die {count} gewichtigsten")
        }
    },
    channels_hint: "Die Karte ist eine Summe über die Merkmale, nach denen die Schicht sucht. Diese tragen am meisten bei, dafür oder dagegen.",
    channel: |number| format!("Kanal {number}"),
    weight: "Gewicht ",
    adds: "Beitrag ",

    facts: "Zeiten und Fakten",
    picture: "Bild",
    array: "die Werte für den Eingang des Netzes",
    pixels: |width, height| format!("{width} × {height} Pixel"),
    network_sees: "Das Netz sieht",
    read_in: "Gelesen und skaliert in",
    looked_in: "Angesehen in",
    explained_in: "Erklärt in",
    runs: "Durchläufe für diese Karte",
    adds_up_to: "Summe",
    sum_of: |sum, expected, meaning| format!("{sum} von {expected}. {meaning}"),
    map: "Karte",
    values: |height, width| format!("{height} × {width} Werte"),
    least_and_greatest: "Kleinster und größter",
    fetched_in: "Modell geladen in",
    prepared_in: "Modell vorbereitet in",
    model_from: "Modell von",
    licence: "Lizenz",
    assumed: "Angenommen",
};
