//! Maps side by side.

use super::counts::runs;
use crate::app::words::english::compare::CompareWords;

pub static COMPARE: CompareWords = CompareWords {
    side_by_side: "Karten nebeneinander",
    picture_first: "Zuerst ein Bild wählen; dann stehen hier seine Karten nebeneinander.",
    what_differs: "Was sich unterscheidet",
    methods: "Verfahren",
    layers: "Schichten",
    classes: "Klassen",
    own_scales: "Jede Karte auf eigener Skala",
    methods_own_scale: "Jede Karte hat ihre eigene Skala: Verfahren gewichten verschieden.",
    sort_by: "Messen und ordnen nach",
    nothing: "nichts",
    progress: |done, wanted, count| {
        let runs = runs(count);
        format!("{done} von {wanted} Karten · {runs} des Netzes")
    },
    stop_all: "Alles anhalten",
    go_on: "Weiterrechnen",
    chosen: |count| format!("{count} gewählt"),
    choose_map: "Eine Karte wählen, um sie groß zu sehen, und eine zweite, um sie über die erste zu legen.",
    left_and_right: |left, right| format!("links {left}, rechts {right}"),
    lay_over: "Über eine andere legen",
    open: "Öffnen",
    open_map: |name| format!("{name} öffnen"),
    cannot_be_had: "bei diesem Modell und dieser Schicht nicht möglich",
    stopped: "angehalten",
    waiting: "wartet",
    nothing_speaks_for_it: "nichts spricht dafür",
    not_numbers: "nicht alle Werte sind Zahlen",
    same_map_as: |names| format!("dieselbe Karte wie {names}"),
    runs,
};
