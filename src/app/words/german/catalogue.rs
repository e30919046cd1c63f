//! What the catalogues list; `methods` has the methods.

use super::methods::METHODS;
use crate::app::words::catalogue::{CatalogueWords, MetricWords, NamedWords};

const ROAD_CAUTION: &str = "Was entfernt wird, wird aus seinen Nachbarn ergänzt: Von einer glatten Fläche geht nichts verloren, was immer sie dem Netz bedeutet.";

pub static CATALOGUE: CatalogueWords = CatalogueWords {
    methods: &METHODS,
    families: [
        "Class Activation Maps (Karten einer Schicht)",
        "Gradienten am Bild",
        "Veränderte Bilder",
        "Kombinationen",
    ],
    settings: &[
        (
            "smoothing",
            NamedWords {
                name: "Glättung",
                summary: "Nimmt Rauschen aus der Karte: durch die erste Hauptkomponente der gewichteten Aktivierungen oder als Mittel über gespiegelte, dunklere und hellere Bilder.",
            },
        ),
        (
            "baseline",
            NamedWords {
                name: "Bezugsbild",
                summary: "Was für ein Bild oder einen Teil davon steht, auf dem nichts zu sehen ist. Das ist nicht gleichgültig: Gegen Schwarz zählt nicht, was schwarz ist.",
            },
        ),
        (
            "steps",
            NamedWords {
                name: "Schritte",
                summary: "Wie viele Punkte der Strecke verwendet werden; mehr machen die Summe genauer.",
            },
        ),
        (
            "samples",
            NamedWords {
                name: "Verrauschte Kopien",
                summary: "Über wie viele verrauschte Kopien des Bildes gemittelt wird.",
            },
        ),
        (
            "noise",
            NamedWords {
                name: "Rauschen",
                summary: "Standardabweichung des Rauschens, als Anteil der Spanne von Schwarz bis Weiß.",
            },
        ),
        (
            "window",
            NamedWords {
                name: "Fenster",
                summary: "Seite des Quadrats, das abgedeckt wird.",
            },
        ),
        (
            "stride",
            NamedWords {
                name: "Schrittweite",
                summary: "Wie weit das Fenster jedes Mal rückt.",
            },
        ),
        (
            "masks",
            NamedWords {
                name: "Masken",
                summary: "Wie viele Zufallsmasken probiert werden.",
            },
        ),
        (
            "cells",
            NamedWords {
                name: "Zellen",
                summary: "Wie viele Zellen eine Maske an jeder Seite hat.",
            },
        ),
        (
            "probability",
            NamedWords {
                name: "Sichtbarer Anteil",
                summary: "Wie wahrscheinlich es ist, dass eine Zelle nicht abgedeckt wird.",
            },
        ),
        (
            "channels",
            NamedWords {
                name: "Kanäle",
                summary: "Wie viele Merkmale der Schicht probiert werden, zuerst die, die am meisten schwanken; 0 für alle.",
            },
        ),
        (
            "score",
            NamedWords {
                name: "Gewicht",
                summary: "Das Gewicht eines Merkmals: die Wahrscheinlichkeit der Klasse, wie im Programm der Autoren, oder ein Softmax der Antworten über die Merkmale, wie in ihrem Artikel.",
            },
        ),
        (
            "interpolation",
            NamedWords {
                name: "Interpolation",
                summary: "Wie die Karte der Schicht auf die Größe des Bildes gebracht wird.",
            },
        ),
        (
            "fusion",
            NamedWords {
                name: "Verschmelzung",
                summary: "Wie die Karten der Schichten kombiniert werden.",
            },
        ),
        (
            "method",
            NamedWords {
                name: "Verfahren",
                summary: "Das Verfahren, dessen Karten an den Schichten kombiniert werden.",
            },
        ),
    ],
    choices: &[
        ("smoothing", "none", "keine"),
        ("smoothing", "principal-component", "erste Hauptkomponente"),
        ("smoothing", "augmentation", "Mittel über veränderte Bilder"),
        ("baseline", "grey", "grau"),
        ("baseline", "black", "schwarz"),
        ("baseline", "blurred", "das Bild, unscharf"),
        ("baseline", "mean-colour", "seine mittlere Farbe"),
        ("baseline", "zero", "Werte von 0"),
        (
            "score",
            "probability",
            "Wahrscheinlichkeit (Programm der Autoren)",
        ),
        ("score", "softmax", "Softmax über die Merkmale (Artikel)"),
        ("interpolation", "bilinear", "bilinear (wie im Artikel)"),
        ("interpolation", "nearest", "nächster Wert (captum)"),
        ("fusion", "mean", "Mittel (pytorch-grad-cam)"),
        ("fusion", "maximum", "größter Wert (Artikel)"),
    ],
    questions: &[
        ("logit", "Was spricht für die Klasse?"),
        ("probability", "Was macht die Klasse wahrscheinlicher?"),
        ("contrast", "Warum diese Klasse und keine andere?"),
        ("against", "Was spricht gegen die Klasse?"),
        (
            "finer",
            "Was unterscheidet die Klasse von den nächstliegenden?",
        ),
        ("similarity", "Was macht es dem zweiten Bild ähnlich?"),
        (
            "region",
            "Was spricht in einem Teil des Bildes für die Klasse?",
        ),
    ],
    metrics: &[
        (
            "deletion",
            MetricWords {
                name: "Löschen (Deletion)",
                question: "Wie schnell fällt die Antwort, wenn die wichtigsten Pixel zuerst gelöscht werden?",
                caution: "Ein Bild mit gelöschten Pixeln gleicht keinem, an dem das Netz gelernt hat, und das Bezugsbild entscheidet so viel wie die Karte.",
            },
        ),
        (
            "insertion",
            MetricWords {
                name: "Einfügen (Insertion)",
                question: "Wie schnell steigt die Antwort, wenn die wichtigsten Pixel zuerst gezeigt werden?",
                caution: "Ein großes Objekt ist früh zu sehen, gleich mit welcher Karte: mit dem Fleck in der Mitte vergleichen.",
            },
        ),
        (
            "road-most-relevant",
            MetricWords {
                name: "ROAD, Wichtigstes zuerst",
                question: "Wie viel der Antwort bleibt, wenn die wichtigsten Pixel aus ihren Nachbarn ergänzt werden?",
                caution: ROAD_CAUTION,
            },
        ),
        (
            "road-least-relevant",
            MetricWords {
                name: "ROAD, Unwichtigstes zuerst",
                question: "Wie viel der Antwort bleibt, wenn die unwichtigsten Pixel aus ihren Nachbarn ergänzt werden?",
                caution: ROAD_CAUTION,
            },
        ),
        (
            "road-combined",
            MetricWords {
                name: "ROAD, beides",
                question: "Bleibt mehr von der Antwort, wenn das Unwichtigste ergänzt wird, als wenn das Wichtigste ergänzt wird?",
                caution: ROAD_CAUTION,
            },
        ),
        (
            "average-drop",
            MetricWords {
                name: "Mittlerer Verlust (Average Drop)",
                question: "Welcher Anteil der Wahrscheinlichkeit geht verloren, wenn nur bleibt, was die Karte markiert?",
                caution: "Eine Karte, die alles markiert, verliert nichts: neben der Komplexität in ADCC lesen.",
            },
        ),
        (
            "average-increase",
            MetricWords {
                name: "Zuwachs an Sicherheit",
                question: "Ist die Klasse wahrscheinlicher, wenn nur bleibt, was die Karte markiert?",
                caution: "Zu einem Bild sagt es 1 oder 0; erst das Mittel über viele Bilder sagt etwas.",
            },
        ),
        (
            "average-gain",
            MetricWords {
                name: "Mittlerer Gewinn (Average Gain)",
                question: "Welcher Anteil der fehlenden Wahrscheinlichkeit wird gewonnen, wenn nur bleibt, was die Karte markiert?",
                caution: "Bei einem Bild, das schon sicher erkannt wird, ist nichts zu gewinnen.",
            },
        ),
        (
            "adcc",
            MetricWords {
                name: "ADCC",
                question: "Hält die Karte die Klasse wahrscheinlich, markiert sie wenig, und bleibt sie für das Markierte gleich?",
                caution: "Eine Zahl aus dreien, die einander ausgleichen können: die Teile lesen.",
            },
        ),
        (
            "completeness",
            MetricWords {
                name: "Lücke der Vollständigkeit",
                question: "Ergeben die Werte der Karte zusammen das, was sie erklären?",
                caution: "Das versprechen nur manche Verfahren, bei manchen Netzen; und auch eine Karte, deren Summe stimmt, kann an der falschen Stelle liegen.",
            },
        ),
        (
            "pointing-game",
            MetricWords {
                name: "Pointing Game",
                question: "Liegt der höchste Punkt der Karte auf dem Objekt?",
                caution: "Wo Objekte groß sind und in der Mitte liegen, gewinnt schon ein Fleck in der Mitte: vergleichen.",
            },
        ),
        (
            "energy-pointing-game",
            MetricWords {
                name: "Pointing Game nach Anteilen",
                question: "Welcher Anteil dessen, was die Karte zeigt, liegt auf dem Objekt?",
                caution: "Es wächst mit dem Objekt: Eine Zufallskarte erreicht den Anteil des Objekts am Bild.",
            },
        ),
        (
            "box-overlap",
            MetricWords {
                name: "Überdeckung der Rechtecke (IoU)",
                question: "Wie gut passt ein Rechteck um das, was die Karte markiert, auf das Objekt?",
                caution: "Die Schwelle entscheidet viel, und ein einzelnes verirrtes Pixel der Karte kann ihr Rechteck dehnen.",
            },
        ),
        (
            "localisation-accuracy",
            MetricWords {
                name: "Trefferquote",
                question: "Ist das Objekt gefunden, passt also das Rechteck der Karte mindestens zur Hälfte?",
                caution: "Zu einem Bild sagt es 1 oder 0; erst das Mittel über viele Bilder mit Rechtecken sagt etwas.",
            },
        ),
        (
            "cascading-randomisation",
            MetricWords {
                name: "Schrittweise zufällige Gewichte",
                question: "Geht die Karte verloren, wenn die Gewichte des Netzes verloren gehen, Schicht für Schicht von oben?",
                caution: "Zwei Karten eines Bildes können einander ähneln, weil beide seine Kanten zeigen; und jede Stufe bereitet das Modell neu vor, was lange dauert.",
            },
        ),
        (
            "random-logit",
            MetricWords {
                name: "Zufälliges Logit",
                question: "Ändert sich die Karte, wenn nach einer anderen Klasse gefragt wird?",
                caution: "Klassen, die einander ähnlich sehen, können durchaus ähnliche Karten haben.",
            },
        ),
        (
            "stability",
            MetricWords {
                name: "Stabilität",
                question: "Bleibt die Karte gleich, wenn das Bild ein wenig rauscht?",
                caution: "Eine Karte, die für jedes Bild gleich ist, ist die stabilste von allen.",
            },
        ),
    ],
    scalings: &[
        (
            "minus-one-to-one",
            scaling("−1 … 1", "Keras: Xception, Inception, MobileNet, ResNet V2"),
        ),
        ("zero-to-one", scaling("0 … 1", "Werte durch 255 geteilt")),
        (
            "imagenet",
            scaling(
                "Mittel und Abweichung von ImageNet",
                "PyTorch: torchvision, timm; Keras: DenseNet",
            ),
        ),
        (
            "caffe",
            scaling("Caffe: BGR ohne seinen Mittelwert", "Keras: VGG, ResNet V1"),
        ),
        (
            "bytes",
            scaling(
                "0 … 255",
                "Netze, die selbst skalieren, wie EfficientNet von Keras",
            ),
        ),
        ("grey-minus-one-to-one", scaling("Grau, −1 … 1", "")),
        (
            "grey-zero-to-one",
            scaling("Grau, 0 … 1", "Werte durch 255 geteilt"),
        ),
        (
            "grey-mnist",
            scaling(
                "Grau, Mittel und Abweichung von MNIST",
                "die MNIST-Beispiele von PyTorch",
            ),
        ),
        (
            "grey-bytes",
            scaling("Grau, 0 … 255", "Netze, die selbst skalieren"),
        ),
    ],
    colour_maps: &[
        ("red-blue", "Rot und Blau"),
        ("green-purple", "Grün und Violett"),
        ("orange-purple", "Orange und Violett"),
    ],
};

const fn scaling(name: &'static str, summary: &'static str) -> NamedWords {
    NamedWords { name, summary }
}
