use fluid::consumer;

#[consumer(cron = "@daily")] //~ cron
async fn store(_: u64) {}

fn main() {
    drop(Store);
}
