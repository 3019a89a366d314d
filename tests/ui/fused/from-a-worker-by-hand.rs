use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(number: u64) {
    let _ = number;
}

struct Tick;

impl fluid::Worker for Tick {
    type Message = fluid::by_hand::Nothing;
    type Output = u64;
    type Ports = ();

    async fn run(
        &mut self,
        _: &fluid::Context,
        io: &mut fluid::by_hand::Io<Self>,
    ) -> Result<(), fluid::Error> {
        while io.queue.next().await.is_some() {}
        Ok(())
    }
}

workers! {
    struct Group {
        tick: Tick = Tick,
        store: Store,
    }

    tick -> store; //~ tick
}

fn main() {}
