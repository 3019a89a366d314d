use fluid::{Ingress, consumer, workers};

#[consumer]
async fn work(_order: u64) {}

workers! {
    struct Shop {
        orders: Ingress<String>,
        work: Work,
    }

    orders => work; //~ work
}

fn main() {}
