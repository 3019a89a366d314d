#![allow(unused_variables)]

use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

use fluid::{Context, Error, Worker, by_hand::{Io, Nothing}};

struct Feed;

impl Worker for Feed {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        Ok(())
    }
}

workers! {
    struct Numbers {
        #[worker(timeout = "1s")] //~ timeout
        feed: Feed,
    }
}

fn main() {}
