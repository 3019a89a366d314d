use fluid::{Output, consumer, workers};

#[consumer]
async fn relay<T: Clone + Send + 'static>(message: T, copy: &Output<T>) -> T {
    let _ = copy.send(message.clone()).await;
    message
}

#[consumer]
async fn take<T>(message: T, seen: &mut Vec<T>) {
    seen.push(message);
}

workers! {
    struct Relays<T: Clone + Send + 'static = u8, const N: usize = 1>(start: [T; N]) {
        pub relay: Relay<T> { marker: std::marker::PhantomData },
        take: Take<T> { seen: start.to_vec() },
        again: Take<T> { seen: Vec::new() },
    }

    relay => take;
    relay.copy => again;
}

#[test]
fn a_generic_group_may_have_a_default() {
    let relays: Relays = Relays::new([7_u8]);
    relays.relay().try_send(1).unwrap();
    let wide = Relays::<String, 2>::new(["a".to_owned(), "b".to_owned()]);
    assert_eq!(wide.num_workers(), 3);
}
