//! Random inputs. Each is determined by its number.

use fastrand::Rng;
use proc_macro2::TokenTree;

use super::seeds::{Input, Seeds};
use super::tree::{Tree, count, depth, find};
use super::words::{any, delimiter, hostile, word};

/// The largest number of tokens in an input.
const MOST: usize = 1_500;

/// The largest depth of nested groups. The compiler has a limit too.
const DEEPEST: usize = 24;

/// The input of this number: random tokens, or a use of a macro from the project with a few changes.
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
    // Mostly few changes, because an input with many changes is seldom valid.
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

/// Makes one change at one position.
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

/// A position for a change of this kind. Hostile tokens mostly replace a literal or a name, and only a group can be
/// replaced by its content.
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

/// A short run of tokens from somewhere in `trees`.
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
