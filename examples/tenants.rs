//! Workers that come and go: each tenant of a service has a queue and a worker of its own.
//!
//! ```text
//! cargo run --release --example tenants
//! ```

use std::collections::BTreeMap;

use fluid::{
    ConsumerHandle, Error, Exit, GroupHandle, Options, consumer, error::ExtendError, workers,
};

/// What a tenant owes for a job.
struct Charge {
    tenant: String,
    cents: u64,
}

/// Does the jobs of one tenant. If one fails, this worker ends, and those of other tenants go on.
#[consumer(capacity = 100, on_error = "forget", on_lost = "ignore")]
async fn serve(job: u64, tenant: String) -> Result<Charge, Error> {
    let cents = 100_u64.checked_div(job).ok_or("a job without work")?;
    Ok(Charge { tenant, cents })
}

/// Adds up what each tenant owes.
#[consumer]
async fn bill(charge: Charge, owed: &mut BTreeMap<String, u64>) {
    let Charge { tenant, cents } = charge;
    let sum = owed.entry(tenant.clone()).or_default();
    *sum += cents;
    println!("  {tenant} owes {sum} cents");
}

workers! {
    /// The workers that all tenants share.
    struct Service {
        pub bill: Bill { owed: BTreeMap::new() },
    }
}

/// Adds the worker of a tenant, with an edge to the shared consumer.
fn enter(
    group: &GroupHandle,
    bill: &ConsumerHandle<Charge>,
    tenant: &'static str,
) -> Result<(), ExtendError> {
    group.extend(|new| {
        let serve = new.add_with(tenant, Options::new(), move || Serve {
            tenant: tenant.to_owned(),
        });
        new.connect(&serve, bill);
    })
}

/// Sends a job to the worker of a tenant, which is found by its name.
async fn request(group: &GroupHandle, tenant: &str, job: u64) -> Result<(), Error> {
    group.consumer(tenant)?.send(job).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<Exit, Error> {
    let service = Service::new().startup().await?;
    let bill = service.bill().clone();
    println!("two tenants");
    for tenant in ["acme", "globex"] {
        enter(&service, &bill, tenant)?;
    }
    request(&service, "acme", 4).await?;
    request(&service, "globex", 5).await?;

    println!("globex leaves, after its jobs are done");
    let globex = service.worker("globex").ok_or("globex is a tenant")?;
    let exit = service.remove(&globex).await;
    println!("  {}", exit.ok_or("it is a member")?);

    println!("a job of acme fails");
    let acme = service.worker("acme").ok_or("acme is a tenant")?;
    request(&service, "acme", 0).await?;
    println!("  {}", acme.wait_for_shutdown().await.cause());
    while service.worker("acme").is_some() {
        tokio::task::yield_now().await;
    }
    if let Err(error) = request(&service, "acme", 1).await {
        println!("  {error}");
    }

    println!("acme comes back");
    enter(&service, &bill, "acme")?;
    request(&service, "acme", 2).await?;
    let exit = service.shutdown().await;
    println!("{exit}");
    Ok(exit)
}
