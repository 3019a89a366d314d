//! The rules about several options of one place.

use super::model::{Setting, Settings};
use super::row::Scope;
use crate::error::Errors;

/// Checks what the rows of the options say of other options.
///
/// If an option was not understood, nothing is checked: it may be the one that another option needs. On a field
/// nothing is checked either: the other option may be set at the function.
pub(crate) fn check(scope: Scope, settings: &Settings, errors: &mut Errors) {
    if !settings.whole || scope == Scope::Field {
        return;
    }
    for setting in settings.iter() {
        let name = setting.row.name;
        for needs in setting.row.needs {
            if needs
                .any_of
                .iter()
                .all(|other| settings.get(other).is_none())
            {
                let needed = needs.any_of.join("` or `");
                let message = format!("`{name}` needs `{needed}`: {}", needs.why);
                errors.at(setting.span, message);
            }
        }
        if let Some(excludes) = setting.row.excludes
            && settings.get(excludes.other).is_some()
        {
            errors.at(setting.span, excludes.message);
        }
    }
    check_room(settings, errors);
    check_restarts(settings, errors);
}

/// A budget of restarts limits nothing if no failure causes a restart.
fn check_restarts(settings: &Settings, errors: &mut Errors) {
    let is = |name, word| settings.get(name).and_then(Setting::word) == Some(word);
    if let Some(budget) = settings.get("max_restarts")
        && is("on_error", "stop")
        && !is("on_stall", "restart")
    {
        let message = "`max_restarts` has no effect with `on_error = \"stop\"`: no failure causes a restart\n\
                       set `on_error = \"restart\"`, or remove `max_restarts`";
        errors.at(budget.span, message);
    }
}

/// A batch must fit into the queue.
fn check_room(settings: &Settings, errors: &mut Errors) {
    let number = |name| settings.get(name).and_then(Setting::number);
    if let (Some(messages), Some(room)) = (number("batch"), number("capacity"))
        && messages > room
        && let Some(batch) = settings.get("batch")
    {
        let message = format!(
            "a batch of {messages} never gathers in a queue of {room}: \
             let `capacity` be {messages} or more"
        );
        errors.at(batch.span, message);
    }
}
