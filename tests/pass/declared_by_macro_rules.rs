use fluid::{consumer, worker, workers};

macro_rules! source {
    ($name:ident, $period:literal, $output:ty, $value:expr) => {
        #[worker(heartbeat = $period)]
        async fn $name() -> $output {
            $value
        }
    };
}

macro_rules! sink {
    ($name:ident, $message:ty) => {
        #[consumer]
        async fn $name(message: $message, total: &mut $message) -> Result<(), std::io::Error> {
            *total += message;
            Ok(())
        }
    };
}

macro_rules! group {
    ($name:ident, $from:ident: $source:ty, $to:ident: $sink:ty) => {
        workers! {
            struct $name {
                $from: $source,
                pub $to: $sink { total: 0 },
            }

            $from => $to;
        }
    };
}

source!(poll, "1s", u64, 7);
source!(poll_some, "1s", Option<u64>, None);
source!(
    poll_result,
    "1s",
    Result<Vec<u64>, std::io::Error>,
    Ok(vec![])
);
sink!(store, u64);
group!(Numbers, poll: Poll, store: Store);
group!(Some, poll: PollSome, store: Store);
group!(Results, poll: PollResult, store: Store);

#[test]
fn a_declaration_may_come_from_macro_rules() {
    let _ = (Numbers::new(), Some::new(), Results::new());
}
