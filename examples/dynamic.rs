//! A group whose workers are known only at run time: they are added and removed while it runs.
//!
//! ```text
//! cargo run --release --example dynamic
//! ```

use std::time::Duration;

use fluid::{Callback, Error, GroupHandle, Sender, Workers, consumer, error::AddError, worker};
use tokio::time::sleep;

/// Watches a feed until it is removed from the group.
#[worker(heartbeat = "40ms")]
async fn watch(feed: String, news: Sender<String>) {
    // Refused when the group stops.
    let _ = news.send(format!("news from {feed}")).await;
}

/// Counts the news.
#[consumer]
async fn read(news: String, count: &mut u64) {
    *count += 1;
    println!("  {count}: {news}");
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut workers = Workers::new("newsroom");
    let news = workers.add(Read { count: 0 }).handle().sender().clone();
    let (added, exit) = workers.scope(|group| run(group, news)).await?;
    println!("{exit}");
    Ok(added?)
}

/// Adds and removes workers and callbacks while the group runs.
async fn run(group: GroupHandle, news: Sender<String>) -> Result<(), AddError> {
    let watch = |feed: &str| Watch {
        feed: feed.to_owned(),
        news: news.clone(),
    };
    let breath = Duration::from_millis(100);

    println!("one feed");
    let weather = group.add(watch("weather"))?;
    sleep(breath).await;

    println!("two feeds, and a callback");
    let sports = group.add(watch("sports"))?;
    let size = group.clone();
    let every = Callback::every(breath / 2).name("size");
    let callback = group.register_callback(every, move || {
        let workers = size.num_workers();
        async move { println!("  the group has {workers} members") }
    })?;
    sleep(breath).await;
    println!("{}", group.status());

    println!("the callback and {} are removed", sports.worker_name());
    group.remove(&callback).await;
    let exit = group.remove(&sports).await.expect("it is a member");
    println!(
        "  it made {} beats, and its cause is: {}",
        exit.beats(),
        exit.cause()
    );
    sleep(breath).await;

    let weather = weather.status();
    println!("{} is still {}", weather.name, weather.state);
    Ok(())
}
