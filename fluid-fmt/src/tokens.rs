//! The tokens of a file in one list, with its comments.

use std::ops::Range;

use proc_macro2::{LexError, TokenStream, TokenTree};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, a keyword, a literal, or one character of punctuation.
    Plain,
    /// A doc comment.
    Doc,
    /// Any other comment.
    Comment,
    /// An opening delimiter, with the index of its closing delimiter.
    Open(usize),
    Close,
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// The bytes of the text.
    pub(crate) at: Range<usize>,
}

/// A text and its tokens.
pub(crate) struct Source<'s> {
    pub(crate) text: &'s str,
    pub(crate) tokens: Vec<Token>,
    /// Where the last token ends.
    end: usize,
}

impl<'s> Source<'s> {
    /// Splits a text into tokens. The text has no byte order mark.
    pub(crate) fn read(text: &'s str) -> Result<Self, LexError> {
        let mut source = Self {
            text,
            tokens: Vec::new(),
            end: 0,
        };
        source.add(text.parse()?);
        source.add_comments(text.len());
        // The texts read before are not needed; their spans are not kept.
        proc_macro2::extra::invalidate_current_thread_spans();
        Ok(source)
    }

    fn add(&mut self, stream: TokenStream) {
        let mut trees = stream.into_iter().peekable();
        while let Some(tree) = trees.next() {
            let at = tree.span().byte_range();
            match tree {
                TokenTree::Group(group) => {
                    let open = self.tokens.len();
                    let open = self.push(Kind::Open(open), group.span_open().byte_range());
                    self.add(group.stream());
                    let close = self.push(Kind::Close, group.span_close().byte_range());
                    self.tokens[open].kind = Kind::Open(close);
                }
                // A doc comment is lexed as an attribute; each of its tokens has the span of the comment.
                _ if self.text[at.start..].starts_with('/') && at.len() > 1 => {
                    while trees
                        .next_if(|tree| tree.span().byte_range() == at)
                        .is_some()
                    {}
                    self.push(Kind::Doc, at);
                }
                _ => {
                    self.push(Kind::Plain, at);
                }
            }
        }
    }

    /// Adds a token and the comments before it, and returns its index.
    fn push(&mut self, kind: Kind, at: Range<usize>) -> usize {
        self.add_comments(at.start);
        self.end = at.end;
        self.tokens.push(Token { kind, at });
        self.tokens.len() - 1
    }

    /// Adds the comments between the last token and `end`. Between tokens there are only comments and whitespace.
    fn add_comments(&mut self, end: usize) {
        while let Some(found) = self.text[self.end..end].find('/') {
            let start = self.end + found;
            let length = comment_length(&self.text[start..end]);
            self.end = start + length;
            let at = start..self.end;
            let kind = Kind::Comment;
            self.tokens.push(Token { kind, at });
        }
    }

    pub(crate) fn kind(&self, index: usize) -> Kind {
        self.tokens[index].kind
    }

    /// The text of a token.
    pub(crate) fn token(&self, index: usize) -> &'s str {
        &self.text[self.tokens[index].at.clone()]
    }

    /// Whether the token at the index exists and has this text.
    pub(crate) fn is(&self, index: usize, text: &str) -> bool {
        index < self.tokens.len() && self.token(index) == text
    }

    /// The text of several tokens, as it was written.
    pub(crate) fn slice(&self, tokens: Range<usize>) -> &'s str {
        match tokens.is_empty() {
            true => "",
            false => &self.text[self.start(tokens.start)..self.end_of(tokens.end - 1)],
        }
    }

    /// The byte at which a token begins.
    pub(crate) fn start(&self, index: usize) -> usize {
        self.tokens[index].at.start
    }

    /// The byte behind a token.
    pub(crate) fn end_of(&self, index: usize) -> usize {
        self.tokens[index].at.end
    }

    /// The index behind a token, or behind the group that it opens.
    pub(crate) fn behind(&self, index: usize) -> usize {
        match self.kind(index) {
            Kind::Open(close) => close + 1,
            _ => index + 1,
        }
    }

    /// The tokens between the delimiters of a group.
    pub(crate) fn inside(&self, open: usize) -> Range<usize> {
        open + 1..self.behind(open) - 1
    }

    /// The indices of the tokens that are in no group of their own and are no comments. The delimiter that opens a
    /// group stands for the group.
    pub(crate) fn trees(&self, tokens: Range<usize>) -> Vec<usize> {
        let first = Some(tokens.start).filter(|_| !tokens.is_empty());
        let next = |index: &usize| Some(self.behind(*index)).filter(|next| *next < tokens.end);
        std::iter::successors(first, next)
            .filter(|index| self.kind(*index) != Kind::Comment)
            .collect()
    }

    /// Whether the token opens a group with this delimiter.
    pub(crate) fn opens(&self, index: usize, delimiter: &str) -> bool {
        self.is(index, delimiter) && matches!(self.kind(index), Kind::Open(_))
    }

    /// Whether two tokens of punctuation stand side by side, as in `=>`.
    pub(crate) fn is_pair(&self, index: usize, pair: &str) -> bool {
        index + 1 < self.tokens.len()
            && &self.text[self.start(index)..self.end_of(index + 1)] == pair
    }

    /// The texts of the tokens without anything between them.
    pub(crate) fn joined(&self, tokens: Range<usize>) -> String {
        tokens.map(|at| self.token(at)).collect()
    }

    /// The tokens without comments at their start and their end.
    pub(crate) fn trimmed(&self, tokens: Range<usize>) -> Range<usize> {
        let trees = self.trees(tokens);
        let first = trees.first().copied().unwrap_or_default();
        first..trees.last().map_or(0, |last| self.behind(*last))
    }

    /// The text before a byte on the same line.
    pub(crate) fn line_before(&self, byte: usize) -> &'s str {
        self.text[..byte].rsplit('\n').next().unwrap_or_default()
    }

    /// Whether the token is a name or a keyword.
    pub(crate) fn is_word(&self, index: usize) -> bool {
        let first = self.token(index).chars().next();
        self.kind(index) == Kind::Plain
            && first.is_some_and(|c| c.is_alphabetic() || c == '_')
            && !self.token(index).contains(['"', '\''])
    }

    /// The open braces of every `workers! { … }`.
    pub(crate) fn invocations(&self) -> Vec<usize> {
        let is_invocation =
            |&at: &usize| self.is(at, "workers") && self.is(at + 1, "!") && self.opens(at + 2, "{");
        let found = (0..self.tokens.len()).filter(is_invocation);
        let mut end = 0;
        found
            .map(|at| at + 2)
            // One inside another one is a part of it.
            .filter(|open| {
                let is_outside = *open >= end;
                end = end.max(self.behind(*open));
                is_outside
            })
            .collect()
    }
}

/// The length of the comment at the start of a text.
fn comment_length(text: &str) -> usize {
    if text.starts_with("//") {
        return text.lines().next().unwrap_or_default().trim_end().len();
    }
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
        } else {
            at += 1;
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
