use fluid::{consumer, workers};

trait Sink: Send + Sync {
    fn put(&self, number: u64);
}

struct Null;

impl Sink for Null {
    fn put(&self, _: u64) {}
}

#[consumer]
async fn store(number: u64, sink: &dyn Sink, name: &str, table: &[u64]) {
    println!("{name}: {table:?}");
    sink.put(number);
}

workers! {
    struct Storing(
        /// Where the numbers go.
        sink: dyn Sink,
        name: str,
        table: [u64],
    ) {
        pub store: Store { sink, name, table },
    }
}

#[test]
fn resources_may_be_unsized() {
    let sink: std::sync::Arc<dyn Sink> = std::sync::Arc::new(Null);
    let storing = Storing::new(sink, "name", vec![1, 2]);
    storing.store().try_send(1).unwrap();
}
