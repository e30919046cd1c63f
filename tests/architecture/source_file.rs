//! One source file, read by `syn`: what it declares, what it re-exports, what it names.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A path as absolute segments: the crate's name, its modules, the item.
pub type Segments = Vec<String>;

/// A file, which is a module. What only tests compile is left out.
#[derive(Debug, Default)]
pub struct SourceFile {
    /// `mod name;`, and the file if an attribute says which.
    pub children: Vec<(String, Option<PathBuf>)>,
    /// Items and inline modules that the file defines.
    pub defined: HashSet<String>,
    /// Name → what it stands for, of every `pub use`, however far `pub` reaches.
    pub re_exports: HashMap<String, Segments>,
    /// `pub use module::*`.
    pub glob_re_exports: Vec<Segments>,
    /// Every path that begins with `crate`, `self`, `super`, the library's name or a child.
    pub named: Vec<Segments>,
    /// Name → what it stands for, of every `use`.
    imported: HashMap<String, Segments>,
    /// Paths of several segments that begin with none of those.
    relative: Vec<Segments>,
    /// First segments of all paths: tells whether a re-exported name is also used here.
    first_segments: HashSet<String>,
}

/// Reads the file that is the module `module` of its crate.
pub fn read(path: &Path, module: &[String]) -> SourceFile {
    let text = std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()));
    let syntax = syn::parse_file(&text)
        .unwrap_or_else(|error| panic!("{} cannot be parsed: {error}", path.display()));
    let mut reader = Reader {
        module: module.to_vec(),
        inline: Vec::new(),
        file: SourceFile::default(),
    };
    // First all names, since a path may begin with a child that is declared behind it.
    for item in &syntax.items {
        reader.declare(item);
    }
    reader.visit_file(&syntax);
    reader.file.add_used_re_exports();
    reader.file.add_paths_through_imports();
    reader.file
}

impl SourceFile {
    /// A `pub use` brings a name into scope here, too: it is an import if the name is used.
    fn add_used_re_exports(&mut self) {
        let used = self.re_exports.iter();
        let used = used.filter(|(name, _)| self.first_segments.contains(*name));
        self.named.extend(used.map(|(_, target)| target.clone()));
    }
}

impl SourceFile {
    /// `use super::room; room::file::f()` names what is in that file.
    fn add_paths_through_imports(&mut self) {
        for path in &self.relative {
            if let Some(target) = self.imported.get(&path[0]) {
                let whole = target.iter().chain(&path[1..]).cloned().collect();
                self.named.push(whole);
            }
        }
    }
}

struct Reader {
    module: Segments,
    /// Inline modules around the place that is being read.
    inline: Vec<String>,
    file: SourceFile,
}

impl Reader {
    fn declare(&mut self, item: &syn::Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        let name = match item {
            syn::Item::Mod(module) if module.content.is_none() => {
                let file = path_attribute(&module.attrs);
                self.file.children.push((module.ident.to_string(), file));
                return;
            }
            syn::Item::Mod(item) => &item.ident,
            syn::Item::Const(item) => &item.ident,
            syn::Item::Enum(item) => &item.ident,
            syn::Item::Fn(item) => &item.sig.ident,
            syn::Item::Static(item) => &item.ident,
            syn::Item::Struct(item) => &item.ident,
            syn::Item::Trait(item) => &item.ident,
            syn::Item::Type(item) => &item.ident,
            syn::Item::Union(item) => &item.ident,
            _ => return,
        };
        self.file.defined.insert(name.to_string());
    }

    /// Absolute segments, if the path leads into a crate of this repository.
    fn absolute(&self, segments: &[String]) -> Option<Segments> {
        let here = || self.module.iter().chain(&self.inline).cloned();
        let (first, rest) = segments.split_first()?;
        let mut absolute: Segments = match first.as_str() {
            "crate" => self.module[..1].to_vec(),
            "self" => here().collect(),
            "gradcam" | "gradcam_kernels" => vec![first.clone()],
            "super" => {
                let ups = segments.iter().take_while(|part| *part == "super").count();
                let here: Segments = here().collect();
                let mut above = here[..here.len().checked_sub(ups)?].to_vec();
                above.extend_from_slice(&segments[ups..]);
                return Some(above);
            }
            child if self.inline.is_empty() && self.is_child(child) => {
                here().chain([first.clone()]).collect()
            }
            _ => return None,
        };
        absolute.extend_from_slice(rest);
        Some(absolute)
    }

    fn is_child(&self, name: &str) -> bool {
        self.file.children.iter().any(|(child, _)| child == name)
    }

    fn name_path(&mut self, segments: &[String]) {
        if let Some(first) = segments.first() {
            self.file.first_segments.insert(first.clone());
        }
        match self.absolute(segments) {
            Some(absolute) => self.file.named.push(absolute),
            None if segments.len() > 1 => self.file.relative.push(segments.to_vec()),
            None => {}
        }
    }

    /// Every leaf of a `use`.
    fn read_use(&mut self, tree: &syn::UseTree, before: &[String], is_public: bool) {
        let joined = |ident: &syn::Ident| {
            let mut path = before.to_vec();
            if ident != "self" || before.is_empty() {
                path.push(ident.to_string());
            }
            path
        };
        match tree {
            syn::UseTree::Path(path) => self.read_use(&path.tree, &joined(&path.ident), is_public),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.read_use(tree, before, is_public);
                }
            }
            syn::UseTree::Glob(_) => match self.absolute(before) {
                Some(target) if is_public && self.is_inside(&target) => {
                    self.file.glob_re_exports.push(target);
                }
                target => self.file.named.extend(target),
            },
            syn::UseTree::Name(name) => self.read_leaf(joined(&name.ident), None, is_public),
            syn::UseTree::Rename(name) => {
                self.read_leaf(
                    joined(&name.ident),
                    Some(name.rename.to_string()),
                    is_public,
                );
            }
        }
    }

    fn read_leaf(&mut self, path: Segments, rename: Option<String>, is_public: bool) {
        let Some(target) = self.absolute(&path) else {
            return;
        };
        // What a module passes on from its own children is its face, not its import.
        let is_face = is_public && self.inline.is_empty();
        if let Some(name) = rename.or_else(|| path.last().cloned()) {
            self.file.imported.insert(name.clone(), target.clone());
            if is_face {
                self.file.re_exports.insert(name, target.clone());
            }
        }
        if !(is_face && self.is_inside(&target)) {
            self.file.named.push(target);
        }
    }

    fn is_inside(&self, target: &[String]) -> bool {
        target.starts_with(&self.module)
    }

    /// Paths in a macro's arguments, which `syn` does not parse.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path: Segments = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) if colons == 2 => path.push(ident.to_string()),
                other => {
                    self.name_path(&std::mem::take(&mut path));
                    match other {
                        TokenTree::Ident(ident) => path.push(ident.to_string()),
                        TokenTree::Group(group) => self.read_tokens(group.stream()),
                        _ => {}
                    }
                }
            }
            colons = 0;
        }
        self.name_path(&path);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let attributes = match item {
            syn::ImplItem::Const(item) => &item.attrs[..],
            syn::ImplItem::Fn(item) => &item.attrs[..],
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_some() {
            self.inline.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.inline.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        self.read_use(&item.tree, &[], is_public);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.read_tokens(called.tokens.clone());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Segments = (path.segments.iter())
            .map(|segment| segment.ident.to_string())
            .collect();
        self.name_path(&segments);
        visit::visit_path(self, path);
    }

    /// `pub(super)` names nobody.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[cfg(test)]` and `#[cfg(all(test, …))]`.
fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    fn needs_test(meta: &syn::Meta) -> bool {
        match meta {
            syn::Meta::Path(path) => path.is_ident("test"),
            syn::Meta::List(list) if list.path.is_ident("all") => {
                let parts = list.parse_args_with(
                    syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated,
                );
                parts.is_ok_and(|parts| parts.iter().any(needs_test))
            }
            _ => false,
        }
    }
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .any(|attribute| {
            attribute
                .parse_args::<syn::Meta>()
                .is_ok_and(|meta| needs_test(&meta))
        })
}

/// `#[path = "…"]`.
fn path_attribute(attributes: &[syn::Attribute]) -> Option<PathBuf> {
    let attribute = (attributes.iter()).find(|attribute| attribute.path().is_ident("path"))?;
    let value = &attribute.meta.require_name_value().ok()?.value;
    match value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value().into()),
        _ => None,
    }
}
