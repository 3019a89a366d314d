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
fn every_name_may_be_raw() {
    let raw = Raw::new(7);
    assert_eq!(raw.r#match().worker_name(), "match");
    assert_eq!(Raw::GRAPH.edges.len(), 2);
}

/// A group with raw names.
mod at_run_time {
    #[fluid::consumer]
    pub(super) async fn r#match(number: u64, r#type: &u64) -> Option<u64> {
        (number == *r#type).then_some(number)
    }

    #[fluid::consumer]
    pub(super) async fn r#yield(_: u64) {}

    fluid::workers! {
        pub(super) struct Raw(r#type: u64) {
            pub r#match: Match { r#type },
            r#loop: Yield,
        }

        r#match => r#loop;
    }
}

#[tokio::test(start_paused = true)]
async fn workers_and_resources_may_have_raw_names() {
    let running = at_run_time::Raw::new(7).startup().await.unwrap();
    running.r#match().send(7).await.unwrap();
    running.r#match().send(8).await.unwrap();
    assert_eq!(running.r#match().worker_name(), "match");
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("loop").unwrap().counts().unwrap().done, 1);
}
