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
fn runs() {
    assert_eq!(Names::new(1, 2, 3).num_workers(), 3 + 1);
}
