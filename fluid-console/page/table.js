// The table of the workers, a row each.

import { count, html, mood, rate, rowId, setText, state } from "./format.js";
import { throughput } from "./feed.js";
import { Sparkline } from "./sparkline.js";

export class TableView {
  constructor(body) {
    this.body = body;
    this.rows = new Map();
  }

  show(snapshot, history) {
    const paths = new Set(snapshot.workers.map((worker) => worker.path));
    for (const [path, row] of this.rows) {
      if (!paths.has(path)) {
        row.element.remove();
        this.rows.delete(path);
      }
    }
    snapshot.workers.forEach((worker, at) => {
      const row = this.rows.get(worker.path) ?? this.add(worker);
      if (this.body.children[at] !== row.element) {
        this.body.insertBefore(row.element, this.body.children[at] ?? null);
      }
      row.show(worker, history.of(worker.path));
    });
  }

  add(worker) {
    const row = new Row(worker);
    this.rows.set(worker.path, row);
    return row;
  }
}

class Row {
  constructor({ path, kind }) {
    const cell = (label, kind, ...children) =>
      html("td", { role: "cell", "data-label": label, class: kind }, ...children);
    this.state = html("b", { class: "word" });
    this.rate = html("span");
    this.rates = new Sparkline();
    this.queue = html("span");
    this.queues = new Sparkline();
    const numbers = ["done", "failed", "sent", "restarts"].map((label) => [label, cell(label, "number")]);
    this.numbers = Object.fromEntries(numbers);
    const name = html("th", { role: "rowheader", scope: "row" }, path, html("small", {}, kind));
    this.element = html(
      "tr",
      { role: "row", id: rowId(path), tabindex: "-1" },
      name,
      cell("state", "", this.state),
      cell("rate", "lined", this.rate, this.rates.element),
      cell("queue", kind === "consumer" ? "lined" : "lined none", this.queue, this.queues.element),
      ...numbers.map(([, element]) => element),
    );
  }

  show(worker, series) {
    this.element.className = mood(worker);
    setText(this.state, state(worker));
    this.state.className = `word ${worker.state}`;
    setText(this.rate, rate(throughput(worker)));
    this.rates.show(series.rate);
    const isQueue = worker.kind === "consumer";
    const room = worker.capacity ? ` / ${count(worker.capacity)}` : "";
    setText(this.queue, isQueue ? `${count(worker.queue_size)}${room}` : "–");
    this.queues.show(series.queue);
    const { done, failed, sent, restarts } = this.numbers;
    setText(done, isQueue ? count(worker.counts.done) : count(worker.beats || null));
    setText(failed, isQueue ? count(worker.counts.failed) : "–");
    setText(sent, worker.kind === "callback" ? "–" : count(worker.emitted));
    setText(restarts, count(worker.restarts));
    failed.classList.toggle("alarm", (worker.counts?.failed ?? 0) > 0);
    restarts.classList.toggle("alarm", worker.restarts > 0);
  }
}
