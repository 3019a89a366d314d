use fluid::worker;

#[worker(heartbeat = "1s", cron = "@daily")] //~ cron
async fn clean() {}

fn main() {
    drop(Clean);
}
