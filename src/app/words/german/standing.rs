//! The words of `index.html`: the help, the notice of a newer version, the title.

pub static STANDING: [(&str, &str); 16] = [
    ("title", "gradcam: wohin ein Bildklassifikator schaut"),
    ("newer", "Eine neuere Fassung dieser Seite ist bereit."),
    ("use", "Verwenden"),
    ("later", "Später"),
    ("see", "Was zu sehen ist"),
    (
        "colours",
        "Ein Netz sagt, was auf einem Bild ist. Die Farben zeigen, welche Stellen des Bildes den Wert der gewählten Klasse erhöht haben: je heller, desto mehr. <small>Grad-CAM</small>",
    ),
    (
        "signed",
        "„Dafür und dagegen“ zeigt auch die Stellen, die ihn gesenkt haben. Das Netz sieht in einem groben Raster, das „Rohe Zellen“ unverändert zeigt. Eine Karte sagt, wohin das Netz geschaut hat, nicht, ob es recht hat: „Test“ misst, wie weit ihr zu trauen ist.",
    ),
    (
        "point",
        "Das Bild antippen oder darauf zeigen: dann steht da der Wert der Stelle. Der Name ganz oben führt zurück zu den Beispielen.",
    ),
    (
        "docs",
        "Mehr steht in der <a href=\"docs/\" hreflang=\"en\">Dokumentation</a> (englisch): jedes Verfahren, welche Modelle gehen, wie sich diese Seite einbetten lässt.",
    ),
    ("keys", "Tasten"),
    ("key-class", "diese Klasse erklären"),
    ("key-alone", "halten: das Bild allein"),
    ("key-search", "andere Klasse suchen"),
    ("key-read", "auf dem Bild: Werte ablesen"),
    ("key-help", "diese Hilfe"),
    ("close", "Schließen"),
];
