use roxmltree::{Document, Node};

use super::super::{Form, Graph, GraphCallback, GraphWorker, sample};

/// Left, top, right and bottom of a rectangle in the picture, and its class.
#[derive(Clone, Copy, Debug)]
struct Rectangle<'doc> {
    class: &'doc str,
    edges: [i32; 4],
}

fn number(node: Node<'_, '_>, attribute: &str) -> i32 {
    node.attribute(attribute)
        .map_or(0, |value| value.parse().expect(attribute))
}

/// How far a node was moved by the groups in which it stands.
fn origin(node: Node<'_, '_>) -> (i32, i32) {
    let (mut x, mut y) = (0, 0);
    for group in node.ancestors() {
        if let Some(moved) = group.attribute("transform") {
            let numbers = moved.trim_start_matches("translate(").trim_end_matches(')');
            let (dx, dy) = numbers.split_once(' ').expect(moved);
            x += dx.parse::<i32>().expect(dx);
            y += dy.parse::<i32>().expect(dy);
        }
    }
    (x, y)
}

fn rectangles<'doc>(document: &'doc Document<'_>) -> Vec<Rectangle<'doc>> {
    document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "rect")))
        .map(|rect| {
            let (x, y) = origin(rect);
            let edges = [x, y, x + number(rect, "width"), y + number(rect, "height")];
            Rectangle {
                class: rect.attribute("class").unwrap_or_default(),
                edges,
            }
        })
        .collect()
}

fn texts(document: &Document<'_>) -> Vec<String> {
    document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .map(|text| text.text().unwrap_or_default().to_owned())
        .collect()
}

fn contains(outer: [i32; 4], inner: [i32; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
}

fn overlap(a: [i32; 4], b: [i32; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

#[test]
fn pictures_are_documents_that_name_every_worker() {
    for graph in sample::ALL {
        let svg = graph.svg();
        assert_eq!(svg, graph.svg());
        let document = Document::parse(&svg).expect(&svg);
        let texts = texts(&document);
        for worker in graph.workers {
            for text in [worker.name, worker.type_name] {
                assert!(
                    texts.iter().any(|other| other == text),
                    "{text} is in {texts:?}"
                );
            }
        }
    }
}

#[test]
fn texts_are_escaped_and_otherwise_unchanged() {
    let svg = sample::MARKET.svg();
    let document = Document::parse(&svg).expect(&svg);
    let texts = texts(&document);
    for text in [
        "Market",
        "Ticks, from the exchange to the \"books\".",
        "Poll<Exchange>",
        ".rejected",
        "▸ Option<&'static str>",
        "write",
        "every \"30s\"",
        "println!(\"{} < {}\", db.len(), 5 & 7)",
        "file.close()",
    ] {
        assert!(
            texts.iter().any(|other| other == text),
            "{text} is in {texts:?}"
        );
    }
}

#[test]
fn boxes_overlap_only_the_group_that_they_are_in() {
    for graph in sample::ALL {
        let svg = graph.svg();
        let document = Document::parse(&svg).expect(&svg);
        let rectangles = rectangles(&document);
        let workers = graph.workers.len() + graph.callbacks.len();
        assert!(rectangles.len() > workers, "{rectangles:?}");
        for (index, one) in rectangles.iter().enumerate() {
            for other in &rectangles[index + 1..] {
                let within =
                    matches!(one.class, "page" | "frame") && contains(one.edges, other.edges);
                assert!(
                    within || !overlap(one.edges, other.edges),
                    "{one:?} and {other:?}"
                );
            }
        }
    }
}

#[test]
fn texts_stay_within_their_boxes() {
    for graph in sample::ALL {
        let svg = graph.svg();
        let document = Document::parse(&svg).expect(&svg);
        for rect in document
            .descendants()
            .filter(|node| node.attribute("class") == Some("box"))
        {
            let names = rect
                .next_siblings()
                .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
            for name in names {
                let columns = name.text().unwrap_or_default().chars().count();
                let size = if name.attribute("class") == Some("name") {
                    14
                } else {
                    11
                };
                let end = number(name, "x") + i32::try_from(columns).unwrap() * size * 6 / 10;
                assert!(end < number(rect, "width"), "{name:?}");
            }
        }
    }
}

#[test]
fn marks_stand_where_messages_enter_and_are_thrown_away() {
    let svg = sample::MARKET.svg();
    // `show`, `write` and the receipts of `store`.
    assert_eq!(svg.matches("class=\"mark\"").count(), 3);
    let svg = sample::DIAMOND.svg();
    assert_eq!(svg.matches("class=\"mark\"").count(), 0);
    // One for each worker that is fed, however many feed it.
    assert_eq!(svg.matches("class=\"head\"").count(), 4);
}

#[test]
fn each_kind_of_edge_has_its_own_form() {
    let svg = sample::MILL.svg();
    // Each edge is a stub at either end and what is between them.
    assert_eq!(svg.matches("class=\"line fused\"").count(), 6);
    assert_eq!(svg.matches("class=\"line feedback\"").count(), 2);
    let document = Document::parse(&svg).expect(&svg);
    let texts = texts(&document);
    assert!(
        texts.iter().any(|text| text == "Flour with knead"),
        "{texts:?}"
    );
    assert!(!sample::MARKET.svg().contains("class=\"line f"));
}

#[test]
fn a_graph_without_workers_is_an_empty_page() {
    let empty = Graph {
        workers: &[],
        edges: &[],
        callbacks: &[],
        ..sample::RING
    };
    let unknown = Graph {
        workers: &[],
        ..sample::RING
    };
    for graph in [empty, unknown] {
        let svg = graph.svg();
        let document = Document::parse(&svg).expect(&svg);
        assert_eq!(rectangles(&document).len(), 1, "only the page: {svg}");
    }
}

#[test]
fn long_texts_are_shortened_and_characters_that_xml_forbids_are_left_out() {
    const LONG: &str =
        "a_function_with_a_name(that, is, longer, than, anyone, wants, to, read, in, a, box)";
    const CALLBACKS: &[GraphCallback] = &[GraphCallback {
        when: "every \u{0}\"1s\"",
        run: LONG,
        ..sample::SYSMON.callbacks[0]
    }];
    let graph = Graph {
        callbacks: CALLBACKS,
        ..sample::RING
    };
    let svg = graph.svg();
    let document = Document::parse(&svg).expect(&svg);
    let texts = texts(&document);
    assert!(
        texts.iter().any(|text| text == "every  \"1s\""),
        "{texts:?}"
    );
    assert!(
        texts
            .iter()
            .any(|text| text.starts_with("a_function") && text.ends_with('…')),
        "{texts:?}"
    );
    let whole = document.descendants().any(|node| {
        node.has_tag_name(("http://www.w3.org/2000/svg", "title"))
            && node.text().is_some_and(|text| text.ends_with(LONG))
    });
    assert!(whole, "whoever points at it sees all of it: {svg}");
}

#[test]
fn a_group_within_a_group_within_a_group_is_drawn() {
    const INNER: Graph = Graph {
        name: "Inner",
        ..sample::MARKET
    };
    const WORKERS: &[GraphWorker] = &[GraphWorker {
        name: "inner",
        form: Form {
            group: Some(&INNER),
            ..Form::UNKNOWN
        },
        ..sample::MARKET.workers[0]
    }];
    let graph = Graph {
        workers: WORKERS,
        edges: &[],
        ..sample::RING
    };
    let svg = graph.svg();
    let document = Document::parse(&svg).expect(&svg);
    let frames = rectangles(&document)
        .into_iter()
        .filter(|rectangle| rectangle.class == "frame");
    assert_eq!(frames.count(), 2);
    assert!(texts(&document).iter().any(|text| text == "file"));
}
