#![allow(dead_code)]

mod fluid {
    pub struct Error;
}

mod std {
    pub struct Arc;
}

mod core {
    pub struct Option;
}

#[::fluid::worker(heartbeat = "1s")]
async fn poll(step: u64) -> u64 {
    step
}

#[::fluid::consumer]
async fn store(number: u64, name: &str) -> ::std::result::Result<(), ::std::io::Error> {
    println!("{name}: {number}");
    Ok(())
}

::fluid::workers! {
    struct Numbers(name: str) {
        poll: Poll { step: 2 },
        store: Store { name },
    }

    poll => store;
    every("1s") => println!("{name}");
}

fn main() {
    let _ = Numbers::new("numbers");
}
