//! Random faults.

use std::panic;
use std::time::Duration;

use fluid::Error;
use tokio::time::sleep;

/// The message of every injected panic.
const INJECTED: &str = "an injected panic";

/// Longer than every timeout of these groups.
pub const DELAY: Duration = Duration::from_millis(20);

/// Returns an error, panics or delays in one of `one_in` calls.
pub async fn strike(one_in: u32) -> Result<(), Error> {
    if fastrand::u32(..one_in) > 0 {
        return Ok(());
    }
    match fastrand::u32(..3) {
        0 => Err("an injected error".into()),
        1 => panic!("{INJECTED}"),
        _ => {
            sleep(DELAY).await;
            Ok(())
        }
    }
}

/// Hides the output of injected panics, and of no other panics.
pub fn silence_injected_panics() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let injected = info.payload().downcast_ref::<String>();
        if injected.is_none_or(|text| text != INJECTED) {
            others(info);
        }
    }));
}
