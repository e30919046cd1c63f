//! Die Seite auf Deutsch: the German words, loaded when they are chosen.

mod shell;
mod standing;

use super::Words;

pub static GERMAN: Words = Words {
    shell: &shell::SHELL,
    standing: &standing::STANDING,
};
