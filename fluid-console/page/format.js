// Numbers and times as text, and elements of the page.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A count: 1,234, and from a million on 12.3M. */
export function count(value) {
  if (value == null) {
    return "–";
  }
  return value < 1e6 ? grouped.format(value) : scaled(value);
}

/** A count in little room: 9,999, and from ten thousand on 12.3k. */
export function short(value) {
  return value < 1e4 ? grouped.format(value) : scaled(value);
}

/** A rate: 0.4/s, 1,234/s, 12.3k/s. */
export function rate(value) {
  if (value == null) {
    return "–";
  }
  if (value > 0 && value < 10) {
    return `${value.toFixed(1)}/s`;
  }
  return value < 1e4 ? `${grouped.format(value)}/s` : `${scaled(value)}/s`;
}

function scaled(value) {
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]]) {
    if (value >= size) {
      const number = value / size;
      return `${number.toFixed(number < 100 ? 1 : 0)}${unit}`;
    }
  }
  return grouped.format(value);
}

/** A time in seconds: 4.2 s, 1 min 5 s, 3 h 2 min. */
export function seconds(value) {
  if (value < 60) {
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
  }
  const [hours, minutes] = [Math.floor(value / 3600), Math.floor(value / 60) % 60];
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(value) % 60} s`;
}

/** The state as it is shown, with a word for what is wrong. */
export function state(worker) {
  if (worker.blocked) {
    return "blocked";
  }
  return worker.stalled ? "stalled" : worker.state.replace("_", "-");
}

/** The class of a worker: bad if it fails now, hurt if it has failed before. */
export function mood(worker) {
  const fails = (worker.rates?.failed ?? 0) > 0;
  if (fails || worker.blocked || worker.stalled || worker.state === "restarting" || worker.state === "force_stopped") {
    return "bad";
  }
  return worker.last_error ? "hurt" : "well";
}

/** Sets the text of an element, only if it differs: a screen reader reads changes. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** An element of HTML. */
export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** An element of SVG. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** The id of the row of a worker in the table. */
export function rowId(path) {
  return `worker-${path}`;
}
