use fluid::worker;

#[worker(cron = "0 */5 * * * * * *")] //~ "0
async fn clean() {}

fn main() {
    drop(Clean);
}
