//! The tests that the files of this crate form no cycle, and that no stage uses another one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, UseTree};

/// The modules that each module uses. A module is named by its path, such as `group::parse::code`.
type Uses = BTreeMap<String, Vec<String>>;

#[test]
fn no_files_use_each_other_in_a_cycle() {
    let uses = uses();
    assert!(uses.len() > 30, "only {} files", uses.len());
    if let Some(cycle) = cycle(&uses) {
        panic!("these files use each other: {}", cycle.join(" → "));
    }
}

#[test]
fn no_stage_uses_another_stage() {
    let stage = |module: &str| {
        let stages = ["parse", "check", "expand"];
        let mut parts = module.split("::");
        parts.find_map(|part| stages.into_iter().find(|stage| *stage == part))
    };
    for (module, used) in uses() {
        for used in used {
            if let (Some(from), Some(to)) = (stage(&module), stage(&used)) {
                assert_eq!(from, to, "`{module}` uses `{used}`");
            }
        }
    }
}

#[test]
fn a_cycle_of_files_is_found() {
    let uses = |edges: &[(&str, &str)]| {
        let mut uses = Uses::new();
        for (from, to) in edges {
            let used = uses.entry((*from).to_owned()).or_default();
            used.push((*to).to_owned());
        }
        uses
    };
    let open = uses(&[("a", "b"), ("b", "c"), ("a", "c")]);
    assert_eq!(cycle(&open), None);
    let closed = uses(&[("a", "b"), ("b", "c"), ("c", "b")]);
    assert_eq!(cycle(&closed).unwrap(), ["b", "c", "b"]);
}

#[test]
fn paths_are_resolved_to_files() {
    let file: syn::File = syn::parse_quote! {
        mod child;
        use super::sibling::{Thing, inner::Deep};
        use crate::top::function;
        use std::fs;
        fn f() { child::g(super::h(), self::child::i) }
        #[cfg(test)]
        mod tests { use crate::other::j; }
    };
    let modules = [
        "",
        "a",
        "a::b",
        "a::b::child",
        "a::sibling",
        "a::sibling::inner",
        "top",
        "other",
    ];
    let modules: Vec<_> = modules.map(str::to_owned).into();
    let mut found = Paths::of(&file, "a::b", &modules);
    found.sort();
    let expected = ["a", "a::b::child", "a::sibling", "a::sibling::inner", "top"];
    assert_eq!(found, expected);
}

/// Reads the files of this crate, without its tests.
fn uses() -> Uses {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    read("", &src.join("lib.rs"), &src, &mut files);
    let modules: Vec<_> = files.keys().cloned().collect();
    let uses = files.iter().map(|(module, file)| {
        let used = Paths::of(file, module, &modules);
        (module.clone(), used)
    });
    uses.collect()
}

/// Reads a module and the modules below it. `folder` is where those are.
fn read(module: &str, path: &Path, folder: &Path, files: &mut BTreeMap<String, syn::File>) {
    let text = fs::read_to_string(path).expect("a source file");
    let file = syn::parse_file(&text).expect("a Rust file");
    for item in &file.items {
        if let Item::Mod(child) = item
            && child.content.is_none()
            && !is_test(&child.attrs)
        {
            let name = child.ident.to_string();
            let path = folder.join(format!("{name}.rs"));
            read(&join(module, &name), &path, &folder.join(&name), files);
        }
    }
    files.insert(module.to_owned(), file);
}

fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("cfg")
            && attr
                .parse_args::<syn::Ident>()
                .is_ok_and(|cfg| cfg == "test")
    })
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

/// Collects the modules that a file names.
struct Paths<'m> {
    module: &'m str,
    modules: &'m [String],
    found: Vec<String>,
}

impl<'m> Paths<'m> {
    fn of(file: &syn::File, module: &'m str, modules: &'m [String]) -> Vec<String> {
        let mut paths = Self {
            module,
            modules,
            found: Vec::new(),
        };
        paths.visit_file(file);
        paths.found
    }

    /// Adds the module in which a path ends, if the path leads into this crate and out of this file.
    fn add(&mut self, path: &[String]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let parent = |module: &str| {
            module
                .rsplit_once("::")
                .map_or("", |(parent, _)| parent)
                .to_owned()
        };
        let child = join(self.module, first);
        let start = match first.as_str() {
            "crate" => String::new(),
            "super" => parent(self.module),
            "self" => self.module.to_owned(),
            _ if self.modules.contains(&child) && !rest.is_empty() => child,
            _ => return,
        };
        let end = rest.iter().try_fold(start, |module, name| {
            let next = join(&module, name);
            if self.modules.contains(&next) {
                Ok(next)
            } else {
                Err(module)
            }
        });
        let (Ok(end) | Err(end)) = end;
        if end != self.module && !self.found.contains(&end) {
            self.found.push(end);
        }
    }

    fn add_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add_tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.add(&with(&name.ident)),
            UseTree::Rename(rename) => self.add(&with(&rename.ident)),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(before, tree);
                }
            }
        }
    }
}

impl Visit<'_> for Paths<'_> {
    fn visit_item(&mut self, item: &Item) {
        if !matches!(item, Item::Mod(module) if is_test(&module.attrs)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let segments = path.segments.iter();
        let path_of: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
        self.add(&path_of);
        visit::visit_path(self, path);
    }

    // The path of a visibility, `pub(in crate::group)`, uses nothing.
    fn visit_visibility(&mut self, _: &syn::Visibility) {}
}

/// The modules on a cycle, the first of them also at the end.
fn cycle(uses: &Uses) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut path = Vec::new();
    uses.keys()
        .find_map(|module| search(module, uses, &mut path, &mut done))
}

/// Searches a cycle depth first. `path` leads to the module, and `done` are modules that are on no cycle.
fn search(
    module: &str,
    uses: &Uses,
    path: &mut Vec<String>,
    done: &mut Vec<String>,
) -> Option<Vec<String>> {
    if let Some(begin) = path.iter().position(|on_path| on_path == module) {
        let mut cycle = path[begin..].to_vec();
        cycle.push(module.to_owned());
        return Some(cycle);
    }
    if done.iter().any(|done| done == module) {
        return None;
    }
    path.push(module.to_owned());
    let used = uses.get(module).into_iter().flatten();
    let cycle = used.fold(None, |found, used| {
        found.or_else(|| search(used, uses, path, done))
    });
    path.pop();
    done.push(module.to_owned());
    cycle
}
