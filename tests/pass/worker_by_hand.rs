use fluid::{
    Context, Error, Output, Worker,
    by_hand::{Io, Nothing, Port},
    consumer, workers,
};

struct Count(u64);

impl Count {
    fn odd() -> Port<Self, u64> {
        Port::new("odd", |ports: &mut (Output<u64>,)| &mut ports.0)
    }
}

impl Worker for Count {
    type Message = Nothing;
    type Output = u64;
    type Ports = (Output<u64>,);

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while ctx.is_running() {
            io.output.send(self.0).await?;
        }
        Ok(())
    }
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

workers! {
    struct Numbers {
        count: Count = Count(1),
        silent: Count = Count(2),
        store: Store,
    }

    count => store;
    count.odd => store;
    silent => _;
}

#[test]
fn a_worker_written_by_hand_may_stand_in_a_group() {
    assert_eq!(Numbers::new().num_workers(), 3);
}
