//! Who may use whom. The order is the one in `src/lib.rs`.

use std::path::{Path, PathBuf};

/// Each module and the modules of this crate that it may use. Test files are
/// free to use more.
const ALLOWED: &[(&str, &[&str])] = &[
    ("picture", &[]),
    ("render", &[]),
    ("onnx", &[]),
    ("protocol", &[]),
    ("gradient", &["onnx", "picture"]),
    ("network", &["onnx", "gradient", "picture"]),
    ("explain", &["network", "picture", "protocol"]),
    (
        "engine",
        &[
            "explain", "gradient", "network", "picture", "protocol", "render",
        ],
    ),
    ("app", &["protocol", "render", "picture", "explain"]),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    // A module that is one file has no folder.
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// A file's text without its tests and comments.
fn code(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_test(file: &Path) -> bool {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    // Where the repository itself lies says nothing.
    let inside = file.strip_prefix(env!("CARGO_MANIFEST_DIR"));
    let in_test_folder = inside
        .unwrap_or(file)
        .iter()
        .any(|part| part == "tests" || part == "reference");
    in_test_folder || stem.ends_with("tests") || stem == "testing"
}

#[test]
fn modules_use_only_what_is_below_them() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, allowed) in ALLOWED {
        for file in rust_files(&source.join(module))
            .into_iter()
            .chain([source.join(format!("{module}.rs"))])
        {
            if !file.exists() || is_test(&file) {
                continue;
            }
            for used in code(&file).split("crate::").skip(1) {
                let used: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let fine = used == *module || allowed.contains(&used.as_str());
                assert!(fine, "{} uses {used}", file.display());
            }
        }
    }
}

#[test]
fn the_page_never_sees_tract() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&source.join("app"))
        .into_iter()
        .chain([source.join("bin/app.rs")])
    {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("tract"), "{} mentions tract", file.display());
    }
}

#[test]
fn every_module_is_in_the_table() {
    let library =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for line in library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
    {
        let module = line.trim_end_matches(';');
        assert!(
            ALLOWED.iter().any(|(name, _)| *name == module),
            "{module} is not in the table"
        );
    }
}
