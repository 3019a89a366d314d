// Places the workers in layers along their edges.

/** How often the order within the layers is improved. */
const SWEEPS = 8;

/**
 * The places of `names`, connected by `edges` (`{ from, to, kind }`), in a picture of at most `width`. `size` has the width
 * and height of a node and the gaps `along` and `across` the direction of the edges. The edges run from left to right if
 * that fits, and otherwise from top to bottom. Nodes without an edge stand below the others.
 */
export function layout(names, edges, size, width) {
  const used = edges.filter((edge) => names.includes(edge.from) && names.includes(edge.to));
  const isConnected = (name) => used.some((edge) => edge.from === name || edge.to === name);
  const connected = names.filter(isConnected);
  const places = connected.length ? placed(connected, used, size, width) : EMPTY;
  const alone = names.filter((name) => !isConnected(name)).map((name) => ({ name }));
  if (alone.length === 0) {
    return places;
  }
  const below = inRows([alone], size, width);
  const top = places.height ? places.height + 1.5 * size.across : 0;
  const all = Math.max(places.width, below.width);
  const moved = (it, from) => ({ ...it, x: it.x + (all - from) / 2 });
  const nodes = new Map([...places.nodes].map(([node, place]) => [node, moved(place, places.width)]));
  below.nodes.forEach((place, node) => nodes.set(node, { ...moved(place, below.width), y: top + place.y }));
  const routes = places.edges.map(({ edge, points }) => ({ edge, points: points.map((at) => moved(at, places.width)) }));
  return { nodes, width: all, height: top + below.height, isVertical: places.isVertical, edges: routes };
}

const EMPTY = { nodes: new Map(), width: 0, height: 0, isVertical: true, edges: [] };

/** The places of nodes that all have an edge. */
function placed(names, used, size, width) {
  const ranks = ranked(names, used);
  const count = Math.max(0, ...ranks.values()) + 1;
  const fits = count * size.width + (count - 1) * size.along <= width;
  const { layers, chains } = layered(names, used, ranks, count);
  order(layers, chains);
  const places = fits ? inColumns(layers, size) : inRows(layers, size, width);
  return { ...places, isVertical: !fits, edges: chains.map((chain) => route(chain, places.nodes, size, !fits)) };
}

/** The layer of each node: the longest way to it. Edges that close a circle are left out. */
function ranked(names, edges) {
  const next = new Map(names.map((name) => [name, []]));
  for (const edge of edges) {
    if (edge.kind !== "feedback" && edge.from !== edge.to) {
      next.get(edge.from).push(edge.to);
    }
  }
  const [done, open, sorted] = [new Set(), new Set(), []];
  const kept = new Map(names.map((name) => [name, []]));
  const visit = (name) => {
    open.add(name);
    for (const to of next.get(name)) {
      if (open.has(to)) {
        continue;
      }
      kept.get(name).push(to);
      if (!done.has(to)) {
        visit(to);
      }
    }
    open.delete(name);
    done.add(name);
    sorted.unshift(name);
  };
  names.filter((name) => !done.has(name)).forEach((name) => done.has(name) || visit(name));
  const ranks = new Map(names.map((name) => [name, 0]));
  for (const name of sorted) {
    for (const to of kept.get(name)) {
      ranks.set(to, Math.max(ranks.get(to), ranks.get(name) + 1));
    }
  }
  return ranks;
}

/** The nodes of each layer, and for each edge its chain of nodes: a long edge has a bend in each layer between. */
function layered(names, edges, ranks, count) {
  const layers = Array.from({ length: count }, () => []);
  names.forEach((name) => layers[ranks.get(name)].push({ name }));
  const nodes = new Map(layers.flat().map((node) => [node.name, node]));
  const chains = edges.map((edge) => {
    const [from, to] = [ranks.get(edge.from), ranks.get(edge.to)];
    const bends = [];
    for (let rank = from + 1; rank < to; rank += 1) {
      const bend = { isBend: true };
      layers[rank].push(bend);
      bends.push(bend);
    }
    return { edge, nodes: [nodes.get(edge.from), ...bends, nodes.get(edge.to)] };
  });
  return { layers, chains };
}

/** Sorts each layer by the middle of its neighbours, so that fewer edges cross. */
function order(layers, chains) {
  const neighbours = { before: new Map(), after: new Map() };
  const add = (map, node, other) => map.set(node, [...(map.get(node) ?? []), other]);
  for (const { nodes } of chains) {
    for (let at = 1; at < nodes.length; at += 1) {
      add(neighbours.before, nodes[at], nodes[at - 1]);
      add(neighbours.after, nodes[at - 1], nodes[at]);
    }
  }
  const number = (layer) => layer.forEach((node, at) => { node.at = at; });
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const layer of forward ? layers : [...layers].reverse()) {
      const map = forward ? neighbours.before : neighbours.after;
      for (const node of layer) {
        const others = map.get(node) ?? [];
        const sum = others.reduce((all, other) => all + other.at, 0);
        node.middle = others.length ? sum / others.length : node.at;
      }
      layer.sort((a, b) => a.middle - b.middle);
      number(layer);
    }
  }
}

/** Layers side by side. */
function inColumns(layers, size) {
  const height = (node) => (node.isBend ? size.across : size.height);
  const total = (layer) => layer.reduce((sum, node) => sum + height(node) + size.across, -size.across);
  const tallest = Math.max(...layers.map(total));
  const nodes = new Map();
  layers.forEach((layer, rank) => {
    let y = (tallest - total(layer)) / 2;
    for (const node of layer) {
      nodes.set(node, { x: rank * (size.width + size.along), y, height: height(node) });
      y += height(node) + size.across;
    }
  });
  const width = layers.length * (size.width + size.along) - size.along;
  return { nodes, width, height: tallest };
}

/** Layers one below the other. A layer that is too wide has several rows. */
function inRows(layers, size, width) {
  const perRow = Math.max(1, Math.floor((width + size.across) / (size.width + size.across)));
  const nodes = new Map();
  let [y, widest] = [0, size.width];
  const rowsOf = (layer) => {
    const [own, bends] = [layer.filter((node) => !node.isBend), layer.filter((node) => node.isBend)];
    const rows = [];
    for (let at = 0; at < own.length; at += perRow) {
      rows.push(own.slice(at, at + perRow));
    }
    return { rows, bends };
  };
  const rowWidth = (row) => row.length * (size.width + size.across) - size.across;
  const parts = layers.map(rowsOf);
  widest = Math.max(widest, ...parts.flatMap(({ rows }) => rows.map(rowWidth)));
  const margin = parts.some(({ bends }) => bends.length) ? size.across : 0;
  for (const { rows, bends } of parts) {
    bends.forEach((bend, at) => {
      nodes.set(bend, { x: widest + margin - 6 * at, y: y + size.height / 2, height: 0, isPoint: true });
    });
    for (const row of rows) {
      let x = (widest - rowWidth(row)) / 2;
      for (const node of row) {
        nodes.set(node, { x, y, height: size.height });
        x += size.width + size.across;
      }
      y += size.height + (row === rows.at(-1) ? size.along * 0.7 : size.across);
    }
  }
  return { nodes, width: widest + 2 * margin, height: y - size.along * 0.7 };
}

/** The points of an edge. */
function route({ edge, nodes }, places, size, isVertical) {
  const points = nodes.map((node, at) => {
    const place = places.get(node);
    if (place.isPoint) {
      return { x: place.x, y: place.y };
    }
    if (isVertical) {
      const y = at === 0 ? place.y + place.height : place.y;
      return { x: place.x + size.width / 2, y };
    }
    const middle = place.y + place.height / 2;
    if (node.isBend) {
      return { x: place.x + size.width / 2, y: middle };
    }
    return { x: at === 0 ? place.x + size.width : place.x, y: middle };
  });
  return { edge, points };
}
