//! Edges: `a => (b, c) with f`.

use crate::layout::{Layout, Tokens};

/// An arrow, the ends behind it, and their adapter. The first step of a chain has no arrow.
pub(crate) struct Step {
    arrow: &'static str,
    ends: Vec<String>,
    /// The ends in one line.
    line: String,
    pub(crate) adapter: Option<Tokens>,
}

impl Layout<'_, '_> {
    /// Reads a chain of edges. Returns `None` if it is none: a callback, or a mistake.
    pub(crate) fn chain(&self, trees: &[usize]) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        let mut at = 0;
        while at < trees.len() {
            let arrow = match at {
                0 => "",
                _ => self.arrow(&trees[at..])?,
            };
            at += arrow.len();
            let (ends, line, length) = self.ends(&trees[at..])?;
            at += length;
            let mut adapter = None;
            if at > length && trees.get(at).is_some_and(|at| self.source.is(*at, "with")) {
                let length = self.adapter_length(&trees[at + 1..]);
                let last = trees[at + length];
                adapter = Some(*trees.get(at + 1)?..self.source.behind(last));
                at += 1 + length;
            }
            steps.push(Step {
                arrow,
                ends,
                line,
                adapter,
            });
        }
        (steps.len() > 1).then_some(steps)
    }

    /// The arrow at the start, of two tokens.
    fn arrow(&self, trees: &[usize]) -> Option<&'static str> {
        let [first, second, ..] = *trees else {
            return None;
        };
        let is_apart = self.source.is(first, "~") && self.source.is(second, ">");
        let arrow = ["=>", "->"]
            .into_iter()
            .find(|arrow| self.source.is_pair(first, arrow));
        arrow.or(is_apart.then_some("~>"))
    }

    /// The number of trees of an adapter: up to the next arrow. The arrow of a closure is a part of the closure.
    fn adapter_length(&self, trees: &[usize]) -> usize {
        let from = |begin: usize, text| {
            let mut rest = trees.iter().skip(begin);
            rest.position(|at| self.source.is(*at, text))
                .map_or(trees.len(), |at| begin + at)
        };
        let begin = usize::from(from(0, "move") == 0);
        let mut at = begin;
        if from(begin, "|") == begin {
            at = from(begin + 1, "|") + 1;
            if trees.get(at..).and_then(|rest| self.arrow(rest)) == Some("->") {
                at = from(at, "{");
            }
        }
        while at < trees.len() && self.arrow(&trees[at..]).is_none() {
            at += 1;
        }
        at.min(trees.len())
    }

    /// The ends at the start, each and all in one line, and the number of their trees.
    fn ends(&self, trees: &[usize]) -> Option<(Vec<String>, String, usize)> {
        let first = *trees.first()?;
        if !self.source.opens(first, "(") {
            let (end, length) = self.end(trees)?;
            return Some((Vec::new(), end, length));
        }
        let inside = self.source.trees(self.source.inside(first));
        let mut ends = Vec::new();
        let mut rest = &inside[..];
        while !rest.is_empty() {
            let (end, length) = self.end(rest)?;
            ends.push(end);
            rest = match rest[length..] {
                [comma, ..] if !self.source.is(comma, ",") => return None,
                [_, ..] => &rest[length + 1..],
                [] => &[],
            };
        }
        // `(a,)` may be a tuple.
        let is_tuple = ends.len() == 1 && inside.last().is_some_and(|at| self.source.is(*at, ","));
        let line = format!("({}{})", ends.join(", "), if is_tuple { "," } else { "" });
        (!ends.is_empty()).then_some((ends, line, 1))
    }

    /// `name`, `name.port` or `_` at the start, and the number of its trees.
    fn end(&self, trees: &[usize]) -> Option<(String, usize)> {
        let name = *trees.first()?;
        let text = self.source.token(name);
        match *trees {
            _ if !self.source.is_word(name) => None,
            [_, dot, port, ..] if self.source.is(dot, ".") && self.source.is_word(port) => {
                Some((format!("{text}.{}", self.source.token(port)), 3))
            }
            _ => Some((text.to_owned(), 1)),
        }
    }

    /// Lays out a chain: in one line if it fits, or else each step on a line of its own.
    pub(crate) fn edges(&mut self, chain: &[Step], depth: usize) -> String {
        let (first, steps) = chain.split_first().expect("a chain has steps");
        let mut line = first.line.clone();
        let mut broken = String::new();
        for (index, step) in steps.iter().enumerate() {
            if let (Some(adapter), true) = (&step.adapter, index + 1 == steps.len())
                && let Some(last) = self.block(
                    &format!("{line} {} {} with", step.arrow, step.line),
                    adapter,
                    depth,
                )
            {
                return last;
            }
            let head = format!("{} {}", step.arrow, step.line);
            line += " ";
            line += &self.adapted(step, head, depth + 1);
            let head = self.fitting(step, &format!("{} ", step.arrow), depth + 1);
            broken += &format!("\n{}", self.indent(depth + 1));
            broken += &self.adapted(step, head, depth + 1);
        }
        if !line.contains('\n') && self.room(depth, &line) > 0 {
            return line;
        }
        let before = self.fitting(first, "", depth);
        let rest = &line[first.line.len()..];
        match steps {
            _ if before.contains('\n') && self.room(depth, &before) > rest.chars().count() => {
                before + rest
            }
            // One list behind the only arrow is easier to read than a broken edge.
            [step] if !step.ends.is_empty() && step.adapter.is_none() => {
                self.fitting(step, &format!("{before} {} ", step.arrow), depth)
            }
            _ => before + &broken,
        }
    }

    fn adapted(&mut self, step: &Step, head: String, depth: usize) -> String {
        match &step.adapter {
            Some(adapter) => self.assigned(&format!("{head} with"), adapter.clone(), depth),
            None => head,
        }
    }

    /// The chain in one line up to the block or the call with which its last adapter ends.
    fn block(&mut self, before: &str, adapter: &Tokens, depth: usize) -> Option<String> {
        let text = self.assigned(before, adapter.clone(), depth);
        let first = text.lines().next()?;
        let is_block = text.contains('\n') && first.len() > before.len();
        let fits = first.ends_with(['{', '(']) && self.room(depth, first) > 0;
        (is_block && fits && !before.contains('\n')).then_some(text)
    }

    /// The ends behind `before`: in one line if they fit, or else an end a line.
    fn fitting(&self, step: &Step, before: &str, depth: usize) -> String {
        let line = format!("{before}{}", step.line);
        if step.ends.is_empty() || self.room(depth, &line) > 0 {
            return line;
        }
        let indent = self.indent(depth + 1);
        let ends: String = step
            .ends
            .iter()
            .map(|end| format!("{indent}{end},\n"))
            .collect();
        format!("{before}(\n{ends}{})", self.indent(depth))
    }
}
