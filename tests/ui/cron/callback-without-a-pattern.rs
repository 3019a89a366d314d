use fluid::{worker, workers};

#[worker]
async fn clean() {}

workers! {
    struct Cleaning {
        clean: Clean,
    }

    cron("5m") => (); //~ "5m"
    cron() => (); //~ ()
}

fn main() {
    drop(Cleaning::new());
}
