//! The words that replace tokens in a mutation.

use fastrand::Rng;
use proc_macro2::{Delimiter, Ident, Punct, Spacing, Span, TokenTree};

use super::tree::{Tree, trees};

/// Words with a meaning to the macros or the compiler.
const WORDS: &[&str] = &[
    // Words of the language.
    "async",
    "fn",
    "struct",
    "pub",
    "pub(crate)",
    "impl",
    "dyn",
    "where",
    "for",
    "mut",
    "ref",
    "self",
    "&self",
    "Self",
    "super",
    "crate",
    "unsafe",
    "extern",
    "extern \"C\"",
    "const",
    "static",
    "type",
    "as",
    "in",
    "move",
    "await",
    "return",
    "let",
    "if",
    "else",
    "match",
    "loop",
    "break",
    "macro_rules!",
    "union",
    "auto",
    "default",
    "safe",
    "box",
    "yield",
    "try",
    "gen",
    // Punctuation.
    "=>",
    "~>",
    "~",
    ".",
    ",",
    ";",
    ":",
    "::",
    "->",
    "&",
    "&&",
    "*",
    "!",
    "?",
    "#",
    "=",
    "==",
    "<",
    ">",
    "|",
    "||",
    "@",
    "$",
    "..",
    "...",
    "..=",
    "+",
    "-",
    "%",
    "'a",
    "'static",
    "'_",
    "_",
    "()",
    "[]",
    "{}",
    // Attributes.
    "#[cfg(any())]",
    "#[cfg]",
    "#[doc = \"x\"]",
    "#[doc]",
    "#[doc(hidden)]",
    "#![allow(unused)]",
    "#[worker]",
    "#[consumer(capacity = 4)]",
    "#[workers(grace = \"1s\")]",
    "#[workers = 1]",
    // Types and parameters.
    "Context",
    "&Context",
    "&mut Context",
    "Output<T>",
    "&Output<u8>",
    "&mut u8",
    "&'a str",
    "Vec<u8>",
    "Option<u8>",
    "Result<(), E>",
    "Result",
    "io::Result<Vec<u8>>",
    "-> !",
    "-> ()",
    "-> Result<!, E>",
    "impl Trait",
    "dyn Send + Sync",
    "(dyn Send + Sync)",
    "fn(&u8) -> u8",
    "Fn(u8) -> u8",
    "[u8; 4]",
    "[u8]",
    "(u8, u8)",
    "<T as Trait>::Type",
    "<u8>",
    "<T>",
    "<'a>",
    "<const N: usize>",
    "<T: Send = u8>",
    "for<'a>",
    "where T: Copy",
    "where for<'a> &'a T: Copy",
    "message: u8",
    "_: u8",
    "(a, b): (u8, u8)",
    "mut n: u8",
    "ref n: u8",
    "n @ 1: u8",
    "...",
    // Options.
    "name",
    "heartbeat",
    "pace",
    "jitter",
    "capacity",
    "overflow",
    "blocking",
    "grace",
    "timeout",
    "stall",
    "on_stall",
    "on_error",
    "on_exit",
    "on_lost",
    "stop",
    "blocking,",
    "name = \"n\"",
    "heartbeat = \"1s\"",
    "pace = \"rate\"",
    "jitter = \"1ms\"",
    "capacity = 8",
    "overflow = \"drop_oldest\"",
    "grace = \"1s\"",
    "timeout = \"1s\"",
    "stall = \"30s\"",
    "on_stall = \"restart\"",
    "on_error = \"restart\"",
    "on_exit = \"ignore\"",
    "on_lost = \"ignore\"",
    "stop = \"last\"",
    "\"unbounded\"",
    // Statements of a group.
    "every",
    "after",
    "on_startup",
    "on_stopping",
    "on_signal",
    "on_signal(\"SIGHUP\") => {};",
    "on_shutdown",
    "after_shutdown",
    "after_shutdown(exit)",
    "every(\"1s\") => f(&db).await;",
    "after(\"1s\", name = \"n\") => group.stop();",
    "on_startup => {};",
    "a => b;",
    "a.port ~> (b, c);",
    "(a, a) => _;",
    "a: A,",
    "a: A { db },",
    "pub a: A = A::new(db),",
    "db: Db",
    "group",
    "handle",
    "workers",
    "run: Run { 0: db, ..x }",
    // Expressions.
    "let x = 1",
    "return",
    "break 'a",
    "|x| x",
    "move || db",
    "async {}",
    "match db {}",
    "a < b",
    "x..",
    "..",
    "db?",
    "if let Some(x) = y {}",
    "unsafe {}",
    "println!(\"{db}\")",
    "A { .. }",
];

/// Unusual tokens.
const HOSTILE: &[&str] = &[
    // Texts.
    "\"\"",
    "\" \"",
    "\"1s1s\"",
    "\"0s\"",
    "\"0\"",
    "\"-1s\"",
    "\"1\"",
    "\"s\"",
    "\"1h 30m 1h\"",
    "\"99999999999999999999999s\"",
    "\"18446744073709551615s\"",
    "\"18446744073709551615y\"",
    "\"18446744073709551615s 999999999ns\"",
    "\"584942417y\"",
    "\"18446744073709551615ms\"",
    "\"1.5s\"",
    "\"1µs\"",
    "\"١s\"",
    "\"1s\\u{301}\"",
    "\"日本\"",
    "\"😀\"",
    "\"\\0\"",
    "\"\\n\"",
    "\"a/b\"",
    "\"{\"",
    "\"{db\"",
    "\"{{\"",
    "r#\"raw\"#",
    "b\"bytes\"",
    "c\"c\"",
    "'x'",
    "'\\''",
    "b'x'",
    "\"stop\"u8",
    "\"Stop\"",
    "\"unbounde\"",
    // Numbers.
    "0",
    "0usize",
    "1u8",
    "1_000",
    "1.5",
    "1.",
    "1e999",
    "0xff",
    "0b1",
    "0o7",
    "1i8",
    "1f32",
    "-1",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "99999999999999999999999999999999999999999999999999999999999999999999999999999999",
    "1s",
    "1_",
    "true",
    "false",
    // Names.
    "r#type",
    "r#struct",
    "r#async",
    "r#fn",
    "r#every",
    "r#worker",
    "r#pub",
    "__",
    "___",
    "_1",
    "_9_",
    "__handle",
    "__workers",
    "__group",
    "__marker",
    "marker",
    "Marker",
    "ctx",
    "message",
    "ports",
    "output",
    "error",
    "never",
    "日本",
    "ünïcode",
    "ß",
    "ŉ",
    "ǰ",
    "ǅ",
    "ﬁ",
    "ªº",
    "_ª",
    "e\u{301}",
    "_\u{301}",
    "a\u{b7}",
    "SHOUT",
    "fooBar",
    "r#fooBar",
    "f__o",
    "a1",
    "A1",
    "clone",
    "new",
    "self",
    "group",
    "exit",
    "BlockOutput",
    "BlockFuture",
    "str",
    "u8",
    "fluid",
    "core",
    "std",
];

/// One of the words, as tokens.
pub(super) fn word(rng: &mut Rng) -> Vec<Tree> {
    one_of(WORDS, rng)
}

/// One of the unusual tokens.
pub(super) fn hostile(rng: &mut Rng) -> Vec<Tree> {
    one_of(HOSTILE, rng)
}

fn one_of(texts: &[&str], rng: &mut Rng) -> Vec<Tree> {
    let text = texts[rng.usize(..texts.len())];
    trees(text.parse().unwrap_or_else(|e| panic!("{text}: {e}")))
}

/// A random delimiter. Sometimes this is the invisible delimiter in which declarative macros wrap what they
/// matched.
pub(super) fn delimiter(rng: &mut Rng) -> Delimiter {
    match rng.u8(..4) {
        0 => Delimiter::Parenthesis,
        1 => Delimiter::Brace,
        2 => Delimiter::Bracket,
        _ => Delimiter::None,
    }
}

/// Random tokens of all kinds: this many, in groups nested at most this deep.
pub(super) fn any(rng: &mut Rng, length: usize, depth: usize) -> Vec<Tree> {
    let mut trees = Vec::new();
    for _ in 0..length {
        match rng.u8(..10) {
            0..4 => trees.extend(word(rng)),
            4..6 => trees.extend(hostile(rng)),
            6..8 => trees.push(Tree::Leaf(punct(rng))),
            8 if depth > 0 => {
                let (delimiter, length) = (delimiter(rng), rng.usize(..8));
                trees.push(Tree::Group(delimiter, any(rng, length, depth - 1)));
            }
            _ => trees.push(Tree::Leaf(name(rng))),
        }
    }
    trees
}

/// A punctuation character, joined to the next one or not.
fn punct(rng: &mut Rng) -> TokenTree {
    const ALL: &[u8] = b"~!@#$%^&*-=+|;:,<.>/?";
    let spacing = if rng.bool() {
        Spacing::Joint
    } else {
        Spacing::Alone
    };
    Punct::new(char::from(ALL[rng.usize(..ALL.len())]), spacing).into()
}

/// One of a few short names, so that names are repeated.
fn name(rng: &mut Rng) -> TokenTree {
    let name = char::from(b'a' + rng.u8(..4)).to_string();
    Ident::new(&name, Span::call_site()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_are_tokens() {
        for text in WORDS.iter().chain(HOSTILE) {
            let tokens = text.parse::<proc_macro2::TokenStream>();
            assert!(tokens.is_ok_and(|tokens| !tokens.is_empty()), "{text}");
        }
    }
}
