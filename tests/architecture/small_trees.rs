//! The reader of imports on crates of a few lines.

use std::path::PathBuf;

use crate::circles::circles;
use crate::crate_tree::CrateTree;

/// Writes the files into a folder of this test's own and reads them as one crate.
fn tree(test: &str, files: &[(&str, &str)]) -> CrateTree {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("architecture")
        .join(test);
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut tree = CrateTree::default();
    tree.add("gradcam", &folder.join("lib.rs"));
    tree
}

/// `a → b`, shortened.
fn imports(tree: &CrateTree) -> Vec<String> {
    let short = |path: &[String]| path[1..].join("::");
    (tree.imports().iter())
        .map(|import| format!("{} → {}", short(&import.from), short(&import.to)))
        .collect()
}

#[test]
fn imports_in_every_form_are_seen() {
    let tree = tree(
        "forms",
        &[
            ("lib.rs", "mod a; mod b; mod c; mod d; mod e; mod f; mod g;"),
            ("a.rs", "use crate::{b::B, c::{self}};"),
            ("b.rs", "pub struct B; fn f() { super::c::g() }"),
            (
                "c.rs",
                "pub fn g() -> String { format!(\"{}\", crate::d::D) }",
            ),
            ("d.rs", "pub const D: u8 = 0; impl crate::e::E for u8 {}"),
            (
                "e.rs",
                "pub trait E {} mod inner { use super::super::f::F; }",
            ),
            ("f.rs", "pub(super) struct F;"),
            (
                "g.rs",
                "#[cfg(test)]\nmod tests {\n    use crate::a;\n}\nuse crate::f::F;\n#[cfg(test)]\nuse crate::b;",
            ),
        ],
    );
    assert_eq!(
        imports(&tree),
        [
            "a → b", "a → c", "b → c", "c → d", "d → e", "e → f", "g → f"
        ]
    );
    assert!(circles(&tree.imports()).is_empty());
}

#[test]
fn a_circle_behind_a_re_export_and_behind_tests_is_found() {
    let tree = tree(
        "circle",
        &[
            ("lib.rs", "mod room;"),
            ("room/mod.rs", "mod a; mod b; mod c; pub use b::B;"),
            (
                "room/a.rs",
                "#[cfg(test)]\nmod tests {\n}\nuse super::B;\npub struct A;",
            ),
            ("room/b.rs", "pub struct B; fn f(_: super::a::A) {}"),
            ("room/c.rs", "use super::B;"),
        ],
    );
    let circles = circles(&tree.imports());
    assert_eq!(circles.len(), 1, "{circles:?}");
    let names: Vec<_> = circles[0].iter().map(|module| module.join("::")).collect();
    assert_eq!(names, ["gradcam::room::a", "gradcam::room::b"]);
}

#[test]
fn a_module_and_the_child_that_it_calls_are_a_circle_if_the_child_needs_it() {
    let files = |child: &'static str| {
        [
            ("lib.rs", "mod room;"),
            (
                "room/mod.rs",
                "mod child; pub struct Shared; fn f() { child::g() }",
            ),
            ("room/child.rs", child),
        ]
    };
    let free = tree("child-free", &files("pub fn g() {}"));
    assert!(circles(&free.imports()).is_empty());
    let bound = tree("child-bound", &files("use super::Shared; pub fn g() {}"));
    assert_eq!(circles(&bound.imports()).len(), 1);
}

#[test]
fn a_re_export_that_is_used_where_it_stands_is_an_import() {
    let tree = tree(
        "used-re-export",
        &[
            ("lib.rs", "mod room;"),
            ("room/mod.rs", "mod a; pub use a::A; pub struct Shared(A);"),
            ("room/a.rs", "pub struct A; fn f(_: super::Shared) {}"),
        ],
    );
    assert_eq!(circles(&tree.imports()).len(), 1);
}

#[test]
fn reaching_past_a_face_is_found() {
    let tree = tree(
        "face",
        &[
            ("lib.rs", "mod a; mod d; mod room;"),
            (
                "room/mod.rs",
                "pub mod b; pub mod c; mod e; pub use b::B; pub use e::e;",
            ),
            ("room/b.rs", "pub struct B; pub struct Other;"),
            ("room/c.rs", "use super::b::Other; pub struct C;"),
            (
                "a.rs",
                "use crate::room::b::Other; use crate::room::B; use crate::room::c::C;",
            ),
            ("room/e.rs", "pub fn e() {}"),
            ("d.rs", "use crate::room::e;"),
        ],
    );
    let past: Vec<_> = (tree.past_faces().iter())
        .map(|import| import.written.join("::"))
        .collect();
    assert_eq!(past, ["gradcam::room::b::Other"]);
}

#[test]
fn paths_through_an_imported_module_are_seen() {
    let tree = tree(
        "through",
        &[
            ("lib.rs", "mod a; mod room;"),
            (
                "a.rs",
                "use crate::room; pub struct A; fn f() { room::b() }",
            ),
            ("room/mod.rs", "mod b; pub use b::b;"),
            ("room/b.rs", "pub fn b(_: crate::a::A) {}"),
        ],
    );
    let circles = circles(&tree.imports());
    assert_eq!(circles.len(), 1, "{circles:?}");
    let tree = tree_with_a_function_named_as_its_module();
    let past: Vec<_> = (tree.past_faces().iter())
        .map(|import| import.written.join("::"))
        .collect();
    assert_eq!(past, ["gradcam::room::e::other"]);
}

fn tree_with_a_function_named_as_its_module() -> CrateTree {
    tree(
        "through-face",
        &[
            ("lib.rs", "mod a; mod room;"),
            ("a.rs", "use crate::room::e; fn f() { e(); e::other() }"),
            ("room/mod.rs", "pub mod e; pub use e::e;"),
            ("room/e.rs", "pub fn e() {} pub fn other() {}"),
        ],
    )
}
