use fluid::worker;

#[worker(heartbeat = "1s", zone = "UTC")] //~ zone
async fn clean() {}

fn main() {
    drop(Clean);
}
