//! Finds the smallest input that still fails.

use super::seeds::Input;
use super::tree::{Tree, count, find};
use super::verdict::{Expander, Fault, verdict};

/// Removes tokens and delimiters as long as the fault stays.
pub(super) fn minimise(expander: Expander, mut input: Input, fault: &Fault) -> Input {
    let fails = |input: &Input| verdict(expander, input).is_err_and(|found| found.is_like(fault));
    loop {
        let size = count(&input.options) + count(&input.item);
        let smaller = Input {
            options: Vec::new(),
            ..input.clone()
        };
        if fails(&smaller) {
            input = smaller;
        }
        shrink(&mut input, |input| &mut input.options, &fails);
        shrink(&mut input, |input| &mut input.item, &fails);
        if count(&input.options) + count(&input.item) == size {
            return input;
        }
    }
}

/// One pass over all positions of one part, longer runs of tokens first.
fn shrink(
    input: &mut Input,
    part: fn(&mut Input) -> &mut Vec<Tree>,
    fails: &impl Fn(&Input) -> bool,
) {
    for stretch in [16, 8, 4, 2, 1] {
        let mut at = 0;
        while at < count(part(input)) {
            let mut without = input.clone();
            if take(part(&mut without), at, stretch) && fails(&without) {
                *input = without;
                continue;
            }
            let mut opened = input.clone();
            if stretch == 1 && open(part(&mut opened), at) && fails(&opened) {
                *input = opened;
                continue;
            }
            at += 1;
        }
    }
}

/// Removes a run of tokens.
fn take(trees: &mut Vec<Tree>, at: usize, stretch: usize) -> bool {
    match find(trees, at) {
        Some((list, place)) if list.len() - place >= stretch => {
            list.drain(place..place + stretch);
            true
        }
        _ => false,
    }
}

/// Replaces a group by its content.
fn open(trees: &mut Vec<Tree>, at: usize) -> bool {
    let Some((list, place)) = find(trees, at) else {
        return false;
    };
    let Tree::Group(_, within) = list[place].clone() else {
        return false;
    };
    list.splice(place..=place, within);
    true
}
