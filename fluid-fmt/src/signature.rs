//! The signature of a group as that of a function, which rustfmt lays out in the same way.

use crate::tokens::Source;

/// `struct` and `fn` differ by four letters, which the name gets, so that all columns are the same.
const SUFFIX: &str = "xxxx";

/// `pub struct Name<T>(move a: A)` as `pub fn Namexxxx<T>(mut ax: A)`. A text that is no signature stays as it is.
pub(crate) fn to_function(text: &str) -> String {
    let text = &change_moves(text, "move", "mut", |name| Some(format!("{name}x")));
    let written = Source::read(text).ok();
    let function = written.and_then(|source| {
        let (keyword, name) = named(&source, "struct")?;
        let mut function = format!(
            "{}fn{}{SUFFIX}{}",
            &text[..source.start(keyword)],
            &text[source.end_of(keyword)..source.end_of(name)],
            &text[source.end_of(name)..]
        );
        if list(&source, name).is_none() {
            let end = match clause(&source, name) {
                Some(clause) => source.start(clause),
                None => text.len(),
            };
            function.insert_str(end - "struct".len() + "fn".len() + SUFFIX.len(), "() ");
        }
        Some(function)
    });
    function.unwrap_or_else(|| text.to_owned())
}

/// The opposite of [`to_function`]. `function` ends before its brace; if the brace is on a line of its own, the result
/// ends with the end of the line before. `written` is the signature that it was made of.
pub(crate) fn from_function(function: &str, written: &str) -> Option<String> {
    let source = Source::read(function).ok()?;
    let (keyword, name) = named(&source, "fn")?;
    let mut end = source.tokens.len();
    let mut behind_list = "";
    let written = Source::read(written).ok()?;
    let (_, written_name) = named(&written, "struct")?;
    if list(&written, written_name).is_none() {
        let open = list(&source, name)?;
        behind_list = &function[source.end_of(open + 1)..source.end_of(end - 1)];
        end = open;
    }
    let mut text = format!(
        "{}struct{}{}{behind_list}",
        &function[source.start(0)..source.start(keyword)],
        function[source.end_of(keyword)..source.end_of(name)].strip_suffix(SUFFIX)?,
        match end {
            end if end == name + 1 => "",
            end => &function[source.end_of(name)..source.end_of(end - 1)],
        },
    );
    if function[source.end_of(source.tokens.len() - 1)..].contains('\n') {
        text.push('\n');
    }
    let name = |name: &str| name.strip_suffix('x').map(str::to_owned);
    Some(change_moves(&text, "mut", "move", name))
}

/// Changes the keyword before each resource that moves, and the name behind it. rustfmt knows `mut` before a parameter,
/// but not `move`, which is one letter longer.
fn change_moves(
    text: &str,
    from: &str,
    to: &str,
    change: impl Fn(&str) -> Option<String>,
) -> String {
    let mut changed = text.to_owned();
    let Ok(source) = Source::read(text) else {
        return changed;
    };
    let open = named(&source, "struct").and_then(|(_, name)| list(&source, name));
    let parameters = open.map_or(Vec::new(), |open| source.trees(source.inside(open)));
    for pair in parameters.windows(2).rev() {
        let (keyword, name) = (pair[0], pair[1]);
        let Some(new_name) = change(&text[source.start(name)..source.end_of(name)]) else {
            continue;
        };
        if source.is(keyword, from) {
            changed.replace_range(source.start(name)..source.end_of(name), &new_name);
            changed.replace_range(source.start(keyword)..source.end_of(keyword), to);
        }
    }
    changed
}

/// The keyword and the name behind it.
fn named(source: &Source<'_>, keyword: &str) -> Option<(usize, usize)> {
    let trees = source.trees(0..source.tokens.len());
    let at = trees.iter().position(|at| source.is(*at, keyword))?;
    Some((trees[at], *trees.get(at + 1)?))
}

/// The `where` behind the name.
fn clause(source: &Source<'_>, name: usize) -> Option<usize> {
    let trees = source.trees(name + 1..source.tokens.len());
    trees.into_iter().find(|at| source.is(*at, "where"))
}

/// The parenthesis that opens the list of resources. The generics may contain others before it.
fn list(source: &Source<'_>, name: usize) -> Option<usize> {
    let end = clause(source, name).unwrap_or(source.tokens.len());
    let last = source.trees(name + 1..end).pop()?;
    source.opens(last, "(").then_some(last)
}
