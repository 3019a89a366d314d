//! Sample graphs for the tests of the pictures.

#![cfg_attr(
    not(feature = "svg"),
    allow(dead_code, reason = "some samples are drawn as SVG only")
)]

use super::{EdgeKind, Form, Graph, GraphCallback, GraphEdge, GraphWorker, Location};
use crate::options::Options;

const fn place(file: &'static str) -> Location {
    Location { file, line: 1 }
}

const fn worker(name: &'static str, type_name: &'static str, form: Form) -> GraphWorker {
    GraphWorker {
        name,
        type_name,
        docs: &[],
        place: place("src/sample.rs"),
        public: false,
        options: Options::new(),
        at_run_time: &[],
        form,
    }
}

const fn public(worker: GraphWorker) -> GraphWorker {
    GraphWorker {
        public: true,
        ..worker
    }
}

const fn form(message: Option<&'static str>, output: Option<&'static str>) -> Form {
    Form {
        message,
        output,
        ..Form::UNKNOWN
    }
}

const fn edge(from: &'static str, to: &'static str) -> GraphEdge {
    edge_of(from, None, Some(to))
}

const fn edge_of(
    from: &'static str,
    port: Option<&'static str>,
    to: Option<&'static str>,
) -> GraphEdge {
    GraphEdge {
        from,
        port,
        to,
        kind: EdgeKind::Queued,
        adapter: None,
        place: place("src/sample.rs"),
    }
}

const fn callback(when: &'static str, run: &'static str) -> GraphCallback {
    GraphCallback {
        when,
        run,
        place: place("src/sample.rs"),
    }
}

const fn graph(
    name: &'static str,
    workers: &'static [GraphWorker],
    edges: &'static [GraphEdge],
    callbacks: &'static [GraphCallback],
) -> Graph {
    Graph {
        name,
        type_name: name,
        docs: &[],
        place: place("src/sample.rs"),
        resources: &[],
        workers,
        edges,
        callbacks,
    }
}

const AUDIT: Graph = graph(
    "Audit",
    &[
        public(worker("write", "Write", form(Some("Line"), Some("Page")))),
        worker("file", "File", form(Some("Page"), None)),
    ],
    &[edge("write", "file")],
    &[callback("on_shutdown", "file.close()")],
);

/// A graph with a broadcast, a named port, a discard, a public consumer, a nested group, callbacks, and texts that
/// need escaping.
pub(super) const MARKET: Graph = Graph {
    docs: &[" Ticks, from the exchange to the \"books\"."],
    place: Location {
        file: "src/market.rs",
        line: 4,
    },
    ..graph(
        "Market",
        &[
            worker("poll", "Poll<Exchange>", form(None, Some("Tick"))),
            worker(
                "aggregate",
                "Aggregate",
                Form {
                    ports: &[("rejected", "Option<&'static str>")],
                    ..form(Some("Tick"), Some("Vec<Bar>"))
                },
            ),
            worker("store", "Store", form(Some("Vec<Bar>"), Some("Receipt"))),
            public(worker("show", "Show", form(Some("Vec<Bar>"), None))),
            worker(
                "dead_letters",
                "DeadLetters",
                form(Some("Option<&'static str>"), None),
            ),
            worker(
                "audit",
                "Audit",
                Form {
                    group: Some(&AUDIT),
                    ..Form::UNKNOWN
                },
            ),
        ],
        &[
            edge("poll", "aggregate"),
            edge("aggregate", "store"),
            edge("aggregate", "show"),
            edge_of("aggregate", Some("rejected"), Some("dead_letters")),
            edge_of("store", None, None),
        ],
        &[
            callback(
                "every \"30s\"",
                "println!(\"{} < {}\",\n    db.len(), 5 & 7)",
            ),
            callback("on_shutdown", "db.flush().await"),
        ],
    )
};

/// A cycle without a source, and an edge from a worker to itself.
pub(super) const RING: Graph = Graph {
    place: place("src/ring.rs"),
    ..graph(
        "Ring",
        &[
            worker("first", "First", form(Some("Ball"), Some("Ball"))),
            worker("second", "Second", form(Some("Ball"), Some("Ball"))),
            worker("third", "Third", form(Some("Ball"), Some("Ball"))),
        ],
        &[
            edge("first", "second"),
            edge("second", "third"),
            edge("third", "first"),
            edge_of("third", Some("lost"), Some("third")),
        ],
        &[],
    )
};

/// A service with nine workers.
pub(super) const SYSMON: Graph = Graph {
    docs: &["Samples the machine, judges what it sees, and keeps a history of it."],
    ..graph(
        "Sysmon",
        &[
            worker(
                "clock",
                "Clock",
                Form {
                    ports: &[("ticks", "Tick")],
                    ..Form::UNKNOWN
                },
            ),
            worker("sample", "Sample", form(Some("Tick"), Some("Reading"))),
            worker("rate", "Rate", form(Some("Reading"), Some("Reading"))),
            public(worker("show", "Show", form(Some("Reading"), None))),
            worker("judge", "Judge", form(Some("Reading"), Some("Alert"))),
            worker("alarm", "Alarm", form(Some("Alert"), None)),
            worker(
                "gather",
                "Gather",
                form(Some("Reading"), Some("Vec<Reading>")),
            ),
            worker("store", "Store", form(Some("Vec<Reading>"), None)),
            worker("farewell", "Farewell", form(None, None)),
        ],
        &[
            edge_of("clock", Some("ticks"), Some("sample")),
            edge("sample", "rate"),
            edge("rate", "show"),
            edge("rate", "judge"),
            edge("rate", "gather"),
            edge("judge", "alarm"),
            edge("gather", "store"),
        ],
        &[callback("every \"1s\"", "screen.draw(&history, &alerts)?")],
    )
};

/// Two paths between the same workers, and a third one that is longer.
pub(super) const DIAMOND: Graph = graph(
    "Diamond",
    &[
        worker("split", "Split", form(None, Some("Part"))),
        worker("left", "Left", form(Some("Part"), Some("Half"))),
        worker("right", "Right", form(Some("Part"), Some("Half"))),
        worker("polish", "Polish", form(Some("Half"), Some("Half"))),
        worker("join", "Join", form(Some("Half"), None)),
    ],
    &[
        edge("split", "left"),
        edge("split", "right"),
        edge("split", "join"),
        edge("left", "join"),
        edge("right", "polish"),
        edge("polish", "join"),
    ],
    &[],
);

/// One worker that feeds twelve consumers.
pub(super) const FAN: Graph = graph(
    "Fan",
    &[
        worker("source", "Source", form(None, Some("Job"))),
        worker("one", "Sink", form(Some("Job"), None)),
        worker("two", "Sink", form(Some("Job"), None)),
        worker("three", "Sink", form(Some("Job"), None)),
        worker("four", "Sink", form(Some("Job"), None)),
        worker("five", "Sink", form(Some("Job"), None)),
        worker("six", "Sink", form(Some("Job"), None)),
        worker("seven", "Sink", form(Some("Job"), None)),
        worker("eight", "Sink", form(Some("Job"), None)),
        worker("nine", "Sink", form(Some("Job"), None)),
        worker("ten", "Sink", form(Some("Job"), None)),
        worker("eleven", "Sink", form(Some("Job"), None)),
        worker("twelve", "Sink", form(Some("Job"), None)),
    ],
    &[
        edge("source", "one"),
        edge("source", "two"),
        edge("source", "three"),
        edge("source", "four"),
        edge("source", "five"),
        edge("source", "six"),
        edge("source", "seven"),
        edge("source", "eight"),
        edge("source", "nine"),
        edge("source", "ten"),
        edge("source", "eleven"),
        edge("source", "twelve"),
    ],
    &[],
);

/// Edges of every kind, some of them with an adapter.
pub(super) const MILL: Graph = Graph {
    place: place("src/mill.rs"),
    ..graph(
        "Mill",
        &[
            worker("harvest", "Harvest", form(None, Some("Grain"))),
            worker("grind", "Grind", form(Some("Grain"), Some("Flour"))),
            worker("sift", "Sift", form(Some("Flour"), Some("Flour"))),
            worker("bake", "Bake", form(Some("Dough"), Some("Bread"))),
            worker("sell", "Sell", form(Some("Bread"), Some("Seed"))),
        ],
        &[
            fused(edge("harvest", "grind")),
            fused(edge("grind", "sift")),
            adapted("knead", edge("sift", "bake")),
            edge("bake", "sell"),
            GraphEdge {
                kind: EdgeKind::Feedback,
                ..adapted(
                    "|seed| seed.sown(&fields,\n    Season::Spring)",
                    edge("sell", "bake"),
                )
            },
        ],
        &[],
    )
};

const fn fused(edge: GraphEdge) -> GraphEdge {
    GraphEdge {
        kind: EdgeKind::Fused,
        ..edge
    }
}

const fn adapted(adapter: &'static str, edge: GraphEdge) -> GraphEdge {
    GraphEdge {
        adapter: Some(adapter),
        ..edge
    }
}

/// All sample graphs.
pub(super) const ALL: [Graph; 6] = [MARKET, RING, SYSMON, DIAMOND, FAN, MILL];
