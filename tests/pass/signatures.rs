#![deny(warnings)]
#![allow(dead_code, reason = "some need only compile")]
#![allow(
    clippy::ptr_arg,
    reason = "a reference to a `Vec` is one more kind of state"
)]

use fluid::{Context, Output, consumer, worker, workers};

/// Lifetimes of the call, a where clause.
#[worker(heartbeat = "1s")]
async fn lifetimes<'a, T>(shared: &'a str, owned: Vec<T>, state: &'a mut Vec<T>) -> usize
where
    T: Clone,
    &'a str: Clone,
{
    let mut owned = owned;
    owned.append(&mut state.clone());
    shared.len() + owned.len()
}

#[consumer]
async fn counts<const N: usize>(number: usize, sums: &mut [usize; N]) -> [usize; N] {
    for sum in sums.iter_mut() {
        *sum += number;
    }
    *sums
}

#[consumer]
async fn arrays(_numbers: [usize; 3], _ctx: &Context) {}

#[consumer(blocking)]
fn blocks(numbers: [usize; 3], rest: &Output<usize>) -> Option<usize> {
    for number in &numbers[1..] {
        rest.blocking_send(*number).ok()?;
    }
    numbers.first().copied()
}

#[consumer]
async fn functions(number: usize, of: fn(&usize) -> usize, with: &(dyn Fn(usize) + Send + Sync)) {
    with(of(&number));
}

workers! {
    struct Signatures<T: Clone>(name: str, with: dyn Fn(usize) + Send + Sync, start: Vec<T>) {
        lifetimes: Lifetimes<T> { shared: name, owned: start.to_vec(), state: Vec::new() },
        counts: Counts<3> { sums: [0; 3] },
        arrays: Arrays,
        blocks: Blocks,
        first: Functions { of: usize::clone, with },
        rest: Functions { of: |number| number + 1, with },
    }

    lifetimes => counts => (arrays, blocks);
    blocks => first;
    blocks.rest => rest;
}

/// Functions whose names occur in the expansions.
#[consumer]
async fn message(_n: u64) {}

#[consumer]
async fn ctx(_n: u64, _c: &Context) {}

#[consumer]
async fn ports(_n: u64, _p: &Output<u64>) {}

/// A where clause with a lifetime of its own.
#[consumer]
async fn higher<T>(list: T, sum: &mut u64)
where
    for<'a> &'a T: IntoIterator<Item = &'a u64>,
{
    *sum += (&list).into_iter().sum::<u64>();
}

struct Config {
    path: String,
}

#[consumer]
async fn open(_n: u64, path: String) {
    drop(path);
}

workers! {
    /// A field whose resource has the name of another resource.
    struct Members(config: Config, path: u64) {
        pub open: Open { path: config.path.clone() },
    }

    every("1s") => println!("{path}");
}

#[test]
fn every_legal_signature_compiles() {
    let _ = Members::new(
        Config {
            path: String::new(),
        },
        1,
    );
    let with: std::sync::Arc<dyn Fn(usize) + Send + Sync> = std::sync::Arc::new(|_| {});
    let _ = Signatures::<u8>::new("name", with, vec![1]);
}
