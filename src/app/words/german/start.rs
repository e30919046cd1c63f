//! What the page opens with, and what is said of a model and of a question.

use crate::app::words::english::start::StartWords;

pub static START: StartWords = StartWords {
    welcome: "Ein Bildklassifikator benennt, was auf einem Bild ist. Diese Seite zeigt, wohin er dafür im Bild geschaut hat, und lässt prüfen, ob dem zu trauen ist.",
    drop_or: "Bild hierher ziehen, einfügen oder ",
    choose_file: "Datei wählen",
    or_one_of_these: "oder eines von diesen nehmen",
    own_model: "Auch ein eigenes Modell, als ONNX-Datei, lässt sich hierher ziehen.",
    nothing_leaves: "Nichts verlässt dieses Gerät: Bild, Modell und Ergebnis bleiben im Browser",
    check_it: "Das lässt sich nachprüfen: in den Entwicklerwerkzeugen des Browsers die Netzwerkanalyse öffnen und ein Bild hierher ziehen – es wird nichts gesendet. Oder das Modell laden lassen, die Verbindung trennen und weitermachen.",
    questions: "Fragen für den Anfang",
    begin_with: "Mit einer Frage beginnen",
    samples: "Beispiele",
    stage: "Das Bild, und wohin das Netz geschaut hat",
    choose_picture: "Bild wählen",
    choose_model: "ONNX-Datei wählen",
    classes: "Klassen",
    what_it_says: "Was das Netz sagt",
    classes_will_stand: "Hier stehen dann die wahrscheinlichsten Klassen. Wird eine gewählt, ist zu sehen, wohin das Netz für sie geschaut hat.",
    knows: |name, classes| {
        if classes == 1 {
            format!("{name} kennt 1 Klasse.")
        } else {
            format!("{name} kennt {classes} Klassen.")
        }
    },
    anything_else: |what, classes| {
        format!("{what} Alles andere bekommt einen dieser {classes} Namen.")
    },
    no_samples: "Zu diesem Modell gibt es kein Beispielbild: Es kennt Bilder, die hier vielleicht nicht weitergegeben werden dürfen. Bitte ein eigenes nehmen.",

    ask_look: "Wohin hat es geschaut?",
    told_look: "Helle Stellen haben den Wert der Klasse erhöht, die zuoberst steht. Eine andere Klasse wählen und sehen, ob es für sie anderswohin schaut.",
    ask_cup: "Warum eine Tasse und kein Teller?",
    told_cup: "Helle Stellen sprechen eher für die Tasse als für den Teller. „Dafür und dagegen“ zeigt auch die Stellen, die für den Teller sprechen.",
    ask_sticker: "Übersteht die Karte einen Aufkleber auf der Tasse?",
    told_sticker: "Das graue Rechteck über die Tasse ziehen: Klasse und Karte stehen nebeneinander, vorher und nachher. Wo die Karte hell war, sollte das Abdecken am meisten kosten.",

    about_model: "Über dieses Modell",
    assumed: |count| {
        if count == 1 {
            "1 Annahme".to_owned()
        } else {
            format!("{count} Annahmen")
        }
    },
    taken_as: |scaling, reason| format!("Angenommene Pixelwerte: {scaling} ({reason})."),
    read_with: |order| {
        format!("Die Datei sagt nicht, wo ihre Kanäle stehen; angenommen ist: {order}.")
    },
    taken_for_imagenet: |classes| {
        format!("Die Klassen gelten als die von ImageNet, weil es {classes} sind.")
    },
    names_no_classes: "Die Datei nennt keine Namen der Klassen, daher haben sie Nummern.",
    channels_first: "Kanäle zuerst",
    channels_last: "Kanäle zuletzt",
    own_scaling: "wie in der Datei",
    class: |number| format!("Klasse {number}"),

    size_label: "Größe des Bildes",
    size_question: |name, input| {
        format!(
            "{name} nimmt am Eingang „{input}“ Bilder jeder Größe. Mit welcher wurde es trainiert?"
        )
    },
    size_width: "Breite in Pixeln",
    size_height: "Höhe in Pixeln",
    use_it: "Verwenden",
    width_refused: |least, most, typed| {
        format!("Die Breite muss eine ganze Zahl von {least} bis {most} sein, nicht „{typed}“.")
    },
    height_refused: |least, most, typed| {
        format!("Die Höhe muss eine ganze Zahl von {least} bis {most} sein, nicht „{typed}“.")
    },
    typed_nothing: "leer",

    mark_by: "Markieren mit",
    box_or_point: "Rechteck oder Punkt",
    only_box: "Rechteck",
    brush: "Pinsel",
    box_in_percent: "Rechteck in %",
    box_order: "links, oben, Breite, Höhe",
    clear: "Leeren",
    box_refused: "Ein Rechteck hat vier ganze Prozentzahlen, links, oben, Breite und Höhe, und liegt im Bild: 10, 20, 50, 40.",

    what_speaks_for: |label| format!("Was spricht für {label}?"),
    what_makes_probable: |label| format!("Was macht {label} wahrscheinlicher?"),
    why_not: |label, other| format!("Warum {label} und nicht {other}?"),
    what_speaks_against: |label| format!("Was spricht gegen {label}?"),
    what_makes_alike: "Was macht es dem zweiten Bild ähnlich?",
    what_in_part: |label| format!("Was spricht im markierten Teil für {label}?"),
    what_where_it_is: |label| format!("Was spricht dort, wo es ist, für {label}?"),
    what_sets_apart: |label| format!("Was unterscheidet {label} von den Nachbarn?"),
};
