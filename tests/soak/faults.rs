//! What goes wrong, all the time and at random.

use std::panic;
use std::time::Duration;

use fluid::Error;
use tokio::time::sleep;

/// What every injected panic says.
const INJECTED: &str = "an injected panic";

/// Longer than the timeout of whatever has one here.
pub const DELAY: Duration = Duration::from_millis(20);

/// Goes wrong in one of so many calls: by an error, a panic or a delay.
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

/// Keeps injected panics from being printed, and no other ones.
pub fn silence_injected_panics() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let injected = info.payload().downcast_ref::<String>();
        if injected.is_none_or(|text| text != INJECTED) {
            others(info);
        }
    }));
}
