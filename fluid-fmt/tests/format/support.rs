//! The bodies of the repository, and their tokens. Nothing here uses the formatter.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Every `workers! { … }` in the examples, the tests, the README and the cases, with the path of its file.
pub(crate) fn bodies() -> Vec<(PathBuf, String)> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = vec![project.join("README.md")];
    for folder in ["examples", "tests", "fluid-fmt/tests/cases"] {
        sources(&project.join(folder), &mut files);
    }
    let mut bodies = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a file");
        let blocks = match file.ends_with("README.md") {
            true => text
                .split("```")
                .filter_map(|block| block.strip_prefix("rust\n"))
                .collect(),
            false => vec![&text[..]],
        };
        for block in blocks {
            // Some files of `tests/ui` cannot be split into tokens.
            if let Ok(tokens) = block.parse::<TokenStream>() {
                let mut found = Vec::new();
                invocations(tokens, &mut found);
                let found = found
                    .into_iter()
                    .map(|at| (file.clone(), block[at].to_owned()));
                bodies.extend(found);
            }
        }
    }
    bodies
}

/// Whether one of the folders is a part of the path.
pub(crate) fn has_part(path: &Path, folders: &[&str]) -> bool {
    path.iter()
        .any(|part| folders.iter().any(|folder| part == *folder))
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if !path.ends_with("target") {
                sources(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            // rustfmt removes braces from some of these.
            && !path.to_string_lossy().ends_with(".before.rs")
        {
            files.push(path);
        }
    }
}

fn invocations(tokens: TokenStream, found: &mut Vec<Range<usize>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let before = tokens[..at]
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        let is_ours = before.ends_with(&["workers".to_owned(), "!".to_owned()]);
        if is_ours && group.delimiter() == Delimiter::Brace {
            let begin = tokens[at - 2].span().byte_range().start;
            found.push(begin..group.span().byte_range().end);
        } else {
            invocations(group.stream(), found);
        }
    }
}

/// The texts of all tokens, without commas before a delimiter, which formatting may add or remove.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let all = ranges(text);
    let all: Vec<_> = all.into_iter().map(|at| text[at].to_owned()).collect();
    let is_delimiter = |token: Option<&String>| {
        token.is_none_or(|token| ["}", ")", "]", "{"].contains(&token.as_str()))
    };
    let is_kept = |at: usize| all[at] != "," || !is_delimiter(all.get(at + 1));
    (0..all.len())
        .filter(|at| is_kept(*at))
        .map(|at| all[at].clone())
        .collect()
}

/// The bytes of each token. A doc comment is one.
pub(crate) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    add_ranges(text, text.parse().expect("tokens"), &mut all);
    // The tokens of a doc comment have the same bytes.
    all.dedup();
    all
}

fn add_ranges(text: &str, tokens: TokenStream, all: &mut Vec<Range<usize>>) {
    for token in tokens {
        let at = token.span().byte_range();
        match token {
            TokenTree::Group(group) if !text[at.clone()].starts_with('/') => {
                all.push(group.span_open().byte_range());
                add_ranges(text, group.stream(), all);
                all.push(group.span_close().byte_range());
            }
            _ => all.push(at),
        }
    }
}
