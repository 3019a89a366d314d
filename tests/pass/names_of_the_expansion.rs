#![deny(warnings)]

use fluid::{Context, Output, consumer, workers};

#[consumer]
async fn run(message: u64, ctx: &Context, ports: &Output<u64>, io: &u64, this: &mut u64) {
    *this += *io + message;
    if ctx.is_running() {
        let _ = ports.send(*this).await;
    }
}

#[consumer]
async fn call(number: u64) {
    println!("{number}");
}

#[consumer]
async fn edges_of_call(number: u64) {
    println!("{number}");
}

workers! {
    struct Names(io: u64, workers: u8, handle: u16) {
        pub call: Run { io, this: 0 },
        stage: Call,
        pub port: EdgesOfCall,
    }

    call.ports => stage;
    every("1s") => drop((workers, handle));
}

#[test]
fn user_names_may_be_those_of_the_expansion() {
    assert_eq!(Names::new(1, 2, 3).num_workers(), 3 + 1);
}

/// Resources and workers whose names are those of locals in the expansion.
mod at_run_time {
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
async fn locals_of_the_expansion_do_not_collide_with_resources_and_workers() {
    let sum = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let running = at_run_time::Names::new(sum.clone(), 1, 2)
        .startup()
        .await
        .unwrap();
    running.handle().send(1).await.unwrap();
    running.group().send(2).await.unwrap();
    running.workers().send(3).await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(sum.load(std::sync::atomic::Ordering::Relaxed), 6);
}
