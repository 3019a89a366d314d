use fluid::worker;

#[worker(cron = "@daily", zone = "UTC+2 hours")] //~ "UTC+2
async fn clean() {}

fn main() {
    drop(Clean);
}
