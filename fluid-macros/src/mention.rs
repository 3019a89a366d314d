//! Names that tokens mention.

use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, Lit};

/// Whether `name` occurs in `tokens`, other than as the name of a field or method.
pub(crate) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    mention(tokens.clone(), name).is_some()
}

/// The first mention of `name` in `tokens`, other than as the name of a field or method.
pub(crate) fn mention(tokens: TokenStream, name: &Ident) -> Option<Span> {
    let mut after_dot = false;
    tokens.into_iter().find_map(|token| {
        let is_member = std::mem::replace(&mut after_dot, is_dot(&token));
        match token {
            TokenTree::Ident(ident) => (ident == *name && !is_member).then(|| ident.span()),
            TokenTree::Group(group) => mention(group.stream(), name),
            _ => None,
        }
    })
}

/// Whether a token is a dot, and not a part of `..`.
fn is_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.' && punct.spacing() == Spacing::Alone)
}

/// Whether an expression mentions `name`, in its code or in a format string.
pub(crate) fn uses(expr: &Expr, name: &Ident) -> bool {
    // Most expressions are a number or a name. They need not be converted to tokens.
    match expr {
        Expr::Lit(literal) if !matches!(literal.lit, Lit::Str(_) | Lit::Verbatim(_)) => {
            return false;
        }
        Expr::Path(path) => {
            if let Some(ident) = path.path.get_ident() {
                return ident == name;
            }
        }
        _ => {}
    }
    let tokens = expr.to_token_stream();
    mentions(&tokens, name) || captured(&tokens, &name.unraw().to_string())
}

/// Whether a text literal captures `name`, as `println!("{name:?}")` does.
fn captured(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Literal(literal) => match Lit::new(literal) {
            Lit::Str(text) => captures(&text.value(), name),
            _ => false,
        },
        TokenTree::Group(group) => captured(&group.stream(), name),
        _ => false,
    })
}

/// Whether the format string `text` has an argument `{name}` or `{name:…}`. `{{` is an escaped brace.
fn captures(text: &str, name: &str) -> bool {
    text.replace("{{", "").split('{').skip(1).any(|argument| {
        let end = argument.find([':', '}']).unwrap_or(argument.len());
        argument[..end].trim() == name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_used_by_a_format_string_only_under_its_whole_name() {
        for (code, is_used) in [
            ("println!(\"{db_path}\")", false),
            ("println!(\"{db}\")", true),
            ("println!(\"{ db :?}\")", true),
            ("println!(\"{{{db:>8}}}\")", true),
            ("println!(r#\"{x} {db}\"#)", true),
            ("println!(\"{{db}}\")", false),
            ("println!(\"\\u{db}\")", false),
            ("println!(\"{}\", path)", false),
            ("send(b\"{db}\")", false),
        ] {
            let expr: Expr = syn::parse_str(code).expect(code);
            let name = Ident::new("db", Span::call_site());
            assert_eq!(uses(&expr, &name), is_used, "{code}");
        }
    }

    #[test]
    fn a_format_string_names_a_raw_resource_without_its_prefix() {
        let expr: Expr = syn::parse_str("println!(\"{type}\")").expect("an expression");
        assert!(uses(&expr, &Ident::new_raw("type", Span::call_site())));
    }
}
