//! The picture, where the network looked, and how that is shown.

use crate::app::words::english::picture::PictureWords;

pub static PICTURE: PictureWords = PictureWords {
    what_speaks_against: "Was gegen ",
    what_speaks_against_end: " spricht",
    nothing_speaks_for: "Nichts spricht für ",
    nothing_for_or_against: "Nichts spricht für oder gegen ",
    no_map_for: "Keine Karte für ",
    where_it_looked_for: "Wohin es für ",
    where_it_looked_for_end: " geschaut hat",
    looking: "Wird angesehen …",
    your_picture: "Das eigene Bild",
    another_picture: "Anderes Bild",
    not_finished: "Nicht fertig: ",
    change: "Ändern",

    faint: |label, percent| {
        format!(
            "Die Karte für {label} ist schwach: Ihre stärkste Stelle erreicht {percent} der Skala, die alle Klassen gemeinsam haben."
        )
    },
    show_on_own_scale: "Auf eigener Skala zeigen",
    only_against_shown: |label| {
        format!(
            "Nichts auf diesem Bild spricht für {label}; die Farben zeigen, was dagegen spricht."
        )
    },
    only_against: |label| {
        format!("Nichts auf diesem Bild spricht für {label}, daher ist keine Stelle gefärbt.")
    },
    show_against: "Zeigen, was dagegen spricht",
    nothing: |label| {
        format!(
            "Die Karte für {label} ist überall null: An dieser Schicht ändert keine Stelle den Wert. Eine andere Schicht oder Klasse zeigt vielleicht mehr."
        )
    },
    not_finite: |label| {
        format!(
            "Die Werte des Netzes für {label} sind nicht alle Zahlen, daher gibt es keine Karte. Bei diesem Bild läuft das Modell über; ein anderes Bild versuchen oder ein Modell in voller Genauigkeit."
        )
    },

    opening: "Bild wird geöffnet …",
    not_seen: "das hat das Netz nicht gesehen",
    read_at: |value, across, down| format!("{value} bei {across} % von links, {down} % von oben"),
    described: |name, label, across, down| {
        format!(
            "{name}, und wohin das Netz für {label} geschaut hat: am stärksten bei {across} % von links, {down} % von oben"
        )
    },
    described_nothing: |name, label| format!("{name}; nichts darauf spricht für {label}"),

    waiting_for_model: "Das Modell fehlt noch",
    waiting_for: |name, size, phase| format!("Das Modell fehlt noch: {name} {size} · {phase}"),
    stop_and_keep: "Anhalten und das behalten",
    cancel: "Abbrechen",

    evidence: "Was gezeigt wird",
    for_class: "Für die Klasse",
    for_and_against: "Dafür und dagegen",
    colours: "Farben",
    raw_cells: "Rohe Zellen",
    raw_cells_hint: "das Raster des Netzes, nichts dazwischen",
    own_scale: "Eine Skala für jede Klasse",
    own_scale_hint: "aus: alle teilen sich eine und sind vergleichbar",
    colours_and_scale: "Farben und Skala",
    opacity: "Deckkraft",
    hold_hint: "Halten, oder die Taste o halten",
    hold: "Halten: nur das Bild",

    logits: "Logits sind die eigenen Wertungen des Netzes, bevor daraus Prozente werden.",
    legend_not_seen: "Das hat das Netz nicht gesehen",
    legend_point: "Auf das Bild zeigen oder tippen, um den Wert zu lesen",
    legend_here: |value| format!("Hier: {value}"),
    how_much_counts: "Wie viel jede Stelle zählt, neben den anderen",
    raises_or_lowers: "Wie weit jede Stelle die Antwort hebt oder senkt",
    raises: "Wie weit jede Stelle die Antwort hebt",
    in_logits: ", in Logit",
    in_probability: ", in Teilen einer Wahrscheinlichkeit",
    scale_up_to: |value| format!("Skala bis {value}"),
    against_end: "← gegen die Klasse",
    for_end: "für die Klasse →",

    how_to_read: "Wie das zu lesen ist",
    read_brighter: "Je heller eine Stelle, desto mehr spricht sie für die Klasse. Darauf tippen oder zeigen, um den Wert zu lesen.",
    read_other: "Eine andere Klasse wählen, um zu sehen, was für sie spricht.",
    read_right: "Zu sehen ist, wohin das Netz geschaut hat, nicht, ob es recht hat.",
    got_it: "Verstanden",

    grey_levels: "Graustufen",
    black: "Schwarz",
    white: "Weiß",
    as_the_file_says: "Wie in der Datei",
    usual_range: "Der übliche Bereich",
    from_to: |whose, low, high| format!("{whose}: {low} bis {high}"),
    values_from_to: |low, high| format!("Werte von {low} bis {high}"),
    hidden_colours: "Die verborgenen Farben",
    background_white: "Weiß",
    background_black: "Schwarz",
    background_grey: "Grau",
    behind_picture: "Hinter dem Bild",
    as_srgb: " Das Netz sieht die Farben als sRGB",
    red: "Rot",
    green: "Grün",
    blue: "Blau",
    shown_bands: |count| format!("Gezeigt von {count} Bändern"),
};
