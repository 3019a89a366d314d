//! The user's tokens as text.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, Lit, Meta};

/// Tokens as a person would write them, on one line.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text.trim().to_owned()
}

/// Writes tokens with a space where one belongs: around words and operators, after commas, and not
/// around what holds a path or a call together.
fn write(tokens: TokenStream, text: &mut String) {
    let mut glued = true;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::Brace => (" { ", " }"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
                glued = false;
            }
            TokenTree::Punct(punct) => {
                let spaced = matches!(punct.as_char(), '=' | '+' | '*' | '/' | '|' | '-')
                    && text.ends_with(|c: char| c.is_alphanumeric() || c == ')');
                if spaced {
                    text.push(' ');
                }
                text.push(punct.as_char());
                let after = matches!(punct.as_char(), ',' | ';' | '=' | '+' | '|')
                    || (punct.as_char() == '>' && text.ends_with("->"));
                if after && punct.spacing() == Spacing::Alone {
                    text.push(' ');
                }
                glued = true;
            }
            word => {
                if !glued && text.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"') {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
                glued = false;
            }
        }
    }
}

/// The lines of doc comments.
pub(crate) fn doc_lines(docs: &[Attribute]) -> Vec<String> {
    let lines = docs.iter().filter_map(|attr| {
        let Meta::NameValue(doc) = &attr.meta else {
            return None;
        };
        let Expr::Lit(literal) = &doc.value else {
            return None;
        };
        let Lit::Str(line) = &literal.lit else {
            return None;
        };
        let line = line.value();
        Some(line.strip_prefix(' ').unwrap_or(&line).to_owned())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_written_as_a_person_would() {
        for written in [
            "Tick",
            "Vec<Tick>",
            "HashMap<String, Vec<u8>>",
            "[u64; 3]",
            "&'static str",
            "std::io::Error",
            "report(&db).await",
            "db.flush().await",
            "fn(&u64) -> u64",
            "dyn Sink + Send + Sync",
        ] {
            let tokens: TokenStream = written.parse().expect("tokens");
            assert_eq!(text(tokens), written);
        }
    }
}
