//! `docs/methods` has a page for each method of the catalogue, and its head says what the
//! catalogue says. `GRADCAM_WRITE_DOCS=1 cargo test --features cli --test methods_docs`
//! writes the heads anew.

mod common;

use common::path;
use gradcam::explain::{METHODS, Method};

/// Ends the part that is made from the catalogue.
const END: &str = "<!-- What follows is written by hand. -->\n";

fn head(method: &Method) -> String {
    let mut head = format!(
        "# {}\n\nIt shows {}.\n\n{}\n\n**Beware.** {}\n\n| | |\n|---|---|\n| id | `{}` |\n| family | {} |\n| runs of the network | {} |\n| grid of the map | {} |\n",
        method.name,
        method.plain_name,
        method.summary,
        method.caution,
        method.id,
        method.family.name(),
        method.cost,
        if method.is_at_layer() {
            "the layer's"
        } else {
            "the input's"
        },
    );
    for setting in method.declared() {
        head += &format!(
            "| `--set {}=…` | {} {}; {} if left out |\n",
            setting.id,
            setting.summary,
            capital(&setting.range()),
            setting.default()
        );
    }
    head + "\n" + END
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[test]
fn every_method_has_a_page_that_is_current() {
    let is_written = std::env::var_os("GRADCAM_WRITE_DOCS").is_some();
    let mut stale = Vec::new();
    for method in METHODS {
        let file = path(&format!("docs/methods/{}.md", method.id));
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let own = text.split_once(END).map_or("", |(_, own)| own);
        let wanted = head(method) + own;
        if is_written {
            std::fs::write(&file, wanted).unwrap();
        } else if text != wanted || own.trim().is_empty() {
            stale.push(method.id);
        }
    }
    assert!(
        stale.is_empty(),
        "write the heads of {stale:?} anew, and what follows by hand"
    );
    let pages = std::fs::read_dir(path("docs/methods")).unwrap();
    let pages = pages.filter(|page| {
        let name = page.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".md") && name != "README.md" && name != "table.md"
    });
    assert_eq!(
        pages.count(),
        METHODS.len(),
        "a page of a method that is not there"
    );
}
