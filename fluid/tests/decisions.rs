//! The tests that `docs/decisions` names exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_test_named_by_a_decision_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sources = [
        "fluid",
        "fluid-console",
        "fluid-macros",
        "tests",
        "examples",
    ]
    .map(|part| files(&root.join(part), "rs"));
    let all: BTreeSet<_> = sources
        .iter()
        .flatten()
        .flat_map(|file| functions(&fs::read_to_string(file).expect("a source file")))
        .collect();
    let mut missing = Vec::new();
    for file in files(&root.join("docs/decisions"), "md") {
        if file.ends_with("README.md") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a decision");
        let is_there = |name: &String| match name.split_once("::") {
            Some((path, test)) => {
                let source = fs::read_to_string(root.join(path));
                source.is_ok_and(|source| functions(&source).contains(&test.to_owned()))
            }
            None if name.ends_with(".rs") => root.join(name).is_file(),
            None => all.contains(name),
        };
        let absent = named(&text).into_iter().filter(|name| !is_there(name));
        missing.extend(absent.map(|name| format!("{}: {name}", file.display())));
    }
    assert!(missing.is_empty(), "no such test:\n{}", missing.join("\n"));
}

#[test]
fn names_of_tests_are_found_in_the_last_section_of_a_decision() {
    let text = "# A\n`a_b_c`\n## Test\n- `tests/x.rs::a_rule_holds`, `tests/ui/y.rs` in `queue/`\n\
                - `another_rule_holds`, the hot path `ask`\n";
    let names = [
        "tests/x.rs::a_rule_holds",
        "tests/ui/y.rs",
        "another_rule_holds",
    ];
    assert_eq!(named(text), names);
}

/// The code spans behind the heading `## Test` that are the path or the name of a test.
fn named(text: &str) -> Vec<String> {
    let section = text.split("\n## Test\n").nth(1).unwrap_or_default();
    let spans = section.split('`').skip(1).step_by(2);
    let is_test = |span: &&str| span.contains(".rs") || span.matches('_').count() > 1;
    spans.filter(is_test).map(str::to_owned).collect()
}

/// The names of the functions in a source file.
fn functions(code: &str) -> Vec<String> {
    let names = code.split("fn ").skip(1);
    let is_part = |c: &char| c.is_alphanumeric() || *c == '_';
    names
        .map(|rest| rest.chars().take_while(is_part).collect())
        .collect()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|of| of == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
