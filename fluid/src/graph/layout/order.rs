//! The order within the layers, such that few links cross.

use super::net::Net;

/// How often the layers are ordered by their neighbours, once from the left and once from the right.
const SWEEPS: usize = 12;

/// Orders the layers of a net: each slot by the mean place of those to which it is linked, from the left and from the
/// right in turn. The best of all these orders stays.
pub(super) fn arrange(net: &mut Net) {
    let mut best = net.layers.clone();
    let mut fewest = crossings(net);
    for _ in 0..SWEEPS {
        for rightwards in [true, false] {
            sweep(net, rightwards);
            let crossings = crossings(net);
            if crossings < fewest {
                fewest = crossings;
                best.clone_from(&net.layers);
            }
        }
        if fewest == 0 {
            break;
        }
    }
    net.layers = best;
}

/// Orders every layer but the first by the one before it.
fn sweep(net: &mut Net, rightwards: bool) {
    // The sum and the number of the places to which each slot is linked in the layer before.
    let mut places = positions(net);
    let count = net.layers.len();
    for step in 0..count {
        let layer = if rightwards { step } else { count - 1 - step };
        let mut keys: Vec<(f64, usize)> = net.layers[layer]
            .iter()
            .map(|&slot| (key(net, &places, slot, rightwards), slot))
            .collect();
        // A lane that begins here has no place but that of the node that it goes around.
        for turn in net.turns.iter().filter(|turn| turn.right == rightwards) {
            let node = keys.iter().find(|key| key.1 == turn.node).map(|key| key.0);
            if let Some(place) = node
                && let Some(key) = keys.iter_mut().find(|key| key.1 == turn.lane)
            {
                key.0 = place + 0.01;
            }
        }
        keys.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (place, &(_, slot)) in keys.iter().enumerate() {
            places[slot] = place;
        }
        net.layers[layer] = keys.into_iter().map(|key| key.1).collect();
    }
}

/// Where a slot wants to be: in the middle of those to which it is linked in the layer before.
#[expect(clippy::cast_precision_loss)]
fn key(net: &Net, places: &[usize], slot: usize, rightwards: bool) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for segment in &net.segments {
        let (own, other, offset) = if rightwards {
            (segment.right, segment.left, segment.exit)
        } else {
            (segment.left, segment.right, segment.entry)
        };
        if own == slot {
            let within = f64::from(offset) / f64::from(net.slots[other].height + 1);
            sum += places[other] as f64 + within;
            count += 1.0;
        }
    }
    if count == 0.0 {
        places[slot] as f64 + 0.5
    } else {
        sum / count
    }
}

/// The place of each slot in its layer.
fn positions(net: &Net) -> Vec<usize> {
    let mut places = vec![0; net.slots.len()];
    for layer in &net.layers {
        for (place, &slot) in layer.iter().enumerate() {
            places[slot] = place;
        }
    }
    places
}

/// How many links cross.
fn crossings(net: &Net) -> usize {
    let places = positions(net);
    let mut crossings = 0;
    for (index, a) in net.segments.iter().enumerate() {
        for b in &net.segments[index + 1..] {
            if net.slots[a.left].layer == net.slots[b.left].layer {
                let left = (places[a.left], a.exit).cmp(&(places[b.left], b.exit));
                let right = (places[a.right], a.entry).cmp(&(places[b.right], b.entry));
                crossings += usize::from(left.is_ne() && left == right.reverse());
            }
        }
    }
    for turn in &net.turns {
        let (node, lane) = (places[turn.node], places[turn.lane]);
        let around = node.min(lane) + 1..node.max(lane);
        for segment in &net.segments {
            let slot = if turn.right {
                segment.left
            } else {
                segment.right
            };
            let same = net.slots[slot].layer == net.slots[turn.node].layer;
            crossings += usize::from(same && around.contains(&places[slot]));
        }
    }
    crossings
}
