//! The expansions of the macros in the examples, as they stand in `examples/expanded/`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Item, Meta, parse_quote};

use crate::function::{self, Role};
use crate::group;

/// Set it to write the expansions instead of comparing them.
const BLESS: &str = "FLUID_BLESS";

#[test]
fn the_expanded_examples_are_current() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let expanded = examples.join("expanded");
    let sources = sources(&examples, &expanded);
    assert!(!sources.is_empty(), "no examples in {}", examples.display());
    let mut stale = vec![];
    for source in sources {
        let golden = expanded.join(source.strip_prefix(&examples).expect("below the examples"));
        let file = expand_file(&source);
        let current = (!file.items.is_empty()).then(|| prettyplease::unparse(&file));
        if env::var_os(BLESS).is_some() {
            bless(&golden, current.as_deref());
        } else if fs::read_to_string(&golden).ok() != current {
            stale.push(golden);
        }
    }
    assert!(
        stale.is_empty(),
        "not current: {stale:#?}\nrun the tests with {BLESS}=1 to write them"
    );
}

/// The Rust files of the examples, in a fixed order.
fn sources(folder: &Path, but: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("a folder of examples")
        .map(|entry| entry.expect("an entry of it").path())
        .filter(|path| path != but)
        .collect();
    entries.sort();
    let below = |path: PathBuf| {
        if path.is_dir() {
            sources(&path, but)
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            vec![path]
        } else {
            vec![]
        }
    };
    entries.into_iter().flat_map(below).collect()
}

fn bless(golden: &Path, current: Option<&str>) {
    match current {
        Some(text) => {
            fs::create_dir_all(golden.parent().expect("below the examples")).expect("a folder");
            fs::write(golden, text).expect("a golden file");
        }
        None if golden.exists() => fs::remove_file(golden).expect("a golden file to remove"),
        None => {}
    }
}

/// All macro uses of one file, expanded; nothing else of it.
fn expand_file(source: &Path) -> syn::File {
    let text = fs::read_to_string(source).expect("an example");
    let file = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", source.display()));
    let expanded: TokenStream = file.items.into_iter().filter_map(expand_item).collect();
    let mut expanded: syn::File = syn::parse2(expanded).expect("an expansion is a file of items");
    if !expanded.items.is_empty() {
        let name = source
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("a name");
        let doc = format!(" What the macros make of `{name}.rs`.");
        expanded.attrs.push(parse_quote!(#![doc = #doc]));
    }
    expanded
}

fn expand_item(item: Item) -> Option<TokenStream> {
    match item {
        Item::Macro(item) if item.mac.path.is_ident("workers") => Some(group::run(item.mac.tokens)),
        Item::Fn(mut item) => {
            let (at, role) = item.attrs.iter().enumerate().find_map(|(at, attr)| {
                let role = match attr.path().get_ident()?.to_string().as_str() {
                    "worker" => Role::Worker,
                    "consumer" => Role::Consumer,
                    _ => return None,
                };
                Some((at, role))
            })?;
            let options = options(&item.attrs.remove(at));
            Some(function::run(role, options, item.into_token_stream()))
        }
        _ => None,
    }
}

fn options(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}
