#![allow(dead_code, reason = "they need only be there")]

mod fluid {
    pub(crate) struct Error;
}

mod std {
    pub(crate) struct Arc;
}

mod core {
    pub(crate) struct Option;
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

#[test]
fn modules_may_be_named_like_crates() {
    let _ = Numbers::new("numbers");
}
