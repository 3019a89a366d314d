#![deny(warnings)]

mod inner {
    #[derive(Clone)]
    pub(crate) struct Tick;

    struct Hidden;

    #[fluid::worker(heartbeat = "1s")]
    pub(crate) async fn poll() -> Tick {
        Tick
    }

    #[fluid::consumer]
    pub(super) async fn store(tick: Tick, count: &mut u64) {
        let _ = tick;
        *count += 1;
    }

    #[fluid::worker(heartbeat = "1s")]
    async fn make() -> Hidden {
        Hidden
    }

    #[fluid::consumer]
    async fn hide(hidden: Hidden) {
        let _ = hidden;
    }

    fluid::workers! {
        pub(crate) struct Inner {
            make: Make,
            hide: Hide,
        }

        make => hide;
    }
}

fluid::workers! {
    pub struct Outer {
        poll: inner::Poll,
        pub store: inner::Store { count: 0 },
        nested: inner::Inner = inner::Inner::new(),
    }

    poll => store;
}

#[test]
fn messages_and_resources_may_be_private_types() {
    let outer = Outer::new();
    assert_eq!(outer.nested().num_workers(), 2);
}
