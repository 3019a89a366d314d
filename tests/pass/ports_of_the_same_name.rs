use fluid::{Output, consumer, workers};

mod other {
    #[fluid::consumer]
    pub(super) async fn parse(number: u64, rejected: &fluid::Output<u64>) {
        let _ = rejected.send(number).await;
    }
}

#[consumer]
async fn parse(number: u64, rejected: &Output<u64>) {
    let _ = rejected.send(number).await;
}

workers! {
    struct Parsing {
        pub first: Parse,
        second: other::Parse,
    }

    first.rejected => second;
    second.rejected => _;
}

#[test]
fn runs() {
    assert_eq!(Parsing::new().num_workers(), 2);
}
