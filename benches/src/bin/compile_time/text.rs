//! Templates that are repeated with different numbers.

/// How many workers of each of the five kinds there are: 10 sources, 30 stages, 10 sinks.
pub const CHAINS: usize = 10;

/// How long each program runs, with `--run`.
pub const RUN: &str = "300";

/// One copy of the template for each chain: `{n}` is its number, `{m}` that of the next one.
pub fn for_each_chain(template: &str) -> String {
    (0..CHAINS)
        .map(|n| {
            let next = (n + 1) % CHAINS;
            let text = template.replace("{n}", &format!("{n:02}"));
            text.replace("{m}", &format!("{next:02}"))
        })
        .collect()
}

/// The factors by which the three stages of a chain multiply. One of them is what an edit changes.
pub fn with_factors(text: &str, edit: usize) -> String {
    let edited = text.replacen("{factor}", &edit.to_string(), 1);
    edited.replace("{factor}", "3")
}

/// The item of each message, and what counts them.
pub const TICK: &str = "
/// What passes from worker to worker.
#[derive(Clone, Debug)]
struct Tick {
    source: usize,
    value: u64,
}

/// What was emitted by all sources, and stored by all sinks.
#[derive(Default)]
struct Store {
    emitted: AtomicU64,
    stored: AtomicU64,
}

impl Store {
    fn put(&self, tick: &Tick) {
        self.stored.fetch_add(1, Ordering::Relaxed);
        if tick.value == u64::MAX {
            println!(\"{} is full\", tick.source);
        }
    }

    /// Each tick reaches three sinks: at the end of its chain, and by the two edges beside it.
    fn report(&self) {
        let emitted = self.emitted.load(Ordering::Relaxed);
        let stored = self.stored.load(Ordering::Relaxed);
        println!(\"{emitted} emitted, {stored} stored\");
        assert!(emitted > 0 && stored == 3 * emitted, \"ticks were lost\");
    }
}
";
