//! Inputs made by chance, each from a number of its own.

use fastrand::Rng;
use proc_macro2::TokenTree;

use super::seeds::{Input, Seeds};
use super::tree::{Tree, count, depth, find};
use super::words::{any, delimiter, hostile, word};

/// How many tokens an input has at most.
const MOST: usize = 1_500;

/// How deep groups stand in each other at most. The compiler itself has a limit, too.
const DEEPEST: usize = 24;

/// The input of this number: any tokens at all, or a use that somebody wrote, changed here and there.
pub(super) fn input(number: u64, seeds: &Seeds) -> Input {
    let mut rng = Rng::with_seed(number);
    let rng = &mut rng;
    if rng.u8(..8) == 0 {
        let [options, item] = [8, 40].map(|most| {
            let length = rng.usize(..most);
            any(rng, length, 4)
        });
        return Input { options, item };
    }
    let seeds = if rng.bool() {
        &seeds.functions
    } else {
        &seeds.groups
    };
    let mut input = seeds[rng.usize(..seeds.len())].clone();
    // Mostly few, since what is changed much is seldom understood.
    let changes = 1 + rng.usize(..2) * rng.usize(..3) * rng.usize(..4);
    for _ in 0..changes {
        let other = &seeds[rng.usize(..seeds.len())];
        if rng.u8(..5) == 0 {
            change(&mut input.options, &other.options, rng);
        } else {
            change(&mut input.item, &other.item, rng);
        }
    }
    input
}

/// One change at one place.
fn change(trees: &mut Vec<Tree>, other: &[Tree], rng: &mut Rng) {
    let size = count(trees);
    let may_grow = size < MOST && depth(trees) < DEEPEST;
    if size == 0 {
        trees.extend(word(rng));
        return;
    }
    let kind = rng.u8(..11);
    let at = place(trees, kind, rng);
    let Some((list, at)) = find(trees, at) else {
        return;
    };
    match kind {
        0 | 1 => drop(list.remove(at)),
        2 if may_grow => list.insert(at, list[at].clone()),
        3 => {
            let other = rng.usize(..list.len());
            list.swap(at, other);
        }
        4 => drop(list.splice(at..=at, word(rng))),
        5 => drop(list.splice(at..at, word(rng))),
        6 | 7 => drop(list.splice(at..=at, hostile(rng))),
        8 if may_grow => {
            let end = at + usize::from(rng.bool());
            list.splice(at..end, piece(other, rng));
        }
        9 if may_grow => {
            let end = rng.usize(at..list.len().min(at + 6)) + 1;
            let within = list.drain(at..end).collect();
            list.insert(at, Tree::Group(delimiter(rng), within));
        }
        _ => {
            if let Tree::Group(_, within) = list[at].clone() {
                list.splice(at..=at, within);
            } else {
                list.remove(at);
            }
        }
    }
}

/// A place for a change of this kind: what is hostile goes rather where a literal or a name stands, and
/// what is taken out of its group is one.
fn place(trees: &mut Vec<Tree>, kind: u8, rng: &mut Rng) -> usize {
    let size = count(trees);
    let suits = |tree: &Tree| match kind {
        6 => matches!(tree, Tree::Leaf(TokenTree::Literal(_))),
        7 => matches!(tree, Tree::Leaf(TokenTree::Ident(_))),
        10 => matches!(tree, Tree::Group(..)),
        _ => true,
    };
    let mut at = 0;
    for _ in 0..12 {
        at = rng.usize(..size);
        if find(trees, at).is_some_and(|(list, place)| suits(&list[place])) {
            break;
        }
    }
    at
}

/// A few tokens that stand side by side somewhere in `trees`.
fn piece(trees: &[Tree], rng: &mut Rng) -> Vec<Tree> {
    let mut trees = trees.to_vec();
    let size = count(&trees);
    if size == 0 {
        return word(rng);
    }
    let Some((list, at)) = find(&mut trees, rng.usize(..size)) else {
        return Vec::new();
    };
    let end = rng.usize(at..list.len().min(at + 12)) + 1;
    list[at..end].to_vec()
}
