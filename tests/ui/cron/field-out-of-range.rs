use fluid::worker;

#[worker(cron = "0 25 * * *")] //~ "0
async fn clean() {}

fn main() {
    drop(Clean);
}
