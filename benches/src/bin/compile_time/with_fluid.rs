//! The program written with fluid.

use crate::text::{RUN, TICK, for_each_chain, with_factors};

pub fn source(edit: usize) -> String {
    let [sources, sinks] = [SOURCE, SINK].map(for_each_chain);
    let stages =
        ["first", "second", "third"].map(|kind| for_each_chain(&STAGE.replace("{kind}", kind)));
    let stages = with_factors(&stages.concat(), edit);
    let [fields, edges] = [FIELDS, EDGES].map(for_each_chain);
    let main = MAIN.replace("{run}", RUN);
    format!(
        "{HEAD}{TICK}{sources}{stages}{sinks}
workers! {{
    struct Pipeline(store: Store) {{{fields}    }}
{edges}}}
{main}"
    )
}

const HEAD: &str = "\
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid::{consumer, worker, workers};
";

const SOURCE: &str = r#"
#[worker(heartbeat = "10ms")]
async fn source_{n}(value: &mut u64, store: &Store) -> Tick {
    *value += 1;
    store.emitted.fetch_add(1, Ordering::Relaxed);
    Tick { source: {n}, value: *value }
}
"#;

const STAGE: &str = r#"
#[consumer]
async fn {kind}_{n}(tick: Tick, total: &mut u64) -> Tick {
    *total += tick.value % 1_000;
    let value = tick.value.wrapping_mul({factor}) / 2 + *total % 7;
    Tick { value, ..tick }
}
"#;

const SINK: &str = r#"
#[consumer]
async fn sink_{n}(tick: Tick, store: &Store) {
    store.put(&tick);
}
"#;

const FIELDS: &str = "
        source_{n}: Source{n} { value: 0, store },
        first_{n}: First{n} { total: 0 },
        second_{n}: Second{n} { total: 0 },
        third_{n}: Third{n} { total: 0 },
        sink_{n}: Sink{n} { store },
";

const EDGES: &str = "
    source_{n} => first_{n} => second_{n} => third_{n} => sink_{n};
    first_{n} => sink_{n};
    second_{n} => sink_{m};
";

const MAIN: &str = r#"
#[tokio::main]
async fn main() {
    let store = Arc::new(Store::default());
    let pipeline = Pipeline::new(Arc::clone(&store));
    let scope = pipeline.scope(|_| tokio::time::sleep(Duration::from_millis({run})));
    let ((), exit) = scope.await.expect("every worker starts");
    println!("{exit}");
    store.report();
}
"#;
