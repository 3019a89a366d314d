//! The folders of `fluid/src` are layers: a folder imports only folders that stand lower.

use std::fs;
use std::path::{Path, PathBuf};

/// From the lowest layer to the highest. The modules of one row may import each other.
const LAYERS: [&[&str]; 13] = [
    &["catch", "error", "options", "outcome", "state"],
    &["sync"],
    &["time"],
    &["report"],
    &["graph"],
    &["queue"],
    &["node"],
    &["worker"],
    &["lifecycle"],
    &["rules"],
    &["fused"],
    &["supervisor"],
    &["group"],
];

/// These may import anything, and nothing but each other and tests may import them.
const ABOVE_ALL: [&str; 4] = ["lib", "macros", "private", "test"];

#[test]
fn no_folder_imports_upward() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut upward = Vec::new();
    for file in rust_files(&source) {
        let path = file.strip_prefix(&source).expect("it is below");
        let folder = first_segment(path);
        if ABOVE_ALL.contains(&&*folder) {
            continue;
        }
        let code = fs::read_to_string(&file).expect("a source file");
        for imported in imports(&code) {
            let is_upward = match rank(&imported) {
                Some(imported) => imported > rank(&folder).expect("a folder of the table"),
                // Hooks of the test kit are called from every layer.
                None => imported != "test",
            };
            if is_upward {
                upward.push(format!("{} imports `crate::{imported}`", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "upward imports:\n{}", upward.join("\n"));
}

#[test]
fn every_module_of_the_crate_stands_in_the_table() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&source) {
        let module = first_segment(file.strip_prefix(&source).expect("it is below"));
        let is_known = rank(&module).is_some() || ABOVE_ALL.contains(&&*module);
        assert!(is_known, "`{module}` has no layer");
    }
}

#[test]
fn imports_are_found_in_uses_and_in_paths_and_not_in_comments_and_tests() {
    let code = "use crate::queue::Queue;\n// use crate::group::X;\nfn f() { crate::node::g() }\n\
                #[cfg(test)]\nmod tests {\n    use crate::supervisor::S;\n}\n";
    assert_eq!(imports(code), ["queue", "node"]);
}

/// The names behind `crate::`, without those in comments and unit tests.
fn imports(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod tests {").next();
    let lines = code.into_iter().flat_map(str::lines);
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            rest.chars().take_while(|&c| is_part(c)).collect()
        })
        .collect()
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn first_segment(path: &Path) -> String {
    let first = path.iter().next().expect("not empty").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Every source file but those that hold only tests.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        if name == "tests" || name == "loom_tests" || name == "loom_types" {
            continue;
        }
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
