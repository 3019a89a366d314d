use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll<T: Clone>(item: &T) -> T {
    item.clone()
}

#[consumer]
async fn store<T: Clone>(item: T) {
    let _ = item;
}

workers! {
    struct Polls<T: Clone>(item: T) {
        #[consumer(rate = "100/s")] //~ rate
        poll: Poll<T> { item },
        #[worker(heartbeat = "1s")] //~ heartbeat
        store: Store<T> { marker: std::marker::PhantomData },
    }

    poll => store;
}

fn main() {}
