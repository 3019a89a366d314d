//! The expansions under names that mean something else.

/// A user's own types may have the names of the prelude's.
#[allow(dead_code)]
mod shadowed {
    pub(super) struct Result;
    pub(super) struct Option;
    pub(super) struct Vec;
    pub(super) struct Some;
    pub(super) struct Ok;
    pub(super) struct String;
    pub(super) struct Box;
    pub(super) struct Send;
    pub(super) struct Arc;
    pub(super) struct Context;
    pub(super) struct Duration;

    #[fluid::worker(heartbeat = "1h", jitter = "1s", timeout = "1s")]
    async fn poll(shared: &u64, owned: &mut u64, config: u8) -> u64 {
        *owned += *shared + u64::from(config);
        *owned
    }

    #[fluid::consumer(capacity = 8, overflow = "drop_newest")]
    async fn take(number: u64, even: &fluid::Output<u64>) {
        if number.is_multiple_of(2) {
            even.send(number).await.expect("wired");
        }
    }

    #[fluid::consumer]
    async fn drain(_: u64) {}

    fluid::workers! {
        #[workers(grace = "1s")]
        pub(super) struct Shadowed(shared: u64) {
            poll: Poll { shared, owned: 1, config: 2 },
            take: Take,
            drain: Drain,
        }

        poll => take;
        take.even => drain;
        every("1h") => drop(shared);
        after_shutdown(exit) => drop(exit);
    }
}

#[tokio::test(start_paused = true)]
async fn the_preludes_names_may_be_shadowed() {
    let running = shadowed::Shadowed::new(1).startup().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    let exit = running.shutdown().await;
    assert_eq!(
        exit.worker("drain").unwrap().counts().unwrap().done,
        1,
        "{exit}"
    );
}

/// Locals of the expansion, resources and workers do not meet.
mod names {
    #[fluid::consumer]
    pub(super) async fn take(number: u64, workers: &std::sync::atomic::AtomicU64) {
        workers.fetch_add(number, std::sync::atomic::Ordering::Relaxed);
    }

    fluid::workers! {
        pub(super) struct Names(workers: std::sync::atomic::AtomicU64, handle: u8, other: u16) {
            pub handle: Take { workers },
            pub group: Take { workers },
            pub workers: Take { workers },
        }

        on_shutdown => drop((handle, workers, other, group.is_running()));
    }
}

#[tokio::test(start_paused = true)]
async fn no_local_of_the_expansion_meets_a_name_of_the_users() {
    let sum = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let running = names::Names::new(sum.clone(), 1, 2)
        .startup()
        .await
        .unwrap();
    running.handle().send(1).await.unwrap();
    running.group().send(2).await.unwrap();
    running.workers().send(3).await.unwrap();
    running.shutdown().await;
    assert_eq!(sum.load(std::sync::atomic::Ordering::Relaxed), 6);
}

/// Raw identifiers.
mod raw {
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
async fn names_may_be_raw() {
    let running = raw::Raw::new(7).startup().await.unwrap();
    running.r#match().send(7).await.unwrap();
    running.r#match().send(8).await.unwrap();
    assert_eq!(running.r#match().worker_name(), "match");
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("loop").unwrap().counts().unwrap().done, 1);
}
