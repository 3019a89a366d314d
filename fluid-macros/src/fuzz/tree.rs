//! Tokens that can be changed in place.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A token, or a group of them.
#[derive(Clone)]
pub(super) enum Tree {
    Leaf(TokenTree),
    Group(Delimiter, Vec<Tree>),
}

/// Converts a token stream.
pub(super) fn trees(tokens: TokenStream) -> Vec<Tree> {
    let trees = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => Tree::Group(group.delimiter(), trees(group.stream())),
        leaf => Tree::Leaf(leaf),
    });
    trees.collect()
}

/// Converts back to a token stream.
pub(super) fn tokens(trees: &[Tree]) -> TokenStream {
    let tokens = trees.iter().map(|tree| match tree {
        Tree::Leaf(leaf) => leaf.clone(),
        Tree::Group(delimiter, within) => Group::new(*delimiter, tokens(within)).into(),
    });
    tokens.collect()
}

/// The number of tokens, including those in groups.
pub(super) fn count(trees: &[Tree]) -> usize {
    let counts = trees.iter().map(|tree| match tree {
        Tree::Leaf(_) => 1,
        Tree::Group(_, within) => 1 + count(within),
    });
    counts.sum()
}

/// The depth of nested groups.
pub(super) fn depth(trees: &[Tree]) -> usize {
    let depths = trees.iter().map(|tree| match tree {
        Tree::Leaf(_) => 0,
        Tree::Group(_, within) => 1 + depth(within),
    });
    depths.max().unwrap_or(0)
}

/// The list that contains the token with the number `at`, and its index there. Tokens are numbered in the order of
/// the text, a group before its content.
pub(super) fn find(trees: &mut Vec<Tree>, mut at: usize) -> Option<(&mut Vec<Tree>, usize)> {
    let mut place = 0;
    while place < trees.len() {
        if at == 0 {
            return Some((trees, place));
        }
        at -= 1;
        if let Tree::Group(_, within) = &trees[place] {
            let inside = count(within);
            if at < inside {
                let Tree::Group(_, within) = &mut trees[place] else {
                    return None;
                };
                return find(within, at);
            }
            at -= inside;
        }
        place += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_found_by_its_number() {
        let read = |text: &str| trees(text.parse().expect("tokens"));
        let mut written = read("a (b [c] d) {} e");
        let numbered = ["a", "(b [c] d)", "b", "[c]", "c", "d", "{ }", "e"];
        assert_eq!(count(&written), numbered.len());
        assert_eq!(depth(&written), 2);
        for (at, expected) in numbered.into_iter().enumerate() {
            let (list, place) = find(&mut written, at).expect(expected);
            assert_eq!(tokens(&list[place..=place]).to_string(), expected);
        }
        assert!(find(&mut written, numbered.len()).is_none());
    }
}
