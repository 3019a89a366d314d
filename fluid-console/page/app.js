// Connects the feed with the parts of the page.

import { follow } from "./feed.js";
import { GraphView } from "./graph.js";
import { showConnection, showSnapshot } from "./summary.js";
import { TableView } from "./table.js";

const graph = new GraphView(document.getElementById("graph"));
const table = new TableView(document.querySelector("#workers tbody"));

follow({
  loaded(declaration) {
    graph.declare(declaration);
  },
  snapshot(snapshot, history) {
    showConnection("");
    showSnapshot(snapshot);
    graph.show(snapshot);
    table.show(snapshot, history);
  },
  ended() {
    showConnection("The program has ended. Its last numbers stay here.");
  },
  lost() {
    showConnection("The connection is lost. Trying again …");
  },
});

new ResizeObserver(() => graph.resized()).observe(document.getElementById("graph"));
