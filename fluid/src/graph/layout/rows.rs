//! The vertical position of each item.

use super::net::Net;

/// The number of rounds in which all layers are moved. In the second half, links that are nearly straight get a
/// higher weight.
const ROUNDS: usize = 48;

/// A preferred position of an item: its top should be `distance` below the top of the item `by`.
struct Pull {
    by: usize,
    distance: f64,
    weight: f64,
}

/// The tops of all items. Each layer in turn is moved to where its links are shortest. The order in a layer stays.
pub(super) fn tops(net: &Net) -> Vec<i32> {
    let pulls = pulls(net);
    let mut tops = vec![0.0; net.items.len()];
    for layer in &net.layers {
        let stacked = stack(net, layer);
        for (&item, top) in layer.iter().zip(stacked) {
            tops[item] = f64::from(top);
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

/// The pulls at each item. Lanes have the highest weight for each other, so that long links are straight.
fn pulls(net: &Net) -> Vec<Vec<Pull>> {
    let mut pulls: Vec<Vec<Pull>> = net.items.iter().map(|_| Vec::new()).collect();
    for segment in &net.segments {
        let lanes = [segment.left, segment.right].map(|item| net.items[item].lane);
        let weight = match lanes {
            [true, true] => 6.0,
            [false, false] => 1.0,
            // Less than between two nodes: links between adjacent layers stay straight, and a long link goes
            // around.
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
        let layer = &net.layers[net.items[turn.node].layer];
        let place = |item| layer.iter().position(|&other| other == item);
        let distance = if place(turn.lane) > place(turn.node) {
            net.items[turn.node].height + net.gap(turn.node, turn.lane)
        } else {
            -net.gap(turn.lane, turn.node)
        };
        // Only the lane is moved. A node does not make room for its own loop.
        let pull = Pull {
            by: turn.node,
            distance: f64::from(distance),
            weight: 1.0,
        };
        pulls[turn.lane].push(pull);
    }
    pulls
}

/// The tops of a layer's items when they are as close together as allowed.
fn stack(net: &Net, layer: &[usize]) -> Vec<i32> {
    let mut next = 0;
    let mut above: Option<usize> = None;
    layer
        .iter()
        .map(|&item| {
            let top = next + above.map_or(0, |above| net.gap(above, item));
            next = top + net.items[item].height;
            above = Some(item);
            top
        })
        .collect()
}

/// Moves the items of one layer to their preferred positions, as far as the required gaps allow.
///
/// Subtract from each top the height of all items and gaps above it: the results must not decrease. So the problem
/// is an isotonic regression, which pooling adjacent violators solves optimally.
fn relax(net: &Net, layer: &[usize], pulls: &[Vec<Pull>], tops: &mut [f64], straighten: bool) {
    let stacked = stack(net, layer);
    // The weight, the weighted sum and the number of the items that touch each other.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (&item, &above) in layer.iter().zip(&stacked) {
        let (mut weight, mut sum) = (0.01, 0.01 * tops[item]);
        for pull in &pulls[item] {
            let wanted = tops[pull.by] + pull.distance;
            let scale = if straighten {
                (wanted - tops[item]).abs().max(0.1)
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
    let mut items = layer.iter().zip(stacked);
    for (weight, sum, count) in pools {
        for (&item, above) in items.by_ref().take(count) {
            tops[item] = sum / weight + f64::from(above);
        }
    }
}

/// Rounds the tops to integers. The smallest is 0, and all gaps are kept.
#[expect(clippy::cast_possible_truncation)]
fn rounded(net: &Net, tops: &[f64]) -> Vec<i32> {
    let mut whole: Vec<i32> = tops.iter().map(|top| top.round() as i32).collect();
    for layer in &net.layers {
        for pair in layer.windows(2) {
            let least = whole[pair[0]] + net.items[pair[0]].height + net.gap(pair[0], pair[1]);
            whole[pair[1]] = whole[pair[1]].max(least);
        }
    }
    let least = whole.iter().copied().min().unwrap_or(0);
    for top in &mut whole {
        *top -= least;
    }
    whole
}
