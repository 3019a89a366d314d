use fluid::{Output, consumer, worker, workers};

macro_rules! pipeline {
    ($group:ident, $source:ident: $from:ident -> $ty:ty, $port:ident) => {
        #[worker(heartbeat = "1s")]
        async fn $source(
            start: $ty,
            $port: &Output<$ty>,
            seen: &mut Vec<$ty>,
            all: &std::sync::Mutex<$ty>,
        ) -> $ty {
            let _ = (seen, all, $port.send(start).await);
            start
        }

        workers! {
            struct $group(all: std::sync::Mutex<$ty>) {
                source: $from { start: 1, seen: vec![], all },
                end: End,
            }

            source => end;
            source.$port => _;
        }
    };
}

#[consumer]
async fn end(number: u64) {
    println!("{number}");
}

pipeline!(Numbers, emit: Emit -> u64, late);

#[test]
fn types_may_come_from_a_macro() {
    assert_eq!(Numbers::new(std::sync::Mutex::new(1)).num_workers(), 2);
}
