use std::fmt::Display;

use fluid::{consumer, worker, workers};

trait Source: Send + Sync + 'static {
    type Item: Display + Send + Sync + 'static;

    fn next(&self) -> Self::Item;
}

struct Ones;

impl Source for Ones {
    type Item = u64;

    fn next(&self) -> u64 {
        1
    }
}

#[worker(heartbeat = "1s")]
async fn read<S>(source: &S) -> S::Item
where
    S: Source,
{
    source.next()
}

#[consumer]
async fn print<T: Display>(item: T) {
    println!("{item}");
}

workers! {
    struct Reading<S>(source: S)
    where
        S: Source,
    {
        read: Read<S> { source },
        print: Print<S::Item> { marker: std::marker::PhantomData },
    }

    read => print;
}

#[test]
fn a_generic_group_may_have_a_where_clause() {
    assert_eq!(Reading::new(Ones).num_workers(), 2);
}
