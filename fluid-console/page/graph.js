// The graph of the workers, with their numbers.

import { count, mood, rate, rowId, setText, short, state, svg } from "./format.js";
import { throughput } from "./feed.js";
import { layout } from "./layout.js";

const WIDE = { width: 176, height: 84, along: 76, across: 20 };

/** The width below which the nodes are narrower, so that two stand side by side. */
const NARROW = 2 * WIDE.width + WIDE.across;
const NARROWEST = 140;

const MARGIN = 8;
const PADDING = 12;

/** The room that a character of a name takes, and the count beside the bar of a queue. */
const CHARACTER = 8.5;
const COUNT = 106;

export class GraphView {
  constructor(element) {
    this.element = element;
    this.declaration = null;
    this.drawn = "";
  }

  /** Takes the declared graph, or null if none is known. */
  declare(declaration) {
    this.declaration = declaration;
    this.drawn = "";
  }

  resized() {
    if (this.snapshot) {
      this.show(this.snapshot);
    }
  }

  show(snapshot) {
    this.snapshot = snapshot;
    const workers = snapshot.workers.filter((worker) => worker.kind === "worker" || worker.kind === "consumer");
    const names = workers.map((worker) => worker.path);
    const width = this.element.clientWidth - 2 * MARGIN;
    const key = JSON.stringify([names, width]);
    if (this.drawn !== key) {
      this.drawn = key;
      this.draw(names, snapshot.edges, width);
    }
    workers.forEach((worker) => this.nodes.get(worker.path).show(worker));
    const moving = new Map(snapshot.edges.map((edge) => [keyOf(edge), edge]));
    this.edges.forEach((edge) => edge.show(moving.get(edge.key)?.rate));
  }

  draw(names, edges, width) {
    const narrow = Math.max(NARROWEST, Math.floor((width - WIDE.across) / 2));
    const size = width < NARROW ? { ...WIDE, width: narrow } : WIDE;
    const placed = layout(names, edges, size, width);
    const [w, h] = [placed.width + 2 * MARGIN, placed.height + 2 * MARGIN];
    const picture = svg("svg", { width: w, height: h, viewBox: `${-MARGIN} ${-MARGIN} ${w} ${h}`, class: "graph" });
    picture.append(arrowhead());
    const sent = new Map();
    edges.forEach((edge) => sent.set(edge.from, (sent.get(edge.from) ?? 0) + 1));
    this.edges = placed.edges.map((it) => new Edge(it, placed.isVertical, sent.get(it.edge.from) > 1));
    picture.append(...this.edges.map((edge) => edge.line), ...this.edges.map((edge) => edge.label));
    this.nodes = new Map();
    for (const [node, place] of placed.nodes) {
      if (!node.isBend) {
        const drawn = new Node(node.name, place, size);
        this.nodes.set(node.name, drawn);
        picture.append(drawn.element);
      }
    }
    this.element.replaceChildren(picture);
  }
}

function arrowhead() {
  const path = svg("path", { d: "M0 0 L8 4 L0 8 z", class: "head" });
  const marker = { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" };
  return svg("defs", {}, svg("marker", { ...marker, markerUnits: "userSpaceOnUse" }, path));
}

function keyOf(edge) {
  return JSON.stringify([edge.from, edge.port, edge.to]);
}

/** The end of a name that is too long. */
function shortened(name, width) {
  const most = Math.floor((width - 2 * PADDING) / CHARACTER);
  return name.length > most ? `…${name.slice(1 - most)}` : name;
}

/** One worker. */
class Node {
  constructor(name, { x, y }, { width, height }) {
    this.name = name;
    const right = { x: width - PADDING, "text-anchor": "end" };
    this.room = width - 2 * PADDING - COUNT;
    this.rate = svg("text", { x: PADDING, y: 46, class: "rate" });
    this.state = svg("text", { ...right, y: 46, class: "state" });
    this.size = svg("text", { ...right, y: 69, class: "soft" });
    this.bar = svg("rect", { x: PADDING, y: 61, width: 0, height: 8, rx: 4, class: "fill" });
    this.track = svg("rect", { x: PADDING, y: 61, width: this.room, height: 8, rx: 4, class: "track" });
    this.title = svg("title");
    this.element = svg(
      "a",
      { href: `#${encodeURIComponent(rowId(name))}`, transform: `translate(${x} ${y})` },
      this.title,
      svg("rect", { width, height, rx: 8, class: "box" }),
      svg("text", { x: PADDING, y: 24, class: "name" }, shortened(name, width)),
      this.rate, this.state, this.track, this.bar, this.size,
    );
  }

  show(worker) {
    this.element.setAttribute("class", `node ${mood(worker)} ${worker.state}`);
    setText(this.rate, rate(throughput(worker)));
    setText(this.state, worker.restarts && worker.state === "running" ? `${count(worker.restarts)} restarts` : state(worker));
    const isQueue = worker.kind === "consumer";
    const part = isQueue && worker.capacity ? Math.min(1, worker.queue_size / worker.capacity) : 0;
    this.track.setAttribute("visibility", isQueue && worker.capacity ? "visible" : "hidden");
    this.bar.setAttribute("width", part > 0 ? Math.max(4, this.room * part) : 0);
    this.bar.setAttribute("class", part > 0.8 ? "fill full" : "fill");
    const room = worker.capacity ? ` / ${short(worker.capacity)}` : " queued";
    setText(this.size, isQueue ? `${short(worker.queue_size)}${room}` : `${count(worker.emitted)} sent`);
    const error = worker.last_error ? `, last error: ${worker.last_error}` : "";
    setText(this.title, `${this.name}: ${state(worker)}, ${this.rate.textContent}${error}`);
  }
}

/** One edge, and its rate. */
class Edge {
  constructor({ edge, points }, isVertical, isOneOfMany) {
    this.key = keyOf(edge);
    this.line = svg("path", { d: curve(points, isVertical), class: `edge ${edge.kind}`, "marker-end": "url(#arrow)" });
    const at = isVertical ? besideDown(points, isOneOfMany) : besideRight(points, isOneOfMany);
    this.label = svg("text", { ...at, "text-anchor": "middle", class: "flow" });
  }

  show(value) {
    setText(this.label, value == null ? "" : rate(value));
    this.line.classList.toggle("idle", !value);
  }
}

/** Where the rate stands. Edges that share a start are apart at their ends, and edges that share an end at their starts. */
function besideRight(points, isOneOfMany) {
  const [from, to] = isOneOfMany ? points.slice(-2) : points;
  const part = isOneOfMany ? 0.6 : 0.45;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * eased(part) - 5 };
}

function besideDown(points, isOneOfMany) {
  const [from, to] = isOneOfMany ? points.slice(-2) : points;
  return isOneOfMany ? { x: to.x, y: to.y - 12 } : { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 + 4 };
}

/** How far a curve has gone across, when it has gone `part` of its way along. */
function eased(part) {
  return part * part * (3 - 2 * part);
}

function curve(points, isVertical) {
  return points.slice(1).reduce((path, to, at) => {
    const from = points[at];
    if (isVertical) {
      const middle = (from.y + to.y) / 2;
      return `${path} C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
    }
    const middle = (from.x + to.x) / 2;
    return `${path} C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
  }, `M${points[0].x} ${points[0].y}`);
}
