workers! {
    struct Graph(db: Db) {
        a: A,
        b: B,
        c: C,
    }

    a => b => c;
    (a.x, b) => c;
    a -> b -> c;

    c.failed ~> a;
    c => _;
    a => (b, c) with to_candle;
    a -> b with |n: u8| -> u16 { n.into() } -> c with move |n| n + 1;
    a => b with |tick| {
        let candle = fold(tick);
        candle.close()
    };
    first_worker_with_a_name.port
        => second_worker_with_a_name
        => third_worker_with_a_name
        => fourth;
    (
        first_worker_with_a_name,
        second_worker_with_a_name,
        third_worker_with_a_name,
        fourth_worker,
        five,
    ) => b => c;
    a => (
        first_worker_with_a_name,
        second_worker_with_a_name,
        third_worker_with_a_name,
        fourth_worker,
        five,
    );
    a
        => b with adapter_with_a_long_name(first_argument)
        => c with another_adapter_with_a_long_name(second);
    #[cfg(test)]
    a => c;
}
