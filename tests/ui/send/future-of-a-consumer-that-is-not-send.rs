#![allow(unused_variables)]

use fluid::consumer;

#[consumer]
async fn store(number: u64) { //~ store
    let cell = std::cell::RefCell::new(number);
    let borrowed = &cell;
    tokio::task::yield_now().await;
    println!("{borrowed:?}");
}

fn main() {}
