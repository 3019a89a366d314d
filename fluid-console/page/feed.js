// Loads the graph and the history, follows the snapshots, and connects again when the server goes away.

/** The most points of a sparkline, as in the history of the server. */
const POINTS = 900;

/** The times between two attempts to connect, in milliseconds. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 10000;

/**
 * Calls the handlers: `loaded` with the declared graph or null, `snapshot` with each snapshot and the history, `ended` when
 * the program has ended, and `lost` when the connection is lost.
 */
export function follow(handlers) {
  let pause = FIRST_PAUSE;
  // From the end of the program to its next start.
  let hasEnded = false;

  const again = () => {
    (hasEnded ? handlers.ended : handlers.lost)();
    setTimeout(connect, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  };

  async function connect() {
    let history;
    try {
      handlers.loaded(await json("graph"));
      history = new History(await json("history"));
    } catch {
      again();
      return;
    }
    const events = new EventSource("events");
    events.addEventListener("snapshot", (event) => {
      pause = FIRST_PAUSE;
      hasEnded = false;
      const snapshot = JSON.parse(event.data);
      history.add(snapshot);
      handlers.snapshot(snapshot, history);
    });
    // The first of the two ends this connection: a closed source sends no further event.
    events.addEventListener("end", () => {
      hasEnded = true;
      events.close();
      again();
    });
    events.addEventListener("error", () => {
      events.close();
      again();
    });
  }

  connect();
}

/** The answer of a route, or null if it does not exist. */
async function json(route) {
  const answer = await fetch(route, { cache: "no-store" });
  if (answer.status === 404) {
    return null;
  }
  if (!answer.ok) {
    throw new Error(`${route}: ${answer.status}`);
  }
  return answer.json();
}

/** The rate to show of a worker: of what it handles, sends, or of its beats. */
export function throughput(worker) {
  if (!worker.rates) {
    return null;
  }
  if (worker.kind === "consumer") {
    return worker.rates.handled;
  }
  return worker.emitted > 0 ? worker.rates.emitted : worker.rates.beats;
}

/** The points of each worker, the oldest first. */
class History {
  constructor(loaded) {
    this.workers = new Map(Object.entries(loaded?.workers ?? {}));
  }

  of(path) {
    if (!this.workers.has(path)) {
      this.workers.set(path, { rate: [], queue: [] });
    }
    return this.workers.get(path);
  }

  add(snapshot) {
    for (const worker of snapshot.workers) {
      const series = this.of(worker.path);
      keep(series.rate, throughput(worker) ?? 0);
      keep(series.queue, worker.queue_size ?? 0);
    }
  }
}

function keep(points, point) {
  points.push(point);
  if (points.length > POINTS) {
    points.shift();
  }
}
