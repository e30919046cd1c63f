//! Die Seite auf Deutsch: the German words, loaded when they are chosen.
//!
//! Nobody is addressed: what to do is said in the infinitive, "Datei wählen". Terms are those of
//! the field: Klasse, Schicht, Karte, Merkmal, Logit, Durchlauf.

mod catalogue;
mod compare;
mod counts;
mod methods;
mod model;
mod notices;
mod panel;
mod picture;
mod shell;
mod standing;
mod start;
mod test_view;

use super::Words;

pub static GERMAN: Words = Words {
    shell: &shell::SHELL,
    start: &start::START,
    notices: &notices::NOTICES,
    picture: &picture::PICTURE,
    panel: &panel::PANEL,
    compare: &compare::COMPARE,
    test: &test_view::TEST,
    model: &model::MODEL,
    standing: &standing::STANDING,
    catalogue: Some(&catalogue::CATALOGUE),
};
