//! Each row of the table of return types.

use std::sync::Arc;
use std::time::Duration;

use fluid::{Cause, Error, WorkerExt, consumer, worker, workers};

use crate::support::{Note, Seen};

#[derive(Debug)]
struct Odd(u64);

impl std::fmt::Display for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is odd", self.0)
    }
}

impl std::error::Error for Odd {}

#[consumer]
async fn one(number: u64) -> u64 {
    number
}

#[consumer]
async fn maybe(number: u64) -> Option<u64> {
    (number > 1).then_some(number)
}

#[consumer]
async fn each(number: u64) -> Vec<u64> {
    (0..number).collect()
}

#[consumer(on_error = "skip", on_lost = "ignore")]
async fn result_one(number: u64) -> Result<u64, Odd> {
    if number % 2 == 1 {
        Err(Odd(number))
    } else {
        Ok(number)
    }
}

#[consumer(on_error = "skip", on_lost = "ignore")]
async fn result_maybe(number: u64) -> Result<Option<u64>, String> {
    if number == 0 {
        Err("nothing".to_owned())
    } else {
        Ok(maybe(number).await)
    }
}

#[consumer(on_error = "skip", on_lost = "ignore")]
async fn result_each(number: u64) -> std::io::Result<Vec<u64>> {
    if number == 0 {
        Err(std::io::Error::other("nothing"))
    } else {
        Ok(each(number).await)
    }
}

/// A group for one return type: it gets numbers, and notes the emitted messages.
macro_rules! emits {
    ($test:ident, $group:ident, $worker:ty, $expected:expr) => {
        workers! {
            struct $group(seen: Seen) {
                pub form: $worker,
                note: Note<u64> { seen, marker: Default::default() },
            }

            form => note;
        }

        #[tokio::test(start_paused = true)]
        async fn $test() {
            let seen = Arc::new(Seen::default());
            let running = $group::new(Arc::clone(&seen)).startup().await.unwrap();
            for number in 0..4 {
                running.form().send(number).await.unwrap();
            }
            let exit = running.shutdown().await;
            assert!(exit.is_success(), "{exit}");
            assert_eq!(seen.all(), $expected);
        }
    };
}

emits!(a_plain_type_emits_one, Ones, One, ["0", "1", "2", "3"]);
emits!(an_option_emits_none_or_one, Maybes, Maybe, ["2", "3"]);
emits!(
    a_vec_emits_each,
    Eaches,
    Each,
    ["0", "0", "1", "0", "1", "2"]
);
emits!(
    a_result_emits_if_it_is_ok,
    ResultOnes,
    ResultOne,
    ["0", "2"]
);
emits!(
    a_result_of_an_option_emits_none_or_one,
    ResultMaybes,
    ResultMaybe,
    ["2", "3"]
);
emits!(
    a_result_of_a_vec_emits_each,
    ResultEaches,
    ResultEach,
    ["0", "0", "1", "0", "1", "2"]
);

#[worker(heartbeat = "1s")]
async fn fail_with(number: u64) -> Result<(), Odd> {
    Err(Odd(number))
}

#[tokio::test(start_paused = true)]
async fn an_error_is_carried_with_its_type_and_its_worker() {
    let exit = FailWith { number: 3 }
        .startup()
        .await
        .unwrap()
        .wait_for_shutdown()
        .await;
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}")
    };
    assert_eq!(&**worker, "fail_with");
    assert_eq!(error.downcast_ref::<Odd>().unwrap().0, 3);
    assert_eq!(exit.code(), 2);
}

#[worker(heartbeat = "1s")]
async fn question_mark(text: &str) -> Result<u64, Error> {
    Ok(text.parse::<u64>()?)
}

#[tokio::test(start_paused = true)]
async fn the_crates_own_error_takes_every_other() {
    let exit = QuestionMark { text: "x".into() }
        .startup()
        .await
        .unwrap()
        .wait_for_shutdown()
        .await;
    assert!(exit.to_string().contains("invalid digit"), "{exit}");
}

/// Never returns.
#[worker]
async fn wait_for_ever(seen: &Seen) -> ! {
    loop {
        seen.note("beat");
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_never_returns_is_forced() {
    let seen = Arc::new(Seen::default());
    let running = WaitForEver {
        seen: Arc::clone(&seen),
    }
    .startup()
    .await
    .unwrap();
    let exit = running.shutdown().await;
    assert!(exit.is_forced(), "{exit}");
    assert_eq!(seen.all(), ["beat"]);
}
