use fluid::{Ingress, consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn work(_order: u64) {}

workers! {
    struct Shop {
        poll: Poll,
        orders: Ingress<u64>,
        work: Work,
    }

    poll => orders => work; //~ orders
}

fn main() {}
