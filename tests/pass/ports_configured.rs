#![deny(warnings)]

use fluid::{Output, consumer, workers};

#[consumer]
async fn parse(number: u64, rejected: &Output<u64>) {
    let _ = rejected.send(number).await;
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

workers! {
    struct Parsing {
        pub parse: Parse,
        #[cfg(all())]
        store: Store,
        #[cfg(not(all()))]
        away: Store,
    }

    #[cfg(all())]
    parse.rejected => store;
    #[cfg(not(all()))]
    parse.rejected => _;
    parse.rejected => away;
}

#[test]
fn ports_may_stand_under_cfg() {
    assert_eq!(Parsing::new().num_workers(), 2);
}
