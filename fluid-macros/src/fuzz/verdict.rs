//! What must hold of every expansion, whatever was written.

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
    /// Whether the user's item stands at the beginning of the expansion.
    pub(super) keeps_item: bool,
    pub(super) expand: fn(TokenStream, TokenStream) -> TokenStream,
}

/// What is wrong with an expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Panic(String),
    /// It does not lex.
    Unreadable,
    /// What the macro wrote is not a sequence of items.
    NoItems(String),
    /// The user's item does not stand at its beginning as it was written.
    ItemTouched,
}

impl Fault {
    /// Whether it is the same kind of mistake. What a message tells of an input changes with the input.
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

/// Expands an input and looks at what became of it. Says whether the macro reported a mistake.
pub(super) fn verdict(expander: Expander, input: &Input) -> Result<bool, Fault> {
    let [options, item] = [&input.options, &input.item].map(|trees| tokens(trees));
    let written = item.clone();
    let expansion = caught(|| (expander.expand)(options, item))?;
    // A lone `'`, or the `/` and `*` of a comment, are tokens that do not lex as they are printed.
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
    // The user's own item is not parsed: of what is wrong with it the compiler speaks.
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

/// Whether there is something in the input that syn reads otherwise than the compiler does.
fn is_misread(expander: Expander, written: &TokenStream) -> bool {
    has_lone_crate(written) || expander.keeps_item && has_nameless_parameter(written)
}

/// `crate` without a path behind it. At the end of a block the compiler reads it as an expression, and
/// says that it is none; syn reads it as the beginning of a macro.
fn has_lone_crate(tokens: &TokenStream) -> bool {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => has_lone_crate(&group.stream()),
        token => is(token, "crate") && !tokens.get(at + 1).is_some_and(|next| is_punct(next, ":")),
    })
}

/// `fn f<_>()`, which the compiler refuses before it calls a macro, and syn does not.
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
    /// Whether a panic of this thread is expected, and not to be told.
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
