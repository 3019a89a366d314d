//! How far down each slot stands.

use super::net::Net;

/// How often the layers are moved towards each other. In the second half of the rounds, links that are nearly straight
/// pull harder.
const ROUNDS: usize = 48;

/// A slot pulls at another: it wants its top to be this far below its own.
struct Pull {
    by: usize,
    distance: f64,
    weight: f64,
}

/// The tops of all slots. Each layer in turn is moved to where its links are shortest, without changing its order.
pub(super) fn tops(net: &Net) -> Vec<i32> {
    let pulls = pulls(net);
    let mut tops = vec![0.0; net.slots.len()];
    for layer in &net.layers {
        let stacked = stack(net, layer);
        for (&slot, top) in layer.iter().zip(stacked) {
            tops[slot] = f64::from(top);
        }
    }
    let count = net.layers.len();
    for round in 0..ROUNDS {
        for step in 0..count {
            let index = if round % 2 == 0 {
                step
            } else {
                count - 1 - step
            };
            relax(
                net,
                &net.layers[index],
                &pulls,
                &mut tops,
                round >= ROUNDS / 2,
            );
        }
    }
    rounded(net, &tops)
}

/// Who pulls at each slot, and how strongly. Lanes pull at each other most, so that long links are straight.
fn pulls(net: &Net) -> Vec<Vec<Pull>> {
    let mut pulls: Vec<Vec<Pull>> = net.slots.iter().map(|_| Vec::new()).collect();
    for segment in &net.segments {
        let lanes = [segment.left, segment.right].map(|slot| net.slots[slot].lane);
        let weight = match lanes {
            [true, true] => 6.0,
            [false, false] => 1.0,
            // Less than between nodes: what goes step by step is straight, and what passes it goes around.
            _ => 0.5,
        };
        let distance = f64::from(segment.exit - segment.entry);
        pulls[segment.right].push(Pull {
            by: segment.left,
            distance,
            weight,
        });
        pulls[segment.left].push(Pull {
            by: segment.right,
            distance: -distance,
            weight,
        });
    }
    for turn in &net.turns {
        let layer = &net.layers[net.slots[turn.node].layer];
        let place = |slot| layer.iter().position(|&other| other == slot);
        let distance = if place(turn.lane) > place(turn.node) {
            net.slots[turn.node].height + net.gap(turn.node, turn.lane)
        } else {
            -net.gap(turn.lane, turn.node)
        };
        // Only the lane is moved: a node does not make room for its own loop.
        let pull = Pull {
            by: turn.node,
            distance: f64::from(distance),
            weight: 1.0,
        };
        pulls[turn.lane].push(pull);
    }
    pulls
}

/// The slots of a layer, as close together as they may be.
fn stack(net: &Net, layer: &[usize]) -> Vec<i32> {
    let mut next = 0;
    let mut above: Option<usize> = None;
    layer
        .iter()
        .map(|&slot| {
            let top = next + above.map_or(0, |above| net.gap(above, slot));
            next = top + net.slots[slot].height;
            above = Some(slot);
            top
        })
        .collect()
}

/// Moves the slots of one layer to where they are pulled, as far as they leave each other room.
///
/// Less what is stacked above it, no slot's top may be less than the one before it: so this is a regression by a rising
/// function, and pooling those that would overlap finds the optimum.
fn relax(net: &Net, layer: &[usize], pulls: &[Vec<Pull>], tops: &mut [f64], straighten: bool) {
    let stacked = stack(net, layer);
    // The weight, the weighted sum and the number of slots that stand without room between them.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (&slot, &above) in layer.iter().zip(&stacked) {
        let (mut weight, mut sum) = (0.01, 0.01 * tops[slot]);
        for pull in &pulls[slot] {
            let wanted = tops[pull.by] + pull.distance;
            let scale = if straighten {
                (wanted - tops[slot]).abs().max(0.1)
            } else {
                1.0
            };
            weight += pull.weight / scale;
            sum += pull.weight / scale * wanted;
        }
        let mut pool = (weight, sum - weight * f64::from(above), 1);
        while let Some(last) = pools.pop_if(|last| last.1 / last.0 >= pool.1 / pool.0) {
            pool = (pool.0 + last.0, pool.1 + last.1, pool.2 + last.2);
        }
        pools.push(pool);
    }
    let mut slots = layer.iter().zip(stacked);
    for (weight, sum, count) in pools {
        for (&slot, above) in slots.by_ref().take(count) {
            tops[slot] = sum / weight + f64::from(above);
        }
    }
}

/// Whole tops, of which the least is 0, and none too close to the one above it.
#[expect(clippy::cast_possible_truncation)]
fn rounded(net: &Net, tops: &[f64]) -> Vec<i32> {
    let mut whole: Vec<i32> = tops.iter().map(|top| top.round() as i32).collect();
    for layer in &net.layers {
        for pair in layer.windows(2) {
            let least = whole[pair[0]] + net.slots[pair[0]].height + net.gap(pair[0], pair[1]);
            whole[pair[1]] = whole[pair[1]].max(least);
        }
    }
    let least = whole.iter().copied().min().unwrap_or(0);
    for top in &mut whole {
        *top -= least;
    }
    whole
}
