//! Formats the bodies of fluid's `workers! { … }`, which rustfmt leaves alone.
//!
//! ```
//! let written = "workers! { struct Hello(name: String) { greet: Greet{name}, print: Print } greet=>print; }\n";
//! let formatted = fluid_fmt::format_file(written)?;
//! assert_eq!(
//!     formatted,
//!     "workers! {
//!     struct Hello(name: String) {
//!         greet: Greet { name },
//!         print: Print,
//!     }
//!
//!     greet => print;
//! }
//! "
//! );
//! # Ok::<(), fluid_fmt::Error>(())
//! ```
//!
//! The statements are laid out here. Types, expressions and attributes are formatted by `rustfmt`, which is run as a
//! program. Nothing outside of the bodies changes. A body stays as it is if it cannot be read, or if it contains a `$`
//! and so belongs to a macro.

mod check;
mod comma;
mod edge;
mod layout;
mod markdown;
mod rustfmt;
mod signature;
mod tokens;

use std::fmt;
use std::path::Path;

use check::Content;
use layout::{Layout, Read, Tokens};
use rustfmt::Rustfmt;
use tokens::Source;

/// A place in a file, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub reason: String,
}

/// Why a file could not be formatted.
pub type Error = Problem;

/// A formatted file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formatted {
    /// The whole text.
    pub text: String,
    /// The bodies that could not be read. They are as they were.
    pub warnings: Vec<Problem>,
    /// The bodies of which formatting would have lost a part, through a bug. They are as they were.
    pub bugs: Vec<Problem>,
}

/// Formats the text of a Rust file, with the configuration of rustfmt for the working directory.
///
/// # Errors
///
/// Returns an error if the text cannot be split into tokens, or if formatting would lose a part of a body.
pub fn format_file(text: &str) -> Result<String, Error> {
    let formatted = Formatter::new(Path::new(".")).format(text)?;
    let bug = formatted.bugs.into_iter().next();
    bug.map_or(Ok(formatted.text), Err)
}

/// Formats files that have the same configuration of rustfmt.
pub struct Formatter {
    rustfmt: Rustfmt,
}

impl Formatter {
    /// Uses the configuration of rustfmt that holds for a folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let rustfmt = Rustfmt::new(folder);
        Self { rustfmt }
    }

    /// Whether rustfmt can be run. Without it, expressions stay as they are.
    #[must_use]
    pub fn has_rustfmt(&self) -> bool {
        self.rustfmt.is_there
    }

    /// Formats the text of a Rust file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text cannot be split into tokens.
    pub fn format(&mut self, text: &str) -> Result<Formatted, Error> {
        let unix = text.replace("\r\n", "\n");
        let ends = text.matches('\n').count();
        if unix.len() < text.len() && text.len() - unix.len() == ends {
            let mut formatted = self.format_unix(&unix)?;
            formatted.text = formatted.text.replace('\n', "\r\n");
            return Ok(formatted);
        }
        self.format_unix(text)
    }

    /// Formats the Rust blocks of a Markdown file. A block that cannot be split into tokens stays as it is.
    #[must_use]
    pub fn format_markdown(&mut self, text: &str) -> Formatted {
        markdown::format(self, text)
    }

    fn format_unix(&mut self, text: &str) -> Result<Formatted, Error> {
        let mut formatted = Formatted {
            text: text.to_owned(),
            ..Formatted::default()
        };
        if !text.contains("workers") {
            return Ok(formatted);
        }
        let code = text.trim_start_matches('\u{feff}');
        let source = Source::read(code).map_err(|error| Problem {
            line: error.span().start().line,
            column: error.span().start().column + 1,
            reason: "this cannot be split into tokens".to_owned(),
        })?;
        let mut opens = source.invocations();
        // A body of a macro by example.
        opens.retain(|open| !source.inside(*open).any(|at| source.is(at, "$")));
        let bodies = loop {
            let bodies = opens.iter().map(|open| {
                let line = source.line_before(source.end_of(open - 2));
                let base = &line[..line.len() - line.trim_start().len()];
                self.lay_out(&source, source.inside(*open), base)
            });
            let bodies: Vec<_> = bodies.collect();
            // A width that depends on a formatted piece is known in the next round.
            if !self.rustfmt.resolve() {
                break bodies;
            }
        };
        for (open, body) in opens.into_iter().zip(bodies).rev() {
            let problem = |token, reason| Problem::at(code, source.start(token), reason);
            match body {
                Ok((body, before)) if self.keeps(&body, &before) => {
                    let begin = text.len() - code.len() + source.end_of(open);
                    let length = source.start(source.behind(open) - 1) - source.end_of(open);
                    formatted.text.replace_range(begin..begin + length, &body);
                }
                Ok(_) => {
                    let reason = "a bug of fluid-fmt: formatting would lose a part of this body";
                    formatted.bugs.insert(0, problem(open, reason));
                }
                Err(mistake) => {
                    let warning = problem(mistake.token, mistake.reason);
                    formatted.warnings.insert(0, warning);
                }
            }
        }
        Ok(formatted)
    }

    /// Whether the new text of a body has the same content as before.
    fn keeps(&mut self, text: &str, before: &Content) -> bool {
        let after = Source::read(text).ok().and_then(|source| {
            let all = 0..source.tokens.len();
            self.lay_out(&source, all, "").ok()
        });
        self.rustfmt.forget();
        after.is_some_and(|(_, after)| after == *before)
    }

    /// The new text of a body, and what it must not change.
    fn lay_out(
        &mut self,
        source: &Source<'_>,
        tokens: Tokens,
        base: &str,
    ) -> Read<(String, Content)> {
        let rustfmt = &mut self.rustfmt;
        let code = Vec::new();
        let mut layout = Layout {
            source,
            rustfmt,
            base,
            code,
        };
        let text = layout.body(tokens.clone())?;
        let content = check::content(source, tokens, &layout.code);
        Ok((text, content))
    }
}

impl fmt::Debug for Formatter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Formatter").finish_non_exhaustive()
    }
}

impl Problem {
    fn at(text: &str, byte: usize, reason: &str) -> Self {
        let before = &text[..byte];
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            reason: reason.to_owned(),
        }
    }

    /// The problem of a text that stands some lines lower in its file.
    fn below(mut self, lines: usize) -> Self {
        self.line += lines;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.reason)
    }
}

impl std::error::Error for Problem {}
