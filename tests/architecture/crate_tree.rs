//! All modules of a crate, and which file uses which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::source_file::{Segments, SourceFile, read};

/// Modules by their path, which begins with the crate's name.
#[derive(Debug, Default)]
pub struct CrateTree {
    modules: BTreeMap<Segments, SourceFile>,
}

/// A file names something of another file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// Modules: the one that names, and the one that defines what is named.
    pub from: Segments,
    pub to: Segments,
    /// The path as it is written, made absolute.
    pub written: Segments,
}

impl CrateTree {
    /// Adds the crate of that name, whose root is `root`, by its `mod` declarations.
    pub fn add(&mut self, name: &str, root: &Path) {
        self.add_module(root, vec![name.to_owned()], true);
    }

    fn add_module(&mut self, path: &Path, module: Segments, is_root: bool) {
        let file = read(path, &module);
        let folder = path.parent().unwrap_or(Path::new(""));
        let is_mod_rs = path.file_name().is_some_and(|name| name == "mod.rs");
        let below = match path.file_stem() {
            Some(stem) if !is_root && !is_mod_rs => folder.join(stem),
            _ => folder.to_owned(),
        };
        for (name, given) in file.children.clone() {
            let usual = [
                below.join(format!("{name}.rs")),
                below.join(&name).join("mod.rs"),
            ];
            let found = match given {
                Some(given) => Some(folder.join(given)),
                None => usual.into_iter().find(|path| path.exists()),
            };
            let found =
                found.unwrap_or_else(|| panic!("{} has no file for {name}", path.display()));
            let child: Segments = module.iter().cloned().chain([name]).collect();
            self.add_module(&found, child, false);
        }
        self.modules.insert(module, file);
    }

    pub fn modules(&self) -> impl Iterator<Item = (&Segments, &SourceFile)> {
        self.modules.iter()
    }

    /// Every import from one file to another.
    pub fn imports(&self) -> BTreeSet<Import> {
        let mut imports = BTreeSet::new();
        for (from, file) in &self.modules {
            for written in &file.named {
                if let Some(to) = self.definition(written, 0)
                    && to != *from
                {
                    imports.insert(Import {
                        from: from.clone(),
                        to,
                        written: written.clone(),
                    });
                }
            }
        }
        imports
    }

    /// The module that defines what a path names: re-exports are followed.
    fn definition(&self, path: &[String], depth: usize) -> Option<Segments> {
        let (module, file) = self.deepest(path)?;
        let Some(name) = path.get(module.len()).filter(|_| depth < 16) else {
            return Some(module.to_vec());
        };
        if file.defined.contains(name) {
            return Some(module.to_vec());
        }
        let rest = &path[module.len() + 1..];
        if let Some(target) = file.re_exports.get(name) {
            let target: Segments = target.iter().chain(rest).cloned().collect();
            return self.definition(&target, depth + 1);
        }
        for target in &file.glob_re_exports {
            let target: Segments = (target.iter()).chain([name]).chain(rest).cloned().collect();
            let (module, file) = self.deepest(&target)?;
            let is_known = (target.get(module.len())).is_some_and(|name| {
                file.defined.contains(name) || file.re_exports.contains_key(name)
            });
            if is_known {
                return self.definition(&target, depth + 1);
            }
        }
        Some(module.to_vec())
    }

    /// The longest beginning of a path that is a module.
    fn deepest(&self, path: &[String]) -> Option<(&Segments, &SourceFile)> {
        let lengths = (1..=path.len()).rev();
        lengths
            .filter_map(|length| self.modules.get_key_value(&path[..length]))
            .next()
    }

    /// Imports that name a module's inner file although the module itself passes on
    /// what is in it. Those who live in that module are free to.
    pub fn past_faces(&self) -> Vec<Import> {
        let mut past = Vec::new();
        for import in self.imports() {
            let Some((inner, _)) = self.deepest(&import.written) else {
                continue;
            };
            let is_past = (1..inner.len()).any(|length| {
                let (face, child) = (&inner[..length], &inner[..=length]);
                let is_outside = !import.from.starts_with(face);
                // A function may have the name of a file beside it.
                let is_item = child == import.written && self.has_item(face, child);
                is_outside && !is_item && self.passes_on(face, child)
            });
            if is_past {
                past.push(import);
            }
        }
        past
    }

    fn has_item(&self, face: &[String], child: &[String]) -> bool {
        let name = child.last();
        (self.modules.get(face).zip(name)).is_some_and(|(file, name)| {
            file.re_exports.contains_key(name) || file.defined.contains(name)
        })
    }

    fn passes_on(&self, face: &[String], child: &[String]) -> bool {
        self.modules.get(face).is_some_and(|file| {
            let re_exported = file.re_exports.values().chain(&file.glob_re_exports);
            (re_exported.filter(|target| target.len() > child.len()))
                .any(|target| target.starts_with(child))
                || file.glob_re_exports.iter().any(|target| target == child)
        })
    }
}
