// The state of the group, what a stop waits for, and what is wrong.

import { count, html, mood, seconds, setText, state } from "./format.js";

const byId = (id) => document.getElementById(id);

export function showConnection(text) {
  setText(byId("connection"), text);
  document.body.classList.toggle("lost", text !== "");
}

export function showSnapshot(snapshot) {
  setText(byId("name"), snapshot.group);
  document.title = `${snapshot.group} – ${snapshot.state.replace("_", "-")}`;
  const since = Math.max(0, snapshot.at - snapshot.since);
  const workers = snapshot.workers.filter((worker) => worker.kind !== "group");
  // The time changes each second, so it is no part of what a screen reader reads.
  const time = byId("state").querySelector("span") ?? html("span", { "aria-hidden": "true" });
  setText(time, ` for ${seconds(since)}, ${workers.length} workers`);
  const word = snapshot.state.replace("_", "-");
  if (byId("state").dataset.state !== word) {
    byId("state").dataset.state = word;
    byId("state").replaceChildren(html("b", { class: `word ${snapshot.state}` }, word), time);
  }
  showDrain(snapshot);
  showProblems(workers, snapshot.forgotten);
}

function showDrain({ drain, workers }) {
  byId("drain").hidden = !drain;
  if (!drain) {
    return;
  }
  const left = drain.grace_left == null ? "" : ` In ${seconds(drain.grace_left)} it is forced.`;
  const some = drain.waiting_for.length === 1 ? "one worker" : `${drain.waiting_for.length} workers`;
  setText(byId("grace"), `The stop waits for ${some}.${left}`);
  const items = drain.waiting_for.map((path) => {
    const worker = workers.find((it) => it.path === path);
    const waiting = worker.queue_size ? `${count(worker.queue_size)} queued` : "";
    const handled = worker.in_hand ? `${count(worker.in_hand)} in hand` : "";
    return [path, [waiting, handled].filter(Boolean).join(", ")];
  });
  list(byId("waiting"), items);
}

function showProblems(workers, forgotten) {
  const items = workers
    .filter((worker) => mood(worker) !== "well")
    .sort((a, b) => (mood(b) === "bad") - (mood(a) === "bad"))
    .map((worker) => [worker.path, problem(worker), mood(worker)]);
  if (forgotten?.failed) {
    items.push(["", `${count(forgotten.failed)} workers failed and were forgotten`, "hurt"]);
  }
  byId("problems").hidden = items.length === 0;
  list(byId("problem-list"), items);
}

function problem(worker) {
  const parts = [];
  if (worker.state !== "running" || worker.stalled || worker.blocked) {
    parts.push(state(worker));
  }
  if (worker.restarts) {
    parts.push(worker.restarts === 1 ? "1 restart" : `${count(worker.restarts)} restarts`);
  }
  if (worker.counts?.failed) {
    parts.push(`${count(worker.counts.failed)} messages failed`);
  }
  if (worker.last_error) {
    parts.push(`last error: ${worker.last_error}`);
  }
  return parts.join(", ");
}

/** Sets the items of a list, and leaves those that have not changed. */
function list(element, items) {
  while (element.children.length > items.length) {
    element.lastChild.remove();
  }
  items.forEach(([name, text, kind = ""], at) => {
    let item = element.children[at];
    if (!item) {
      item = html("li", {}, html("b"), " ", html("span"));
      element.append(item);
    }
    item.className = kind;
    setText(item.firstChild, name);
    setText(item.lastChild, text);
  });
}
