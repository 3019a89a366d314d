use fluid::{Ingress, consumer, workers};

#[consumer]
async fn work(_order: u64) {}

workers! {
    struct Shop {
        pub orders: Ingress<u64>, //~ pub
        work: Work,
    }

    orders => work;
}

fn main() {}
