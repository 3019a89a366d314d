use fluid::{Output, consumer, workers};

#[consumer]
async fn r#match(number: u64, r#type: &u64, r#in: &Output<u64>) -> Option<u64> {
    let _ = r#in.send(*r#type).await;
    Some(number)
}

#[consumer]
async fn r#loop(number: u64, r#mut: &mut u64) {
    *r#mut += number;
}

workers! {
    struct Raw(r#type: u64) {
        pub r#match: Match { r#type },
        r#move: Loop { r#mut: 0 },
        r#while: Loop { r#mut: 0 },
    }

    r#match => r#move;
    r#match.r#in => r#while;
    every("1s") => drop(r#type);
}

#[test]
fn runs() {
    let raw = Raw::new(7);
    assert_eq!(raw.r#match().worker_name(), "match");
    assert_eq!(Raw::GRAPH.edges.len(), 2);
}
