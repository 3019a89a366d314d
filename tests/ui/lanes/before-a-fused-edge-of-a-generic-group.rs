use fluid::{consumer, workers};

#[consumer(concurrency = 4)]
async fn double<T: Clone>(item: T) -> T {
    item
}

#[consumer]
async fn store<T: Clone>(item: T) {
    let _ = item;
}

workers! {
    struct Items<T: Clone> {
        pub double: Double<T> { marker: std::marker::PhantomData },
        store: Store<T> { marker: std::marker::PhantomData },
    }

    double -> store; //~ store
}

fn main() {}
