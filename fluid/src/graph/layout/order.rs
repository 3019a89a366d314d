//! The order of the items in each layer, chosen so that few links cross.

use super::net::Net;

/// The number of sweeps. Each sorts all layers once from the left and once from the right.
const SWEEPS: usize = 12;

/// Sorts the layers of a net. The key of an item is the mean position of its linked items in the layer before.
/// Sweeps from the left and from the right alternate. The order with the fewest crossings is kept.
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

/// Sorts every layer except the first by the positions in the layer before.
fn sweep(net: &mut Net, rightwards: bool) {
    let mut places = positions(net);
    let count = net.layers.len();
    for step in 0..count {
        let layer = if rightwards { step } else { count - 1 - step };
        let mut keys: Vec<(f64, usize)> = net.layers[layer]
            .iter()
            .map(|&item| (key(net, &places, item, rightwards), item))
            .collect();
        // A lane that begins here gets the position of the node that it goes around.
        for turn in net.turns.iter().filter(|turn| turn.right == rightwards) {
            let node = keys.iter().find(|key| key.1 == turn.node).map(|key| key.0);
            if let Some(place) = node
                && let Some(key) = keys.iter_mut().find(|key| key.1 == turn.lane)
            {
                key.0 = place + 0.01;
            }
        }
        keys.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (place, &(_, item)) in keys.iter().enumerate() {
            places[item] = place;
        }
        net.layers[layer] = keys.into_iter().map(|key| key.1).collect();
    }
}

/// The sort key of an item: the mean position of its linked items in the layer before.
#[expect(clippy::cast_precision_loss)]
fn key(net: &Net, places: &[usize], item: usize, rightwards: bool) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for segment in &net.segments {
        let (own, other, offset) = if rightwards {
            (segment.right, segment.left, segment.exit)
        } else {
            (segment.left, segment.right, segment.entry)
        };
        if own == item {
            let within = f64::from(offset) / f64::from(net.items[other].height + 1);
            sum += places[other] as f64 + within;
            count += 1.0;
        }
    }
    if count == 0.0 {
        places[item] as f64 + 0.5
    } else {
        sum / count
    }
}

/// The position of each item in its layer.
fn positions(net: &Net) -> Vec<usize> {
    let mut places = vec![0; net.items.len()];
    for layer in &net.layers {
        for (place, &item) in layer.iter().enumerate() {
            places[item] = place;
        }
    }
    places
}

/// The number of links that cross.
fn crossings(net: &Net) -> usize {
    let places = positions(net);
    let mut crossings = 0;
    for (index, a) in net.segments.iter().enumerate() {
        for b in &net.segments[index + 1..] {
            if net.items[a.left].layer == net.items[b.left].layer {
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
            let item = if turn.right {
                segment.left
            } else {
                segment.right
            };
            let same = net.items[item].layer == net.items[turn.node].layer;
            crossings += usize::from(same && around.contains(&places[item]));
        }
    }
    crossings
}
