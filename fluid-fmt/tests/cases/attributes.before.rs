workers! {
    /// What it does.

    ///   With an indentation.
    /** A block
     * of docs. */
    #[workers(grace="10s",restart="one_for_one",max_restarts=5,within="30s",)]
    #[cfg(all(unix,not(test)))]
    pub struct Market {
        #[worker(heartbeat="1s")] #[cfg( test )] poll: Poll,
        #[fluid::consumer( capacity=16,overflow="drop_oldest", retry_if=|error|matches!(error,Error::Timeout), on_lost="ignore")]
        pub store: Store,
        #[consumer(partition_by = |a: &(u8,u8), b| a.0, capacity = config.capacity*2)] keyed: Keyed,
        #[consumer()] #[worker] #[allow(dead_code,unused)]
        plain: Plain,
        #[consumer(
            // Because it is slow.
            capacity = 4, // messages

            name = "last"
        )]
        last: Last,
    }
}
