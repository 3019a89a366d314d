//! The rules that every expansion must obey.

use std::cell::Cell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use proc_macro2::{TokenStream, TokenTree};

use super::seeds::Input;
use super::tree::tokens;

/// One of the macros as a plain function.
#[derive(Clone, Copy)]
pub(super) struct Expander {
    pub(super) name: &'static str,
    /// Whether the expansion must begin with the user's item.
    pub(super) keeps_item: bool,
    pub(super) expand: fn(TokenStream, TokenStream) -> TokenStream,
}

/// A violation of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Panic(String),
    /// The expansion cannot be split into tokens.
    Unreadable,
    /// The expansion is not a sequence of items.
    NoItems(String),
    /// The expansion does not begin with the unchanged item of the user.
    ItemTouched,
}

impl Fault {
    /// Whether two faults are of one kind. Their texts may differ, because these quote the input.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Panic(message), Self::Panic(other)) => message == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panic(message) => write!(f, "panics: {message}"),
            Self::Unreadable => f.write_str("makes what cannot be read"),
            Self::NoItems(error) => write!(f, "makes what are no items: {error}"),
            Self::ItemTouched => f.write_str("does not leave the user's item as it is"),
        }
    }
}

/// Expands an input and checks the result. Returns whether the macro reported an error.
pub(super) fn verdict(expander: Expander, input: &Input) -> Result<bool, Fault> {
    let [options, item] = [&input.options, &input.item].map(|trees| tokens(trees));
    let written = item.clone();
    let expansion = caught(|| (expander.expand)(options, item))?;
    // A single `'`, or the `/` and `*` of a comment, are tokens whose text cannot be read again.
    if !lexes(&expansion) && lexes(&tokens(&input.options)) && lexes(&written) {
        return Err(Fault::Unreadable);
    }
    let mut made = expansion.into_iter();
    if expander.keeps_item {
        let kept: TokenStream = made.by_ref().take(input.item.len()).collect();
        if kept.to_string() != written.to_string() {
            return Err(Fault::ItemTouched);
        }
    }
    // The user's item is not parsed. The compiler reports its mistakes.
    let made: TokenStream = made.collect();
    let reported = made
        .clone()
        .into_iter()
        .any(|token| is(&token, "compile_error"));
    match syn::parse2::<syn::File>(made) {
        Err(error) if !is_misread(expander, &written) => Err(Fault::NoItems(error.to_string())),
        _ => Ok(reported),
    }
}

fn is(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(name) if name == word)
}

/// Whether syn and the compiler read the input differently.
fn is_misread(expander: Expander, written: &TokenStream) -> bool {
    has_lone_crate(written) || expander.keeps_item && has_nameless_parameter(written)
}

/// `crate` without a path behind it. At the end of a block the compiler rejects it as an expression, and syn reads
/// it as the beginning of a macro.
fn has_lone_crate(tokens: &TokenStream) -> bool {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => has_lone_crate(&group.stream()),
        token => is(token, "crate") && !tokens.get(at + 1).is_some_and(|next| is_punct(next, ":")),
    })
}

/// `fn f<_>()`. The compiler rejects it before it calls a macro, and syn accepts it.
fn has_nameless_parameter(item: &TokenStream) -> bool {
    let tokens: Vec<_> = item.clone().into_iter().collect();
    let mut pairs = tokens.windows(2);
    pairs.any(|pair| is_punct(&pair[0], "<,") && is(&pair[1], "_"))
}

fn is_punct(token: &TokenTree, any_of: &str) -> bool {
    matches!(token, TokenTree::Punct(punct) if any_of.contains(punct.as_char()))
}

fn lexes(tokens: &TokenStream) -> bool {
    tokens.to_string().parse::<TokenStream>().is_ok()
}

thread_local! {
    /// Whether a panic of this thread is expected, so that it is not printed.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Fault> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                tell(panic);
            }
        }));
    });
    EXPECTED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    EXPECTED.set(false);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Fault::Panic(text.unwrap_or_default())
    })
}
