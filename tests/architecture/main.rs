//! Who may use whom, read from the imports of every file that is not a test's.
//!
//! - `source_file`: one file by `syn`; `crate_tree`: all of them, and who uses whom
//! - `circles`: files that use each other
//! - `small_trees`: the same on sources of a few lines, so that a fault is seen to be found
//!
//! A new room gets a row in [`ALLOWED`].

mod circles;
mod crate_tree;
mod small_trees;
mod source_file;

use std::path::{Path, PathBuf};

use circles::circles;
use crate_tree::{CrateTree, Import};

/// Each module and the modules of this crate that it may use, from the ground up, as in
/// `src/lib.rs`. A module inside another obeys both rows.
const ALLOWED: &[(&str, &[&str])] = &[
    ("decimal", &[]),
    ("frame", &[]),
    ("picture", &["decimal", "frame"]),
    ("dicom", &["picture"]),
    ("render", &["frame"]),
    ("onnx", &[]),
    ("protocol", &[]),
    ("text", &[]),
    ("gradient", &["onnx", "picture"]),
    ("network", &["onnx", "gradient", "picture", "text"]),
    (
        "explain",
        &[
            "decimal", "frame", "network", "gradient", "picture", "protocol", "render",
        ],
    ),
    (
        "evaluate",
        &[
            "explain", "frame", "network", "picture", "protocol", "render",
        ],
    ),
    (
        "engine",
        &[
            "dicom", "evaluate", "explain", "frame", "gradient", "network", "onnx", "picture",
            "protocol", "render", "text",
        ],
    ),
    (
        "app",
        &[
            "decimal", "evaluate", "frame", "protocol", "render", "picture", "explain", "text",
        ],
    ),
    (
        "app::words",
        &["app::browser", "evaluate", "explain", "picture", "render"],
    ),
    (
        "app::browser",
        &["app::number_format", "app::small_map", "protocol"],
    ),
    (
        "app::state",
        &[
            "app::browser",
            "app::number_format",
            "app::small_map",
            "app::words",
            "evaluate",
            "frame",
            "protocol",
            "render",
            "picture",
            "explain",
            "text",
        ],
    ),
    (
        "app::engine_client",
        &["app::browser", "app::state", "app::words", "protocol"],
    ),
    (
        "app::export",
        &[
            "app::browser",
            "app::number_format",
            "app::state",
            "app::words",
            "evaluate",
            "explain",
            "picture",
            "protocol",
            "render",
            "text",
        ],
    ),
    ("app::views::common", &VIEW_USES),
    // One view knows no other.
    ("app::views::compare", &VIEW_USES),
    ("app::views::explain", &VIEW_USES),
    ("app::views::model", &VIEW_USES),
    ("app::views::test_view", &VIEW_USES),
];

/// The same of the package of kernels, `src/kernels`, which uses no other.
const KERNELS: &[(&str, &[&str])] = &[
    ("common", &[]),
    ("copies", &["common"]),
    ("elementwise", &["common"]),
    ("matmul", &["common"]),
    ("windows", &["common", "matmul"]),
    (
        "tract",
        &["common", "copies", "elementwise", "matmul", "windows"],
    ),
    ("warm_up", &["common", "matmul", "windows"]),
];

/// What a view of the page may use.
const VIEW_USES: [&str; 16] = [
    "app::views::common",
    "app::browser",
    "app::engine_client",
    "app::export",
    "app::number_format",
    "app::small_map",
    "app::state",
    "app::words",
    "decimal",
    "evaluate",
    "explain",
    "frame",
    "picture",
    "protocol",
    "render",
    "text",
];

fn manifest_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The libraries and the binaries.
fn tree() -> CrateTree {
    let source = manifest_folder().join("src");
    let mut tree = CrateTree::default();
    tree.add("gradcam", &source.join("lib.rs"));
    tree.add("gradcam_kernels", &source.join("kernels/lib.rs"));
    for entry in std::fs::read_dir(source.join("bin")).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("bin {}", path.file_stem().unwrap().display());
        let root = if path.is_dir() {
            path.join("main.rs")
        } else {
            path
        };
        tree.add(&name, &root);
    }
    tree
}

/// A module, and those that it may use.
type Row = (&'static str, &'static [&'static str]);

/// Both tables, with the library that each is of.
fn tables() -> [(&'static str, &'static [Row]); 2] {
    [("gradcam", ALLOWED), ("gradcam_kernels", KERNELS)]
}

fn segments(library: &str, module: &str) -> Vec<String> {
    [library.to_owned()]
        .into_iter()
        .chain(module.split("::").map(str::to_owned))
        .collect()
}

fn in_words(import: &Import) -> String {
    format!(
        "{} uses {} as {}",
        import.from.join("::"),
        import.to.join("::"),
        import.written.join("::")
    )
}

fn list(imports: impl IntoIterator<Item = Import>) -> String {
    let lines: Vec<String> = imports
        .into_iter()
        .map(|import| in_words(&import))
        .collect();
    lines.join("\n")
}

#[test]
fn modules_use_only_what_is_below_them() {
    let imports = tree().imports();
    let rows = (tables().into_iter())
        .flat_map(|(library, rows)| rows.iter().map(move |row| (library, row)));
    for (library, (module, allowed)) in rows {
        let module = segments(library, module);
        let allowed = allowed.iter().map(|name| segments(library, name));
        let allowed: Vec<_> = allowed.collect();
        let is_fine = |import: &Import| {
            !import.from.starts_with(&module)
                || import.to.starts_with(&module)
                || import.to[0] == "gradcam_kernels" && library == "gradcam"
                || allowed.iter().any(|allowed| import.to.starts_with(allowed))
        };
        let wrong: Vec<_> = imports
            .iter()
            .filter(|import| !is_fine(import))
            .cloned()
            .collect();
        assert!(wrong.is_empty(), "not in the table:\n{}", list(wrong));
    }
}

#[test]
fn no_files_use_each_other() {
    let imports = tree().imports();
    let circles = circles(&imports);
    let words: Vec<String> = (circles.iter())
        .map(|circle| {
            let inside =
                |import: &&Import| circle.contains(&import.from) && circle.contains(&import.to);
            list(imports.iter().filter(inside).cloned())
        })
        .collect();
    assert!(words.is_empty(), "circles:\n{}", words.join("\n\n"));
}

#[test]
fn nobody_reaches_past_a_public_face() {
    let past = tree().past_faces();
    assert!(
        past.is_empty(),
        "name what the module's own mod.rs passes on:\n{}",
        list(past)
    );
}

#[test]
fn the_page_never_sees_tract() {
    let source = manifest_folder().join("src");
    let mut files = vec![source.join("bin/app.rs")];
    add_rust_files(&source.join("app"), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("tract"), "{} mentions tract", file.display());
    }
}

/// `make test-wasm` runs those whose `#[test]` is that of wasm-bindgen.
#[test]
fn tests_of_a_models_numbers_run_in_32_bits_too() {
    let mut files = Vec::new();
    add_rust_files(&manifest_folder().join("src/onnx"), &mut files);
    let mut with_tests = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        if text.contains("#[test]") {
            with_tests += 1;
            let alias = "use wasm_bindgen_test::wasm_bindgen_test as test;";
            assert!(text.contains(alias), "{}: no {alias}", file.display());
        }
    }
    assert!(with_tests > 10, "{with_tests} files");
}

fn add_rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_module_of_the_library_is_in_the_table() {
    let tree = tree();
    for (module, _) in tree.modules() {
        let [library, name] = &module[..] else {
            continue;
        };
        let table = tables().into_iter().find(|(table, _)| table == library);
        if let Some((_, rows)) = table {
            let is_there = rows.iter().any(|(module, _)| module == name);
            assert!(is_there, "{name} is not in the table");
        }
    }
}

#[test]
fn every_row_of_the_table_has_a_module() {
    let tree = tree();
    for (library, rows) in tables() {
        for (name, _) in rows {
            let module = segments(library, name);
            assert!(
                tree.modules().any(|(path, _)| *path == module),
                "{name} does not exist"
            );
        }
    }
}
