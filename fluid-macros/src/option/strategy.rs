//! The options of a group that make up its strategy.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use super::Settings;
use crate::error::Errors;

/// What belongs to `restart`, and means nothing without it.
const PARTS: [&str; 3] = ["max_restarts", "within", "backoff"];

/// Makes one value of `restart` and its parts: `Restart::one_for_one().max_restarts(5)`. `written` says
/// whether there is a `restart`, understood or not.
pub(super) fn gather(settings: &mut Settings, written: bool, errors: &mut Errors) {
    let is_part = |name: &str| PARTS.contains(&name);
    let restart = settings
        .0
        .iter()
        .position(|setting| setting.name == "restart");
    let Some(restart) = restart else {
        let parts = settings.0.iter().filter(|setting| is_part(setting.name));
        for part in parts.filter(|_| !written) {
            let name = part.name;
            let message = format!(
                "`{name}` needs `restart`: without a strategy nothing is restarted\n\
                 add `restart = \"one_for_one\"`, \"one_for_all\" or \"rest_for_one\""
            );
            errors.at(part.span, message);
        }
        settings.0.retain(|setting| !is_part(setting.name));
        return;
    };
    let parts = settings.0.iter().filter(|setting| is_part(setting.name));
    let calls: TokenStream = parts
        .map(|part| {
            let (span, value) = (part.span, &part.value);
            let method = Ident::new(part.name, span);
            quote_spanned!(span=> .#method(#value))
        })
        .collect();
    let restart = &mut settings.0[restart];
    let (span, make) = (restart.span, &restart.value);
    restart.value = quote_spanned!(span=> #make() #calls);
    settings.0.retain(|setting| !is_part(setting.name));
}
