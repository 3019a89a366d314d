use fluid::{worker, workers};

#[worker]
async fn clean() {}

workers! {
    struct Cleaning {
        clean: Clean,
    }

    every("1h", zone = "UTC") => (); //~ zone
    on_signal("SIGHUP", missed = "once") => (); //~ missed
}

fn main() {
    drop(Cleaning::new());
}
