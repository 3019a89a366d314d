//! The name of the struct, from the name of the function.

use heck::ToUpperCamelCase;
use proc_macro2::Ident;
use quote::format_ident;
use syn::ext::IdentExt;

use crate::error::Errors;

/// `PollTicks` for `poll_ticks`. If nothing is left of the function's name, that is reported.
pub(super) fn of_struct(function: &Ident, errors: &mut Errors) -> Ident {
    let name = function.unraw().to_string().to_upper_camel_case();
    let name = if name == "Self" {
        // The only keyword in camel case.
        "Self_".to_owned()
    } else if syn::parse_str::<Ident>(&name).is_err() {
        let message = format!(
            "the worker is named after its function, and of `{function}` no name is left\n\
             let the function's name begin with a letter"
        );
        errors.at(function.span(), message);
        format!("Worker_{name}")
    } else {
        name
    };
    format_ident!("{name}", span = function.span())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_whose_name_has_no_letters_is_refused() {
        for (function, expected) in [
            ("poll_ticks", Some("PollTicks")),
            ("r#async", Some("Async")),
            ("self_", Some("Self_")),
            ("__", None),
            ("_1", None),
        ] {
            let mut errors = Errors::default();
            let function: Ident = syn::parse_str(function).expect("a name");
            let name = of_struct(&function, &mut errors).to_string();
            assert_eq!(
                (errors.count() == 0).then_some(name.as_str()),
                expected,
                "{function}"
            );
        }
    }
}
