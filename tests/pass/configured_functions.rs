#![allow(clippy::non_minimal_cfg, reason = "`all()` is what is always so")]

#[cfg(not(all()))]
use fluid::Missing;
use fluid::{consumer, workers};

#[cfg(not(all()))]
#[consumer]
async fn gone(message: Missing, out: &fluid::Output<Missing>) {}

#[cfg(all())]
#[consumer]
async fn here(number: u64) {
    println!("{number}");
}

workers! {
    #[cfg(all())]
    struct Numbers {
        pub here: Here,
        #[cfg(not(all()))]
        gone: Gone,
    }

    #[cfg(not(all()))]
    gone.out => here;
}

#[test]
fn functions_may_stand_under_cfg() {
    assert_eq!(Numbers::new().num_workers(), 1);
}
