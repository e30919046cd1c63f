//! Whether a map can be believed.

use super::counts::runs;
use crate::app::words::english::test_view::TestWords;

pub static TEST: TestWords = TestWords {
    label: "Ob der Karte zu trauen ist",
    believe: "Ist dem zu trauen?",
    test: "Art des Tests",
    no_map: "Noch gibt es keine Karte zum Testen.",
    stop: "Anhalten",
    other_map: |method, label| format!(", {method} für {label}"),
    faithfulness: "Treue zum Netz",
    cover: "Teil abdecken",
    attack: "Täuschen",
    object: "Objekt markieren",
    sanity: "Gegenproben",

    measure_all: "Alles messen",
    measure: "Messen",
    measure_one: |name| format!("{name} messen"),
    higher: "höher ist besser",
    lower: "niedriger ist besser",
    better_than_both: "besser als eine Zufallskarte und als ein Fleck in der Mitte",
    better_than_random: "besser als eine Zufallskarte, aber nicht als ein Fleck in der Mitte",
    no_better: "nicht besser als eine Zufallskarte",
    chance: |random, centre| format!("Zufallskarte {random} · Fleck in der Mitte {centre}"),
    no_chance: "der Zufall ist noch nicht gemessen",
    runs,
    not_finished: "Nicht fertig: ",

    faithfulness_hint: "Liegt die Karte richtig, dann ändert sich die Antwort stärker, wenn markierte Stellen verändert werden, als wenn andere es werden.",
    picture_with_map: "Das Bild mit der Karte",
    the_map: "Die Karte",
    picture_changed: |percent| format!("Das Bild, zu {percent} % verändert"),
    percent_changed: |percent| format!("{percent} % des Bildes verändert"),
    point_of_curve: |name| format!("Punkt der Kurve „{name}“, dessen Bild gezeigt wird"),
    curve_from_to: |low, high| format!("Kurve von {low} bis {high}"),
    from_to: |low, high| format!("von {low} bis {high}"),

    cover_hint: "Das graue Rechteck ziehen oder mit den Pfeiltasten bewegen: Klasse und Karte folgen. Ein Teil, den die Karte markiert, sollte zählen, wenn er abgedeckt ist.",
    cover_label: "Das Bild mit einem grauen Rechteck: ziehen oder mit den Pfeiltasten bewegen",
    patch_size: "Größe des Rechtecks",

    attack_hint: "Jedes Pixel rückt um ein Weniges dorthin, wo sich die Antwort des Netzes am meisten ändert. Menschen sehen keinen Unterschied, das Netz vielleicht schon.",
    change_picture: "Bild verändern",
    one_step_fgsm: "einem Schritt (FGSM)",
    steps: |count| {
        if count == 1 {
            "einem Schritt".to_owned()
        } else {
            format!("{count} Schritten")
        }
    },
    grey_levels: "Graustufen",
    by: "In",
    goal: "Ziel",
    away_from: |label| format!("weg von {label}"),
    towards: |label| format!("hin zu {label}"),
    before: "vorher",
    after: "nachher",
    difference: "der Unterschied × 16",
    map_before: "Karte vorher",
    map_after: "Karte nachher, auf derselben Skala",
    rank_correlation: "Rangkorrelation der beiden Karten: ",
    save_changed: "Verändertes Bild speichern",
    save_changed_hint: " Ein PNG in der Größe des Netzes: wieder hierher gezogen, gilt es als dasselbe.",
    raised_by: |levels, steps, label| {
        format!("Um bis zu {levels} Graustufen in {steps}, um das Logit von {label} zu heben.")
    },
    lowered_by: |levels, steps, label| {
        format!("Um bis zu {levels} Graustufen in {steps}, um das Logit von {label} zu senken.")
    },

    still_taken: "Es gilt weiterhin als ",
    now_taken: "Es gilt jetzt als ",
    instead_of: " und nicht mehr als ",
    class: "Klasse",

    object_hint: "Das Objekt mit Rechteck oder Pinsel markieren. Eine Karte kann auf dem Objekt liegen und trotzdem falsch sein: Vielleicht schaut das Netz anderswohin.",
    object_label: "Das Bild, um das Objekt zu markieren: ziehen, oder unten ein Rechteck eingeben",

    sanity_hint: "Eine Karte, die gleich bleibt, wenn das Netz seine Gewichte verloren hat oder nach einer anderen Klasse gefragt wird, sagt über beides nichts.",
    own_map: "die Karte",
    alike: |what, value| format!("{what}: Rangkorrelation {value}"),
    layers_random: |percent| format!("{percent} % der Schichten zufällig"),
    another_class: "andere Klasse",
    noisy_copy: "verrauschte Kopie",
};
