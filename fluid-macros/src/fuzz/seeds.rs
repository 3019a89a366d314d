//! The uses of the macros in the examples and tests, from which mutations start.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::tree::{Tree, tokens, trees};

/// The input of a macro: the options of an attribute and its item, or the declaration of a group.
#[derive(Clone, Default)]
pub(super) struct Input {
    pub(super) options: Vec<Tree>,
    pub(super) item: Vec<Tree>,
}

/// The uses of the macros.
#[derive(Default)]
pub(super) struct Seeds {
    pub(super) functions: Vec<Input>,
    pub(super) groups: Vec<Input>,
}

/// Every use of a macro in the examples and tests of the project, in a fixed order.
pub(super) fn read() -> Seeds {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["examples", "tests"] {
        sources(&project.join(folder), &mut files);
    }
    let mut seeds = Seeds::default();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        // A file that cannot be split into tokens is one of the cases that must not compile.
        if let Ok(tokens) = text.parse::<TokenStream>() {
            uses(tokens, &mut seeds);
        }
    }
    seeds
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let mut entries: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            // Expanded files contain no macros.
            if !path.ends_with("expanded") && !path.ends_with("target") {
                sources(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The uses in one file, also inside functions and other macros.
fn uses(tokens: TokenStream, seeds: &mut Seeds) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let rest = &tokens[at..];
        if let Some(seed) = group(rest) {
            seeds.groups.push(seed);
            at += 3;
        } else if let Some((seed, length)) = function(rest) {
            seeds.functions.push(seed);
            at += length;
        } else {
            if let TokenTree::Group(group) = &tokens[at] {
                uses(group.stream(), seeds);
            }
            at += 1;
        }
    }
}

/// `workers! { … }`
fn group(tokens: &[TokenTree]) -> Option<Input> {
    match tokens {
        [
            TokenTree::Ident(name),
            TokenTree::Punct(bang),
            TokenTree::Group(group),
            ..,
        ] if name == "workers" && bang.as_char() == '!' => Some(Input {
            options: Vec::new(),
            item: trees(group.stream()),
        }),
        _ => None,
    }
}

/// A function with one of our attributes, and the number of its tokens.
fn function(tokens: &[TokenTree]) -> Option<(Input, usize)> {
    let mut input = Input::default();
    let mut ours = false;
    let mut at = 0;
    while let [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] = &tokens[at..] {
        if hash.as_char() != '#' || attribute.delimiter() != Delimiter::Bracket {
            break;
        }
        match options(attribute.stream()) {
            Some(options) => {
                ours = true;
                input.options = options;
            }
            None => input
                .item
                .extend(trees(tokens[at..at + 2].iter().cloned().collect())),
        }
        at += 2;
    }
    if !ours {
        return None;
    }
    let is_last = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';' && punct.spacing() == Spacing::Alone,
        _ => false,
    };
    let length = tokens[at..].iter().position(is_last)? + 1;
    let end = at + length;
    input
        .item
        .extend(trees(tokens[at..end].iter().cloned().collect()));
    Some((input, end))
}

/// The options in `worker(…)` or `fluid::consumer(…)`.
fn options(attribute: TokenStream) -> Option<Vec<Tree>> {
    let mut tokens: Vec<TokenTree> = attribute.into_iter().collect();
    let options = match tokens.last() {
        Some(TokenTree::Group(group)) => {
            let options = trees(group.stream());
            tokens.pop();
            options
        }
        _ => Vec::new(),
    };
    match tokens.last() {
        Some(TokenTree::Ident(name)) if name == "worker" || name == "consumer" => Some(options),
        _ => None,
    }
}

impl Input {
    /// The input as text, for a test.
    pub(super) fn text(&self) -> String {
        let [options, item] = [&self.options, &self.item].map(|trees| tokens(trees));
        format!("options: {options}\n   item: {item}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_of_the_macros_are_found_in_modules_and_in_macro_rules() {
        let file = r#"
            #[inline] fn other() {}
            mod within {
                #[cfg(unix)]
                #[fluid::worker(heartbeat = "1s")]
                pub async fn tick() -> u8 { 1 }
                macro_rules! group { () => { workers! { struct Group { tick: Tick } } } }
            }
            #[consumer] async fn print(tick: u8);
        "#;
        let mut seeds = Seeds::default();
        uses(file.parse().expect("tokens"), &mut seeds);
        let found = seeds.functions.iter().chain(&seeds.groups);
        let found: Vec<_> = found.map(Input::text).collect();
        assert_eq!(
            found,
            [
                "options: heartbeat = \"1s\"\n   item: # [cfg (unix)] pub async fn tick () -> u8 { 1 }",
                "options: \n   item: async fn print (tick : u8) ;",
                "options: \n   item: struct Group { tick : Tick }",
            ]
        );
    }
}
