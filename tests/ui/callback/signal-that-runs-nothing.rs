use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() {}

workers! {
    struct Polling {
        poll: Poll,
    }

    on_signal("SIGTERM") => println!("bye"); //~ "SIGTERM"
    on_signal("SIGHUB") => println!("again"); //~ "SIGHUB"
    on_signal("SIGKILL") => println!("never"); //~ "SIGKILL"
    on_signal(SIGHUP) => println!("again"); //~ (SIGHUP)
    on_signal("SIGHUP", jitter = "1s") => println!("again"); //~ jitter
}

fn main() {}
