//! The constant `GRAPH` of a group.

use std::time::Duration;

use fluid::{
    Output, consumer,
    graph::{Form, Graph},
    worker, workers,
};

/// Counts upwards.
#[worker(heartbeat = "1s")]
async fn count(step: u64) -> Vec<u64> {
    vec![step]
}

#[consumer(capacity = 8)]
async fn split(number: u64, odd: &Output<u64>) -> Option<String> {
    odd.send(number).await.ok().map(|()| number.to_string())
}

#[consumer]
async fn take(text: String) {
    drop(text);
}

#[consumer]
async fn drain(_: u64) {}

workers! {
    struct Inner {
        pub drain: Drain,
    }
}

const LINE: u32 = line!();

workers! {
    /// Splits numbers.
    ///
    /// Twice.
    struct Splitting<T: Clone>(step: u64, rest: Vec<T>) {
        /// The source of the numbers.
        count: Count { step: *step + rest.len() as u64 },
        #[consumer(capacity = 16)]
        pub split: Split,
        take: Take,
        #[cfg(test)]
        drain: Drain,
        #[cfg(not(test))]
        other: Other,
        inner: Inner = Inner::new(),
    }

    count => split => take;
    split.odd => drain;
    #[cfg(not(test))]
    split.odd => other;
    every("30s", jitter = "5s") => report(&step).await;
    #[cfg(not(test))]
    after("1s") => missing();
    after_shutdown(exit) => drop(exit);
}

#[allow(dead_code, reason = "the group is never made")]
async fn report(_: &u64) {}

#[test]
fn the_graph_constant_holds_the_whole_declaration() {
    const GRAPH: Graph = Splitting::<u8>::GRAPH;
    assert_eq!((GRAPH.name, GRAPH.type_name), ("splitting", "Splitting"));
    assert_eq!(GRAPH.docs, ["Splits numbers.", "", "Twice."]);
    assert_eq!(GRAPH.place.file, file!());
    assert_eq!(GRAPH.place.line, LINE + 6);
    let edges: Vec<_> = GRAPH.edges.iter().map(|e| e.place.line - LINE).collect();
    assert_eq!(edges, [19, 19, 20]);
    let callbacks: Vec<_> = GRAPH
        .callbacks
        .iter()
        .map(|c| c.place.line - LINE)
        .collect();
    assert_eq!(callbacks, [23, 26]);
    let resources: Vec<_> = GRAPH
        .resources
        .iter()
        .map(|r| (r.name, r.type_name))
        .collect();
    assert_eq!(resources, [("step", "u64"), ("rest", "Vec<T>")]);

    let workers: Vec<_> = GRAPH
        .workers
        .iter()
        .map(|w| (w.name, w.type_name, w.public))
        .collect();
    assert_eq!(
        workers,
        [
            ("count", "Count", false),
            ("split", "Split", true),
            ("take", "Take", false),
            ("drain", "Drain", false),
            ("inner", "Inner", false),
        ]
    );
    let [count, split, _, _, inner] = GRAPH.workers else {
        panic!("{GRAPH}")
    };
    assert_eq!(count.docs, ["The source of the numbers."]);
    assert_eq!(count.form.docs, ["Counts upwards."]);
    assert_eq!(count.place.line, LINE + 8);
    assert_eq!(
        count.options.heartbeat(Duration::from_secs(1)),
        count.options
    );
    assert_eq!(split.options.capacity(16), split.options);
    let Form {
        message,
        output,
        ports,
        ..
    } = split.form;
    assert_eq!((message, output), (Some("u64"), Some("String")));
    assert_eq!(ports, [("odd", "u64")]);
    assert_eq!(inner.form.group.map(|group| group.workers.len()), Some(1));
}

#[test]
fn a_worker_that_is_configured_away_is_not_in_the_graph() {
    let edges = Splitting::<u8>::GRAPH
        .edges
        .iter()
        .map(|e| (e.from, e.port, e.to));
    assert_eq!(
        edges.collect::<Vec<_>>(),
        [
            ("count", None, Some("split")),
            ("split", None, Some("take")),
            ("split", Some("odd"), Some("drain")),
        ]
    );
    let callbacks = Splitting::<u8>::GRAPH
        .callbacks
        .iter()
        .map(|c| (c.when, c.run));
    assert_eq!(
        callbacks.collect::<Vec<_>>(),
        [
            ("every \"30s\"", "report(&step).await"),
            ("after_shutdown", "drop(exit)")
        ]
    );
}

#[test]
fn the_graph_constant_is_drawn_in_every_format() {
    let text = Splitting::<u8>::GRAPH.to_string();
    for part in ["count: Count", "u64", "split: Split", "take: Take", "odd"] {
        assert!(text.contains(part), "{text}");
    }
    let mermaid = Splitting::<u8>::GRAPH.mermaid();
    assert!(mermaid.starts_with("flowchart LR"), "{mermaid}");
}
