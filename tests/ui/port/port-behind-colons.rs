use fluid::{Output, consumer, workers};

#[consumer]
async fn count(_line: String, _alerts: &Output<u64>) {}

#[consumer]
async fn page(_alert: u64) {}

workers! {
    struct Lines {
        pub count: Count,
        page: Page,
    }

    count::_alerts => page; //~ ::
}

fn main() {}
