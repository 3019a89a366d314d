//! What the function emits, read from its return type alone.

use syn::{ReturnType, Type};

use crate::function::parameter::{is_named, only_argument, without_parens};

/// How many messages one call emits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Many {
    /// `()`
    None,
    /// `T`
    One,
    /// `Option<T>`
    Maybe,
    /// `Vec<T>`
    Each,
    /// `!`
    Never,
}

/// The return type, understood.
pub(crate) struct Returns {
    pub(crate) many: Many,
    /// What is emitted, if anything is.
    pub(crate) message: Option<Type>,
    /// Whether all of it stands in a `Result`.
    pub(crate) fallible: bool,
}

pub(crate) fn read(output: &ReturnType) -> Returns {
    let ReturnType::Type(_, ty) = output else {
        return Returns {
            many: Many::None,
            message: None,
            fallible: false,
        };
    };
    let ty = without_parens(ty);
    match result(ty) {
        Some(ok) => Returns {
            fallible: true,
            ..plain(&ok)
        },
        None => plain(ty),
    }
}

fn plain(ty: &Type) -> Returns {
    let ty = without_parens(ty);
    let (many, message) = if matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty()) {
        (Many::None, None)
    } else if matches!(ty, Type::Never(_)) {
        (Many::Never, None)
    } else if let Some(message) = only_argument(ty, "Option") {
        (Many::Maybe, Some(message))
    } else if let Some(message) = only_argument(ty, "Vec") {
        (Many::Each, Some(message))
    } else {
        (Many::One, Some(ty.clone()))
    };
    Returns {
        many,
        message,
        fallible: false,
    }
}

/// The good side of a `Result`, with or without its error written out.
fn result(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result")?;
    if is_named(ty, "Result") {
        // An alias such as `fmt::Result`.
        return Some(syn::parse_quote!(()));
    }
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse_str;

    use super::*;

    #[test]
    fn every_return_type_of_the_table_is_read() {
        for (written, many, message, fallible) in [
            ("", Many::None, None, false),
            ("-> ()", Many::None, None, false),
            ("-> Tick", Many::One, Some("Tick"), false),
            ("-> Option<Tick>", Many::Maybe, Some("Tick"), false),
            (
                "-> std::option::Option<Tick>",
                Many::Maybe,
                Some("Tick"),
                false,
            ),
            ("-> Vec<Tick>", Many::Each, Some("Tick"), false),
            ("-> Result<(), E>", Many::None, None, true),
            ("-> Result<Tick, E>", Many::One, Some("Tick"), true),
            (
                "-> Result<Option<Tick>, E>",
                Many::Maybe,
                Some("Tick"),
                true,
            ),
            ("-> io::Result<Vec<Tick>>", Many::Each, Some("Tick"), true),
            ("-> fmt::Result", Many::None, None, true),
            ("-> !", Many::Never, None, false),
            (
                "-> HashMap<K, V>",
                Many::One,
                Some("HashMap < K , V >"),
                false,
            ),
        ] {
            let returns = read(&parse_str(written).unwrap());
            let found = returns.message.map(|ty| ty.to_token_stream().to_string());
            assert_eq!(
                (returns.many, found.as_deref(), returns.fallible),
                (many, message, fallible),
                "{written}"
            );
        }
    }
}
