use fluid::{Ingress, consumer, workers};

fn open() -> Ingress<u64> {
    unimplemented!()
}

#[consumer]
async fn work(_order: u64) {}

workers! {
    struct Shop {
        orders: Ingress<u64> = open(), //~ Ingress<u64>
        work: Work,
    }

    orders => work;
}

fn main() {}
