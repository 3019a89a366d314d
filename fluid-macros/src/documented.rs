//! The test that the documentation of the macros, in `fluid/src/macros.rs`, has a table row for every option.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::{Item, UseTree};

use crate::option::Scope;
use crate::text::doc_lines;

#[test]
fn every_option_has_a_row_in_the_documentation_of_its_macro() {
    for (scope, item, section) in [
        (Scope::Worker, "worker", "Options"),
        (Scope::Consumer, "consumer", "Options"),
        (Scope::Group, "workers", "The head"),
        (Scope::Callback, "workers", "Callbacks"),
    ] {
        let documented = options(&documentation(item), section);
        let known: BTreeSet<_> = scope.names().map(str::to_owned).collect();
        assert_eq!(documented, known, "the options of {scope}, in `{item}`");
    }
}

#[test]
fn every_row_in_the_documentation_belongs_to_a_table() {
    for item in ["worker", "consumer", "workers"] {
        for table in tables(&documentation(item)) {
            let [header, rule, rows @ ..] = &table[..] else {
                panic!("`{item}`: no table begins with {table:#?}");
            };
            let is_rule = rule.iter().all(|cell| cell == "---");
            assert!(is_rule, "`{item}`: a rule belongs below {header:?}");
            for row in rows {
                assert_eq!(row.len(), header.len(), "`{item}`: {row:?}");
            }
        }
    }
}

/// The documentation of a macro, a line each.
fn documentation(item: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fluid/src/macros.rs");
    let text = fs::read_to_string(path).expect("the documentation of the macros");
    let file = syn::parse_file(&text).expect("a Rust file");
    let exports = file.items.into_iter().find_map(|export| match export {
        Item::Use(export) if names(&export.tree, item) => Some(export.attrs),
        _ => None,
    });
    let attributes = exports.unwrap_or_else(|| panic!("`{item}` is not exported"));
    let lines = doc_lines(&attributes);
    lines
        .iter()
        .flat_map(|line| line.split('\n'))
        .map(str::to_owned)
        .collect()
}

/// Whether a `use` ends with `item`.
fn names(tree: &UseTree, item: &str) -> bool {
    match tree {
        UseTree::Path(path) => names(&path.tree, item),
        UseTree::Name(name) => name.ident == item,
        _ => false,
    }
}

/// The tables of a text: uninterrupted runs of lines that begin with `|`, split into cells.
fn tables(lines: &[String]) -> Vec<Vec<Vec<String>>> {
    let runs = lines.split(|line| !line.starts_with('|'));
    let runs = runs.filter(|run| !run.is_empty());
    runs.map(|run| run.iter().map(|line| cells(line)).collect())
        .collect()
}

/// The cells of a row. `\|` is no border.
fn cells(row: &str) -> Vec<String> {
    let row = row.replace("\\|", "\u{0}");
    let inner = row.trim().trim_start_matches('|').trim_end_matches('|');
    inner
        .split('|')
        .map(|cell| cell.trim().replace('\u{0}', "|"))
        .collect()
}

/// The options of the tables in a section whose first column is called `option`.
fn options(lines: &[String], section: &str) -> BTreeSet<String> {
    let heading = format!("# {section}");
    let body = lines.iter().skip_while(|line| **line != heading).skip(1);
    let body: Vec<_> = body
        .take_while(|line| !line.starts_with("# "))
        .cloned()
        .collect();
    let tables = tables(&body).into_iter();
    let tables = tables.filter(|table| table[0][0] == "option");
    let rows = tables.flat_map(|table| table.into_iter().skip(2));
    rows.map(|row| option(&row[0])).collect()
}

/// `jitter` of `` `jitter = "5s"` ``.
fn option(cell: &str) -> String {
    let code = cell.trim_matches('`');
    let end = code.find(' ').unwrap_or(code.len());
    code[..end].to_owned()
}
