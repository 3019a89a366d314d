#![allow(
    unused_qualifications,
    reason = "a path that is longer than it need be is what is tested"
)]

mod outer {
    pub(crate) mod inner {
        use fluid::{consumer, worker};

        #[worker(heartbeat = "1s")]
        pub(in crate::nested_modules::outer) async fn poll() -> u64 {
            1
        }

        #[consumer]
        pub(crate) async fn store(number: u64) {
            println!("{number}");
        }
    }

    fluid::workers! {
        pub(super) struct Numbers {
            poll: inner::Poll,
            pub store: self::inner::Store,
        }

        poll => store;
    }
}

#[test]
fn declarations_may_stand_in_nested_modules() {
    let numbers: outer::Numbers = outer::Numbers::new();
    numbers.store().try_send(1).unwrap();
}
