//! The smallest group: one worker feeds another.

use fluid::{consumer, worker, workers};

/// Greets each second.
#[worker(heartbeat = "1s")]
async fn greet(name: String) -> String {
    format!("hello, {name}")
}

/// Prints each message.
#[consumer]
async fn print(line: String) {
    println!("{line}");
}

workers! {
    struct Hello(name: String) {
        greet: Greet { name },
        print: Print,
    }

    greet => print;
}

fn main() -> fluid::Exit {
    Hello::new("world".to_owned()).main()
}
