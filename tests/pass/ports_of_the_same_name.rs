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
fn workers_may_have_ports_of_the_same_name() {
    assert_eq!(Parsing::new().num_workers(), 2);
}
