//! Formats pieces of a body by rustfmt. Each piece stands in a snippet at the same indentation, behind as many columns.

use std::collections::HashMap;
use std::env;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::check::{Content, content};
use crate::signature;
use crate::tokens::{Kind, Source};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Expression,
    /// `pub store: Store`
    Declaration,
    /// `pub struct Name<T>(db: Db) where …`
    Signature,
    /// `#[cfg(test)]`
    Attribute,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Piece {
    pub(crate) form: Form,
    /// The indentation of the line on which it begins.
    pub(crate) depth: usize,
    /// The number of columns before it, without the indentation. Only for expressions.
    pub(crate) lead: usize,
    pub(crate) text: String,
}

/// What the configuration of rustfmt says about lines.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    pub(crate) max_width: usize,
    pub(crate) tab_spaces: usize,
    pub(crate) hard_tabs: bool,
}

/// The formatted pieces, and the pieces that rustfmt formats next.
pub(crate) struct Rustfmt {
    pub(crate) style: Style,
    /// Whether rustfmt can be run.
    pub(crate) is_there: bool,
    folder: PathBuf,
    /// `None` for a piece that rustfmt refuses.
    known: HashMap<Piece, Option<String>>,
    wanted: Vec<Piece>,
}

impl Rustfmt {
    /// Uses the configuration that holds for the files of a folder.
    pub(crate) fn new(folder: &Path) -> Self {
        let mut rustfmt = Self {
            style: Style {
                max_width: 100,
                tab_spaces: 4,
                hard_tabs: false,
            },
            is_there: true,
            folder: folder.to_owned(),
            known: HashMap::new(),
            wanted: Vec::new(),
        };
        // The configuration is searched from the folder of this file, which need not exist.
        match rustfmt.run(&["--print-config", "current", "file.rs"], "") {
            Some(config) => rustfmt.style.read(&config),
            None => rustfmt.is_there = false,
        }
        rustfmt
    }

    /// The piece as rustfmt formats it. `None` if rustfmt refuses it, or has yet to format it.
    pub(crate) fn get(&mut self, piece: Piece) -> Option<String> {
        if let Some(known) = self.known.get(&piece) {
            return known.clone();
        }
        self.wanted.push(piece);
        None
    }

    /// Forgets the pieces that were asked for.
    pub(crate) fn forget(&mut self) {
        self.wanted.clear();
    }

    /// Formats the pieces that were asked for. Returns `false` if there are none.
    pub(crate) fn resolve(&mut self) -> bool {
        let wanted = std::mem::take(&mut self.wanted);
        self.format(&wanted);
        // A piece that rustfmt changes again, as it may around comments, stays as it is.
        let again = |piece: &Piece, text: &str| Piece {
            text: text.trim_start().to_owned(),
            ..piece.clone()
        };
        let formatted = wanted.iter().filter_map(|piece| {
            let text = self.known[piece].as_ref()?;
            Some(again(piece, text)).filter(|again| !self.known.contains_key(again))
        });
        let formatted: Vec<_> = formatted.collect();
        self.format(&formatted);
        for piece in &wanted {
            let text = self.known[piece].as_ref();
            if text.is_some_and(|text| self.known[&again(piece, text)].as_ref() != Some(text)) {
                self.known.insert(piece.clone(), None);
            }
        }
        !wanted.is_empty()
    }

    /// Formats all pieces at once. If rustfmt refuses one of them, halves are tried.
    fn format(&mut self, pieces: &[Piece]) {
        if pieces.is_empty() {
            return;
        }
        let formatted = match self.is_there {
            true => self.run(&["--edition", "2024"], &snippets(pieces)),
            false => None,
        };
        match formatted.and_then(|output| extract(&output, pieces)) {
            Some(texts) => {
                let texts = pieces.iter().zip(texts).map(|(piece, text)| {
                    let is_kept = measured(piece, &piece.text) == measured(piece, &text);
                    (piece.clone(), Some(text).filter(|_| is_kept))
                });
                self.known.extend(texts);
            }
            None if pieces.len() == 1 || !self.is_there => {
                let refused = pieces.iter().map(|piece| (piece.clone(), None));
                self.known.extend(refused);
            }
            None => {
                let (first, second) = pieces.split_at(pieces.len() / 2);
                self.format(first);
                self.format(second);
            }
        }
    }

    fn run(&self, arguments: &[&str], input: &str) -> Option<String> {
        let program = env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into());
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        // rustfmt reads all of its input before it writes. If it has ended early, its status tells.
        let _ = child.stdin.take()?.write_all(input.as_bytes());
        let output = child.wait_with_output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.replace("\r\n", "\n"))
    }
}

impl Style {
    /// One step of indentation.
    pub(crate) fn indent(&self) -> String {
        match self.hard_tabs {
            true => "\t".to_owned(),
            false => " ".repeat(self.tab_spaces),
        }
    }

    fn read(&mut self, config: &str) {
        for (name, value) in config.lines().filter_map(|line| line.split_once(" = ")) {
            match name {
                "max_width" => self.max_width = value.parse().unwrap_or(self.max_width),
                "tab_spaces" => self.tab_spaces = value.parse().unwrap_or(self.tab_spaces),
                "hard_tabs" => self.hard_tabs = value == "true",
                _ => {}
            }
        }
    }
}

/// What must not change in a piece. `None` if it cannot be split into tokens.
fn measured(piece: &Piece, text: &str) -> Option<Content> {
    let source = Source::read(text).ok()?;
    let all = 0..source.tokens.len();
    let code = match piece.form {
        Form::Expression => vec![all.clone()],
        _ => Vec::new(),
    };
    Some(content(&source, all, &code))
}

/// How many modules stand around a piece, so that it is indented as in its body.
fn modules(piece: &Piece) -> usize {
    match piece.form {
        Form::Expression | Form::Declaration => piece.depth.saturating_sub(1),
        Form::Signature | Form::Attribute => piece.depth,
    }
}

fn snippets(pieces: &[Piece]) -> String {
    let mut all = String::new();
    for piece in pieces {
        let text = &piece.text;
        let modules = modules(piece);
        all += &"mod m {\n".repeat(modules);
        all += &match piece.form {
            Form::Expression => {
                // An assignment, so that `xxx = ` is as long as what stands before the expression.
                let target = "x".repeat(piece.lead.saturating_sub(3).max(1));
                format!("fn f() {{\n{target} = {text};\n}}\n")
            }
            Form::Declaration => format!("struct S {{\n{text},\n}}\n"),
            Form::Signature => format!("{} {{\nx\n}}\n", signature::to_function(text)),
            Form::Attribute => format!("{text}\nstruct S;\n"),
        };
        all += &"}\n".repeat(modules);
    }
    all
}

/// Finds the pieces in the formatted snippets.
fn extract(output: &str, pieces: &[Piece]) -> Option<Vec<String>> {
    let source = Source::read(output).ok()?;
    let mut at = 0;
    let mut texts = Vec::new();
    for piece in pieces {
        let modules = modules(piece);
        // `mod m {`
        at += 3 * modules;
        let begin = at;
        let mut braces = (at..source.tokens.len()).filter(|at| source.opens(*at, "{"));
        let text = match piece.form {
            Form::Attribute => {
                let end = source.behind(begin + 1);
                at = end + 3;
                source.slice(begin..end).to_owned()
            }
            Form::Signature => {
                // Not a brace of a constant in the generics.
                let open = *source
                    .trees(begin..source.tokens.len())
                    .iter()
                    .find(|at| source.opens(**at, "{"))?;
                at = source.behind(open);
                let before = &output[source.start(begin)..source.start(open)];
                signature::from_function(before, &piece.text)?
            }
            Form::Declaration | Form::Expression => {
                let open = braces.next()?;
                at = source.behind(open);
                between(&source, source.inside(open), piece.form)?
            }
        };
        at += modules;
        texts.push(text);
    }
    (at == source.tokens.len()).then_some(texts)
}

/// The text of a field without its comma, or of an assigned expression without its semicolon. If the expression begins
/// on a line of its own, the text begins with the end of the line before.
fn between(source: &Source<'_>, inside: Range<usize>, form: Form) -> Option<String> {
    let last = inside
        .clone()
        .rev()
        .find(|at| source.kind(*at) != Kind::Comment)?;
    match form {
        Form::Expression => {
            let sign = inside.start + 1;
            let is_whole = source.is(sign, "=") && source.is(last, ";") && sign < last;
            let text = &source.text[source.end_of(sign)..source.start(last)];
            let text = text.trim_end().trim_start_matches(' ');
            is_whole.then(|| text.to_owned())
        }
        _ => source
            .is(last, ",")
            .then(|| source.slice(inside.start..last).to_owned()),
    }
}
