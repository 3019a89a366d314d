//! Reads the parts of a body and lays them out. What is an expression is not looked into.

use std::ops::Range;

use crate::comma;
use crate::rustfmt::{Form, Piece, Rustfmt};
use crate::tokens::{Kind, Source};

/// Tokens of a text.
pub(crate) type Tokens = Range<usize>;

/// Why a body cannot be read, and the token at which that was noticed.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) token: usize,
    pub(crate) reason: &'static str,
}

pub(crate) type Read<T = String> = Result<T, Mistake>;

pub(crate) fn mistake<T>(token: usize, reason: &'static str) -> Read<T> {
    Err(Mistake { token, reason })
}

/// Lays out one body.
pub(crate) struct Layout<'l, 's> {
    pub(crate) source: &'l Source<'s>,
    pub(crate) rustfmt: &'l mut Rustfmt,
    /// The whitespace before `workers!`.
    pub(crate) base: &'l str,
    /// The tokens that are expressions.
    pub(crate) code: Vec<Tokens>,
}

/// What ends each item of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The end of the list: there is one item.
    Brace,
    Comma,
    /// A comma that is not in the type of a worker.
    CommaOfWorker,
    Semicolon,
}

/// A comment, an attribute or an item of a list, on lines of its own.
struct Part {
    text: String,
    is_item: bool,
    /// Whether there is an empty line before it.
    blank: bool,
    /// Whether it is a comment behind the part before it.
    same_line: bool,
}

/// Lays out an item of a list, at an indentation.
type Item<'l, 's> = fn(&mut Layout<'l, 's>, Tokens, usize) -> Read;

impl<'l, 's> Layout<'l, 's> {
    /// The new text between the braces.
    pub(crate) fn body(&mut self, tokens: Tokens) -> Read {
        let trees = self.source.trees(tokens.clone());
        let brace = trees.into_iter().find(|at| self.source.opens(*at, "{"));
        let Some(brace) = brace else {
            let begin = tokens.start.saturating_sub(1);
            return mistake(begin, "a group has its workers in braces");
        };
        let behind = self.source.behind(brace);
        let mut parts = self.parts(tokens.start..behind, 1, End::Brace, Self::head)?;
        let mut statements = self.parts(behind..tokens.end, 1, End::Semicolon, Self::statement)?;
        if let Some(first) = statements.iter_mut().find(|part| !part.same_line) {
            first.blank = true;
        }
        parts.append(&mut statements);
        Ok(format!("\n{}\n{}", self.lines(&parts, 1, ""), self.base))
    }

    pub(crate) fn indent(&self, depth: usize) -> String {
        self.base.to_owned() + &self.rustfmt.style.indent().repeat(depth)
    }

    /// The column of a line's first token.
    fn column(&self, depth: usize) -> usize {
        let tab = self.rustfmt.style.tab_spaces;
        let columns = self.base.chars().map(|c| if c == '\t' { tab } else { 1 });
        columns.sum::<usize>() + depth * tab
    }

    /// The columns that are left behind a text, which begins at the indentation.
    pub(crate) fn room(&self, depth: usize, text: &str) -> usize {
        let begin = match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => self.column(depth) + text.chars().count(),
        };
        self.rustfmt.style.max_width.saturating_sub(begin)
    }

    /// The comments, attributes and items up to the end of the tokens.
    fn parts(
        &mut self,
        tokens: Tokens,
        depth: usize,
        end: End,
        item: Item<'l, 's>,
    ) -> Read<Vec<Part>> {
        let source = self.source;
        let mut parts = Vec::new();
        let mut at = tokens.start;
        while at < tokens.end {
            let is_first = at == tokens.start && end != End::Semicolon;
            let gap = match at.checked_sub(1) {
                Some(before) => &source.text[source.end_of(before)..source.start(at)],
                None => "",
            };
            let kind = source.kind(at);
            let mut part = Part {
                text: String::new(),
                is_item: false,
                blank: !is_first && gap.matches('\n').count() > 1,
                same_line: !is_first && kind == Kind::Comment && !gap.contains('\n'),
            };
            if matches!(kind, Kind::Comment | Kind::Doc) {
                part.text = self.comment(at, depth);
                at += 1;
            } else if source.is(at, "#") {
                if !source.opens(at + 1, "[") {
                    return mistake(at, "an attribute is written `#[…]`");
                }
                let behind = source.behind(at + 1);
                part.text = self.attribute(at..behind, depth)?;
                at = behind;
            } else {
                let (behind, next) = self.item_end(at..tokens.end, end)?;
                part.text = item(self, at..behind, depth)?;
                part.text += if end == End::Semicolon { ";" } else { "" };
                part.is_item = true;
                at = next;
            }
            parts.push(part);
        }
        Ok(parts)
    }

    /// Where an item ends, and where the next part begins.
    fn item_end(&self, tokens: Tokens, end: End) -> Read<(usize, usize)> {
        let trees = self.source.trees(tokens.clone());
        let last = trees.last().copied().unwrap_or(tokens.start);
        let end = match end {
            End::Brace => None,
            End::Comma => comma::find(self.source, &trees, false),
            End::CommaOfWorker => comma::find(self.source, &trees, true),
            End::Semicolon => match trees.into_iter().find(|at| self.source.is(*at, ";")) {
                None => return mistake(tokens.start, "a statement ends with `;`"),
                end => end,
            },
        };
        let behind = self.source.behind(last);
        Ok(end.map_or((behind, behind), |end| (end, end + 1)))
    }

    /// The parts on their lines, with `end` behind each item.
    fn lines(&self, parts: &[Part], depth: usize, end: &str) -> String {
        let mut lines = String::new();
        for part in parts {
            lines += match part {
                part if part.same_line => " ",
                _ if lines.is_empty() => "",
                part if part.blank => "\n\n",
                _ => "\n",
            };
            if !part.same_line {
                lines += &self.indent(depth);
            }
            lines += &part.text;
            lines += if part.is_item { end } else { "" };
        }
        lines
    }

    /// The parts between delimiters: in one line if they fit, or else on their own lines.
    fn group(&self, depth: usize, parts: &[Part], [open, pad, close]: [&str; 3]) -> String {
        if parts.is_empty() {
            return format!("{open}{close}");
        }
        if parts
            .iter()
            .all(|part| part.is_item && !part.text.contains('\n'))
        {
            let items: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
            let line = format!("{pad}{}{pad}{close}", items.join(", "));
            // Behind all but an attribute there is a comma or a semicolon.
            let end = usize::from(close != ")]");
            if self.room(depth, open) >= line.chars().count() + end {
                return format!("{open}{line}");
            }
        }
        let lines = self.lines(parts, depth + 1, ",");
        format!("{open}\n{lines}\n{}{close}", self.indent(depth))
    }

    /// A comment. The lines of a block move with its first line, except in documentation.
    fn comment(&self, at: usize, depth: usize) -> String {
        let text = self.source.token(at);
        let line = self.source.line_before(self.source.start(at));
        if !line.trim().is_empty() || self.source.kind(at) == Kind::Doc || text.starts_with("//") {
            return text.to_owned();
        }
        let lines = text.split('\n').enumerate().map(|(index, rest)| {
            let spaces = rest.len() - rest.trim_start().len();
            match &rest[spaces.min(line.len())..] {
                _ if index == 0 => rest.to_owned(),
                "" => String::new(),
                kept => self.indent(depth) + kept,
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// `#[worker(…)]` and similar are laid out like other lists; rustfmt formats all other attributes.
    fn attribute(&mut self, tokens: Tokens, depth: usize) -> Read {
        let source = self.source;
        let trees = source.trees(source.inside(tokens.start + 1));
        match trees[..] {
            [.., name, open]
                if ["workers", "worker", "consumer"].contains(&source.token(name))
                    && source.opens(open, "(") =>
            {
                let inside = source.inside(open);
                if self.has_comment(tokens.clone(), &[&inside]) {
                    return Ok(source.slice(tokens).to_owned());
                }
                let options = self.parts(inside, depth + 1, End::Comma, Self::option)?;
                let before = source.joined(tokens.start..open + 1);
                Ok(self.group(depth, &options, [&before, "", ")]"]))
            }
            _ => Ok(self.piece(Form::Attribute, tokens, depth, 0)),
        }
    }

    /// `pub struct Name<T>(db: Db) where … { … }`
    fn head(&mut self, tokens: Tokens, depth: usize) -> Read {
        let source = self.source;
        let trees = source.trees(tokens.clone());
        let structs = trees.iter().position(|at| source.is(*at, "struct"));
        let name = structs.and_then(|at| trees.get(at + 1));
        if !name.is_some_and(|name| source.is_word(*name)) {
            return mistake(tokens.start, "a group begins like a struct: `struct Name`");
        }
        let brace = trees[trees.len() - 1];
        let before = tokens.start..brace;
        let mut text = match source.kind(brace - 1) {
            Kind::Comment => source.slice(before).to_owned() + "\n",
            _ => self.piece(Form::Signature, before, depth, 0),
        };
        text += &match text.ends_with('\n') {
            true => self.indent(depth),
            false => " ".to_owned(),
        };
        let inside = source.inside(brace);
        let fields = self.parts(inside, depth + 1, End::CommaOfWorker, Self::field)?;
        if fields.is_empty() {
            return Ok(text + "{}");
        }
        let fields = self.lines(&fields, depth + 1, ",");
        Ok(format!("{text}{{\n{fields}\n{}}}", self.indent(depth)))
    }

    /// `pub store: Store`, `store: Store { initialisers }` or `store: Store = expression`
    fn field(&mut self, tokens: Tokens, depth: usize) -> Read {
        let source = self.source;
        let trees = source.trees(tokens.clone());
        let Some(colon) = trees.iter().position(|at| source.is(*at, ":")) else {
            let reason = "a worker has a name and a type: `name: Type { … }`";
            return mistake(tokens.start, reason);
        };
        let split = comma::behind_type(source, &trees[colon + 1..]);
        let declaration = source.trimmed(tokens.start..split.unwrap_or(tokens.end));
        let made = match split {
            None => 0..0,
            Some(split) if source.is(split, "=") => source.trimmed(split + 1..tokens.end),
            Some(split) if trees.last() == Some(&split) => source.inside(split),
            Some(split) => return mistake(split, "`,` follows the initialisers of a worker"),
        };
        if self.has_comment(tokens.clone(), &[&declaration, &made]) {
            return Ok(self.verbatim(tokens, depth));
        }
        let declared = self.piece(Form::Declaration, declaration, depth, 0);
        match split {
            None => Ok(declared),
            Some(split) if source.is(split, "=") => {
                if made.is_empty() {
                    return mistake(split, "an expression follows `=`");
                }
                Ok(self.assigned(&format!("{declared} ="), made, depth))
            }
            Some(_) => {
                let made = self.parts(made, depth + 1, End::Comma, Self::initialiser)?;
                Ok(self.group(depth, &made, [&format!("{declared} {{"), " ", "}"]))
            }
        }
    }

    /// `name: expression` or an expression alone.
    fn initialiser(&mut self, tokens: Tokens, depth: usize) -> Read {
        self.entry(tokens, depth, ":")
    }

    /// `name = expression` or an expression alone.
    fn option(&mut self, tokens: Tokens, depth: usize) -> Read {
        // `mut exit`, the parameter of a hook, is no expression.
        if tokens.len() == 2 && self.source.is(tokens.start, "mut") {
            return Ok(format!("mut {}", self.source.token(tokens.start + 1)));
        }
        self.entry(tokens, depth, "=")
    }

    fn entry(&mut self, tokens: Tokens, depth: usize, sign: &str) -> Read {
        let source = self.source;
        let trees = source.trees(tokens.clone());
        let is_other = |at| {
            ["::", "==", "=>"]
                .iter()
                .any(|pair| source.is_pair(at, pair))
        };
        let (name, value) = match trees[..] {
            [name, at, value, ..] if source.is(at, sign) && !is_other(at) => {
                (Some(name), value..tokens.end)
            }
            _ => (None, tokens.clone()),
        };
        let value = source.trimmed(value);
        if value.is_empty() {
            return mistake(tokens.start, "an item stands before each `,`");
        }
        if self.has_comment(tokens.clone(), &[&value]) {
            return Ok(self.verbatim(tokens, depth));
        }
        let Some(name) = name.map(|name| source.token(name)) else {
            return Ok(self.assigned("", value, depth).trim_start().to_owned());
        };
        let before = match sign {
            ":" => format!("{name}:"),
            _ => format!("{name} ="),
        };
        Ok(self.assigned(&before, value, depth))
    }

    /// An edge, or `word(arguments) => expression`.
    fn statement(&mut self, tokens: Tokens, depth: usize) -> Read {
        let source = self.source;
        let trees = source.trees(tokens.clone());
        if let Some(chain) = self.chain(&trees) {
            let adapters: Vec<_> = chain
                .iter()
                .filter_map(|step| step.adapter.as_ref())
                .collect();
            return Ok(match self.has_comment(tokens.clone(), &adapters) {
                true => self.verbatim(tokens, depth),
                false => self.edges(&chain, depth),
            });
        }
        let (word, open, arrow) = match trees[..] {
            [word, open, arrow, ..] if source.opens(open, "(") => (word, Some(open), arrow),
            [word, arrow, ..] => (word, None, arrow),
            _ => (tokens.start, None, tokens.start),
        };
        if !source.is_word(word) || !source.is_pair(arrow, "=>") {
            return mistake(tokens.start, "a statement has an arrow, such as `=>`");
        }
        let run = source.trimmed(arrow + 2..tokens.end);
        if run.is_empty() {
            return mistake(arrow, "an expression or a worker follows the arrow");
        }
        let inside = open.map_or(0..0, |open| source.inside(open));
        if self.has_comment(tokens.clone(), &[&inside, &run]) {
            return Ok(self.verbatim(tokens, depth));
        }
        let word = source.token(word);
        let before = match open {
            Some(_) => {
                let arguments = self.parts(inside, depth + 1, End::Comma, Self::option)?;
                self.group(depth, &arguments, [&format!("{word}("), "", ") =>"])
            }
            None => format!("{word} =>"),
        };
        Ok(self.assigned(&before, run, depth))
    }

    /// A part with a comment in a place of which nothing is known. It stays as it is.
    fn verbatim(&self, tokens: Tokens, depth: usize) -> String {
        let text = self.source.slice(tokens.clone()).to_owned();
        match self.source.token(tokens.end - 1).starts_with("//") {
            true => text + "\n" + &self.indent(depth),
            false => text,
        }
    }

    /// Whether there is a comment outside of the allowed tokens.
    fn has_comment(&self, mut tokens: Tokens, allowed: &[&Tokens]) -> bool {
        tokens.any(|at| {
            let is_comment = matches!(self.source.kind(at), Kind::Comment | Kind::Doc);
            is_comment && !allowed.iter().any(|range| range.contains(&at))
        })
    }

    /// An expression behind `before`.
    pub(crate) fn assigned(&mut self, before: &str, tokens: Tokens, depth: usize) -> String {
        self.code.push(tokens.clone());
        let source = self.source;
        // `move db` is no expression.
        let is_moved = source.is(tokens.start, "move") && tokens.len() > 1;
        let (before, tokens) = match is_moved && !source.is(tokens.start + 1, "|") {
            true => (format!("{before} move"), tokens.start + 1..tokens.end),
            false => (before.to_owned(), tokens),
        };
        let lead = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        let value = self.piece(Form::Expression, tokens, depth, lead);
        match value.starts_with('\n') {
            true => before + &value,
            false => before + " " + &value,
        }
    }

    /// A piece as rustfmt formats it, or else as it is.
    fn piece(&mut self, form: Form, tokens: Tokens, depth: usize, lead: usize) -> String {
        let text = self.source.slice(tokens.clone()).to_owned();
        if tokens.len() == 1 {
            return text;
        }
        let depth = self.column(depth) / self.rustfmt.style.tab_spaces.max(1);
        let piece = Piece {
            form,
            depth,
            lead,
            text: text.clone(),
        };
        self.rustfmt.get(piece).unwrap_or(text)
    }
}
