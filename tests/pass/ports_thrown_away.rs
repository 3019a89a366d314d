use fluid::{Output, consumer, workers};

#[consumer]
async fn parse(text: String, good: &Output<u64>, bad: &Output<String>) {
    let _ = match text.parse() {
        Ok(number) => good.send(number).await.is_ok(),
        Err(_) => bad.send(text).await.is_ok(),
    };
}

workers! {
    struct Parsing {
        pub parse: Parse,
    }

    parse.good => _;
    parse.bad => _;
}

#[test]
fn ports_may_be_discarded() {
    assert!(Parsing::new().parse().try_send("7".to_owned()).is_ok());
}
