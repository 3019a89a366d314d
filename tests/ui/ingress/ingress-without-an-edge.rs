use fluid::{Ingress, worker, workers};

#[worker]
async fn serve(_orders: &Ingress<u64>) {}

workers! {
    struct Shop {
        serve: Serve { _orders: orders },
        orders: Ingress<u64>, //~ Ingress<u64>
    }
}

fn main() {}
