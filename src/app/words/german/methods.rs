//! What is said of the methods.

use crate::app::words::catalogue::MethodWords;

const NONE: &str = "keine nach der Vorhersage";
const THERE_AND_BACK: &str = "ein Durchlauf vor und zurück";
const EACH_LAYER: &str = "ein Gradient an jeder Schicht";

pub static METHODS: [(&str, MethodWords); 24] = [
    (
        "grad-cam",
        MethodWords {
            plain_name: "welche Stellen die Merkmale haben, die die Klasse am stärksten heben würden",
            summary: "Gewichtet jedes Merkmal der Schicht danach, wie viel es für die Klasse ausmacht, und zählt sie zusammen.",
            caution: "Ein Merkmal zählt in jeder Zelle gleich viel; so können Stellen leuchten, von denen die Antwort nicht abhängt (Draelos und Carin 2020).",
            cost: NONE,
        },
    ),
    (
        "cam",
        MethodWords {
            plain_name: "was jede Stelle zur Klasse beiträgt, bei Netzen, die über die Stellen mitteln",
            summary: "Gewichtet jedes Merkmal der Schicht mit dem Gewicht, das ihm die letzte Schicht des Netzes gibt.",
            caution: "Nur für Netze, die mit globaler Mittelwertbildung und einer einzigen vollständig verbundenen Schicht enden.",
            cost: NONE,
        },
    ),
    (
        "hirescam",
        MethodWords {
            plain_name: "welche Zellen der Schicht zur Antwort beitragen",
            summary: "Multipliziert jede Zelle jedes Merkmals mit ihrem eigenen Gradienten und zählt zusammen; wo alles dahinter linear ist, ergibt die Karte so die Antwort.",
            caution: "Genau nur dort, wo alles hinter der Schicht linear ist; sonst gilt der Gradient einer Zelle nur für eine kleine Änderung (Draelos und Carin 2020).",
            cost: NONE,
        },
    ),
    (
        "elementwise-cam",
        MethodWords {
            plain_name: "welche Zellen für die Antwort sprechen, ohne das, was dagegen spricht",
            summary: "Wie HiResCAM, nur wird in jedem Merkmal vor der Summe weggelassen, was gegen die Antwort spricht.",
            caution: "Nie negativ: Was gegen die Klasse spricht und anderes aufheben würde, ist nicht zu sehen.",
            cost: NONE,
        },
    ),
    (
        "xgrad-cam",
        MethodWords {
            plain_name: "wo die Klasse am stärksten zu heben wäre, gewichtet nach dem, was aktiv ist",
            summary: "Wie Grad-CAM, nur zählt jeder Gradient so viel, wie das Merkmal in seiner Zelle aktiv ist.",
            caution: "Ein Merkmal, das fast stumm ist, bekommt sein Gewicht aus sehr wenigen Zellen.",
            cost: NONE,
        },
    ),
    (
        "layer-cam",
        MethodWords {
            plain_name: "wo die Schicht etwas hat, das die Klasse heben würde",
            summary: "Gewichtet jede Zelle jedes Merkmals mit ihrem eigenen Gradienten, wo er positiv ist; in frühen Schichten schärfer als Grad-CAM.",
            caution: "Verwendet nur positive Gradienten; was gegen die Klasse spricht, ist nicht zu sehen.",
            cost: NONE,
        },
    ),
    (
        "grad-cam++",
        MethodWords {
            plain_name: "wo die Schicht etwas hat, das die Klasse heben würde, mehrere Objekte gleichermaßen",
            summary: "Wie Grad-CAM, nur zählen Zellen mit positivem Gradienten mehr, damit von mehreren Objekten jedes zu sehen ist.",
            caution: "Die Gewichte folgen aus einer Annahme über die Ausgabe, die wenige Netze erfüllen; Programme unterscheiden sich, und so auch ihre Karten (Lerma und Lucas 2022).",
            cost: NONE,
        },
    ),
    (
        "smooth-grad-cam++",
        MethodWords {
            plain_name: "wo die Schicht unter Rauschen etwas hat, das die Klasse heben würde",
            summary: "Grad-CAM++ aus Ableitungen und Aktivierungen, die über verrauschte Kopien des Bildes gemittelt sind.",
            caution: "Zufällig: Ein anderer Startwert gibt eine etwas andere Karte. Bei viel Rauschen sieht das Netz vielleicht eine andere Klasse.",
            cost: "ein Durchlauf für jede verrauschte Kopie",
        },
    ),
    (
        "eigen-cam",
        MethodWords {
            plain_name: "was der Schicht auffällt, gleich für welche Klasse",
            summary: "Zeigt die Richtung, in der sich die Merkmale der Schicht von Stelle zu Stelle am meisten unterscheiden.",
            caution: "Es kennt keine Klasse: Jede hat dieselbe Karte.",
            cost: NONE,
        },
    ),
    (
        "eigen-grad-cam",
        MethodWords {
            plain_name: "worin das Hauptmuster dessen besteht, was zur Klasse beiträgt",
            summary: "Wie Eigen-CAM, aber aus den Merkmalen mal ihren Gradienten, damit die Klasse zählt.",
            caution: "Das Vorzeichen einer Hauptkomponente ist willkürlich; die Seite mit dem größten Wert gilt als das, was für die Klasse spricht.",
            cost: NONE,
        },
    ),
    (
        "ablation-cam",
        MethodWords {
            plain_name: "welche Merkmale der Klasse am meisten fehlen würden",
            summary: "Schaltet ein Merkmal der Schicht nach dem anderen aus und gewichtet jedes danach, wie weit die Antwort fällt.",
            caution: "Merkmale, die einander ersetzen können, bekommen jedes nur wenig Gewicht.",
            cost: "der Teil hinter der Schicht einmal für jeden ihrer Kanäle",
        },
    ),
    (
        "score-cam",
        MethodWords {
            plain_name: "welche Teile, allein gezeigt, noch wie die Klasse aussehen",
            summary: "Deckt alles ab außer dem, was ein Merkmal sieht, fragt das Netz noch einmal und gewichtet das Merkmal mit der Antwort.",
            caution: "Bilder, die größtenteils abgedeckt sind, gleichen keinem, an dem das Netz gelernt hat.",
            cost: "ein Durchlauf für jeden Kanal der Schicht",
        },
    ),
    (
        "saliency",
        MethodWords {
            plain_name: "welche Pixel, ein wenig verändert, die Antwort am meisten ändern würden",
            summary: "Die Größe des Gradienten an jedem Pixel.",
            caution: "Verrauscht, und blind für das, was gesättigt ist: Wo ein Pixel so viel zählt, dass mehr davon nichts ändert, ist der Gradient 0 (Sundararajan et al. 2017).",
            cost: THERE_AND_BACK,
        },
    ),
    (
        "gradient-x-input",
        MethodWords {
            plain_name: "wie viel jedes Pixel beiträgt, wenn das Netz linear wäre",
            summary: "Jedes Pixel mal seinem Gradienten.",
            caution: "Hängt davon ab, welche Farbe für das Netz als 0 gilt: Ein Pixel dieser Farbe zählt nie.",
            cost: THERE_AND_BACK,
        },
    ),
    (
        "guided-backprop",
        MethodWords {
            plain_name: "welche Kanten und Muster das Netz aufnimmt",
            summary: "Der Gradient, nur lässt jeder Gleichrichter allein das Positive zurück.",
            caution: "Hängt kaum von der Klasse ab und wenig von dem, was das Netz gelernt hat: Die Proben von Adebayo et al. 2018 besteht es nicht. Nur für Netze mit ReLUs.",
            cost: THERE_AND_BACK,
        },
    ),
    (
        "deconvnet",
        MethodWords {
            plain_name: "was ein rückwärts laufendes Netz zeichnen würde",
            summary: "Wie der Gradient, nur gibt jeder Gleichrichter zurück, was positiv ist, gleich was er auf dem Hinweg gesehen hat.",
            caution: "Hängt kaum von der Klasse ab (Mahendran und Vedaldi 2016). Nur für Netze mit ReLUs.",
            cost: THERE_AND_BACK,
        },
    ),
    (
        "smoothgrad",
        MethodWords {
            plain_name: "welche Pixel zählen, das Rauschen herausgemittelt",
            summary: "Der mittlere Gradient über verrauschte Kopien des Bildes.",
            caution: "Zufällig: Ein anderer Startwert gibt eine etwas andere Karte. Mehr Kopien, weniger Rauschen.",
            cost: "ein Durchlauf vor und zurück für jede verrauschte Kopie",
        },
    ),
    (
        "integrated-gradients",
        MethodWords {
            plain_name: "wie viel jedes Pixel auf dem Weg vom Nichts zum Bild beiträgt",
            summary: "Zählt die Gradienten auf der geraden Strecke vom Bezugsbild zum Bild zusammen, sodass alle Pixel gemeinsam die Änderung der Antwort ergeben.",
            caution: "Hängt vom Bezugsbild ab: Pixel, die ihm gleichen, zählen nicht.",
            cost: "ein Durchlauf vor und zurück für jeden Schritt",
        },
    ),
    (
        "full-grad",
        MethodWords {
            plain_name: "wo das Bild zählt und was jede Schicht von sich aus hinzufügt",
            summary: "Die Eingabe mal ihrem Gradienten und der Bias jeder Schicht mal dem Gradienten dort, alle gleich groß gemacht und zusammengezählt.",
            caution: "Jeder Kanal zählt so viel wie jeder andere, wie wenig er auch ausmacht, und es gibt kein Vorzeichen: Auch was gegen die Klasse spricht, leuchtet.",
            cost: THERE_AND_BACK,
        },
    ),
    (
        "occlusion",
        MethodWords {
            plain_name: "welche Teile die Antwort braucht",
            summary: "Deckt ein Fenster des Bildes nach dem anderen ab und sieht, wie weit die Antwort fällt.",
            caution: "Was zweimal im Bild ist, wird an keiner der beiden Stellen allein gebraucht; und ein abgedecktes Bild gleicht keinem, an dem das Netz gelernt hat.",
            cost: "ein Durchlauf für jedes Fenster",
        },
    ),
    (
        "rise",
        MethodWords {
            plain_name: "welche Teile die Klasse wahrscheinlich halten, wenn andere zufällig abgedeckt sind",
            summary: "Deckt das Bild mit vielen Zufallsmasken ab und mittelt sie, jede mit der Antwort gewichtet.",
            caution: "Zufällig und langsam: Bei wenigen Masken ist das meiste, was zu sehen ist, Zufall.",
            cost: "ein Durchlauf für jede Maske",
        },
    ),
    (
        "guided-grad-cam",
        MethodWords {
            plain_name: "welche Kanten dort liegen, wo die Klasse gesehen wird",
            summary: "Guided Backpropagation, behalten, wo Grad-CAM für die Klasse spricht.",
            caution: "Die Einzelheiten stammen von Guided Backpropagation, das kaum von der Klasse abhängt (Adebayo et al. 2018).",
            cost: THERE_AND_BACK,
        },
    ),
    (
        "fused-layers",
        MethodWords {
            plain_name: "wohin mehrere Schichten schauen, grobe und feine zusammen",
            summary: "Die Karten eines Verfahrens an der gewählten und an einer früheren, feineren Schicht, jede gleich groß gemacht und dann kombiniert.",
            caution: "Frühere Schichten kennen eher Kanten und Muster als Klassen: Ihre Einzelheiten können an der Sache vorbeigehen.",
            cost: EACH_LAYER,
        },
    ),
    (
        "refine-cam",
        MethodWords {
            plain_name: "wo mehrere Schichten übereinstimmen, so fein wie die feinste",
            summary: "Das Produkt der Karten eines Verfahrens an der gewählten und an einer früheren, feineren Schicht: Es bleibt, was in beiden leuchtet.",
            caution: "Was eine Schicht übersieht, ist weg, gleich was die andere sagt.",
            cost: EACH_LAYER,
        },
    ),
];
