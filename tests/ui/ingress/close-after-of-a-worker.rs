use fluid::{Ingress, consumer, worker, workers};

#[worker(close_after = "1s")] //~ close_after
async fn serve(_orders: &Ingress<u64>) {}

#[consumer]
async fn work(_order: u64) {}

workers! {
    struct Shop {
        orders: Ingress<u64>,
        #[worker(close_after = "1s")] //~ close_after
        work: Work,
    }

    orders => work;
}

fn main() {}
