//! The Rust blocks of a Markdown file.

use crate::{Formatted, Formatter};

/// Formats each block that begins with ```` ```rust ````.
pub(crate) fn format(formatter: &mut Formatter, text: &str) -> Formatted {
    let mut all = Formatted::default();
    for (index, block) in text.split("```").enumerate() {
        let line = all.text.matches('\n').count();
        all.text += if index > 0 { "```" } else { "" };
        let is_rust = index % 2 == 1
            && block.lines().next().is_some_and(|first| {
                let rest = first.strip_prefix("rust");
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
            });
        let (first, code) = block.split_at(block.find('\n').unwrap_or(block.len()));
        all.text += first;
        match formatter.format(code) {
            Ok(block) if is_rust => {
                all.text += &block.text;
                let bugs = block.bugs.into_iter().map(|problem| problem.below(line));
                all.bugs.extend(bugs);
                let warnings = block
                    .warnings
                    .into_iter()
                    .map(|problem| problem.below(line));
                all.warnings.extend(warnings);
            }
            _ => all.text += code,
        }
    }
    all
}
