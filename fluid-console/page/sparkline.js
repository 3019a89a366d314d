// A small line of the last points.

import { svg } from "./format.js";

const WIDTH = 120;
const HEIGHT = 22;

/** The most points that are drawn: each is the largest of several. */
const DRAWN = 120;

export class Sparkline {
  constructor() {
    this.line = svg("polyline", { class: "spark" });
    const box = { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" };
    this.element = svg("svg", { ...box, class: "sparkline" }, this.line);
  }

  /** Draws the points, the newest at the right. */
  show(points) {
    const shown = thinned(points);
    const top = Math.max(1e-9, ...shown);
    const step = WIDTH / Math.max(1, DRAWN - 1);
    const text = shown.map((value, at) => {
      const x = WIDTH - (shown.length - 1 - at) * step;
      const y = HEIGHT - 2 - (value / top) * (HEIGHT - 4);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    this.line.setAttribute("points", text.join(" "));
  }
}

function thinned(points) {
  const each = Math.ceil(points.length / DRAWN);
  if (each <= 1) {
    return points;
  }
  const parts = [];
  for (let end = points.length; end > 0; end -= each) {
    parts.unshift(Math.max(...points.slice(Math.max(0, end - each), end)));
  }
  return parts;
}
