//! A user's own items may have the names that the expansions refer to.

/// For each row, a module with its items beside a group, and a test that the group is made.
macro_rules! shadowed_by {
    ($($name:ident: { $($item:item)* })*) => {
        $(
            mod $name {
                #![allow(
                    dead_code,
                    non_camel_case_types,
                    non_snake_case,
                    unused_imports,
                    unused_macros,
                    reason = "the items only have to be there"
                )]

                use fluid::{consumer, worker, workers};

                $($item)*

                #[worker(heartbeat = "1s")]
                async fn poll() -> u64 {
                    1
                }

                #[consumer]
                async fn store(number: u64) {
                    println!("{number}");
                }

                workers! {
                    struct Numbers {
                        poll: Poll,
                        store: Store,
                    }

                    poll => store;
                }

                #[test]
                fn a_group_compiles_beside_these_names() {
                    // `assert_eq!` needs names that a row may shadow.
                    if Numbers::new().num_workers() != 2 {
                        panic!("two workers");
                    }
                }
            }
        )*
    };
}

shadowed_by! {
    the_prelude_box: { struct Box; }
    the_prelude_option: { struct Option; }
    the_prelude_result: { struct Result; }
    the_prelude_some: { fn Some() {} }
    the_prelude_string: { struct String; }
    the_prelude_vec: { struct Vec; }
    the_prelude_ok_and_err: {
        enum Outcome { Ok, Err }
        use Outcome::{Err, Ok};
    }
    the_prelude_traits: {
        trait Clone {}
        trait Default {}
        trait Into {}
        trait Send {}
    }
    primitives: {
        struct str;
        struct usize;
    }
    fluid: {
        struct Worker;
        struct Workers;
        struct Io;
        struct Nothing;
        struct Options;
        struct Graph;
    }
    macros: {
        macro_rules! assert { () => {}; }
        macro_rules! file { () => {}; }
        macro_rules! line { () => {}; }
    }
}

/// A group that runs, with every statement and option that names a type.
#[allow(dead_code)]
mod at_run_time {
    pub(super) struct Result;
    pub(super) struct Option;
    pub(super) struct Vec;
    pub(super) struct Some;
    pub(super) struct Ok;
    pub(super) struct String;
    pub(super) struct Box;
    pub(super) struct Send;
    pub(super) struct Arc;
    pub(super) struct Context;
    pub(super) struct Duration;

    #[fluid::worker(heartbeat = "1h", jitter = "1s", timeout = "1s")]
    async fn poll(shared: &u64, owned: &mut u64, config: u8) -> u64 {
        *owned += *shared + u64::from(config);
        *owned
    }

    #[fluid::consumer(capacity = 8, overflow = "drop_newest")]
    async fn take(number: u64, even: &fluid::Output<u64>) {
        if number.is_multiple_of(2) {
            even.send(number).await.expect("wired");
        }
    }

    #[fluid::consumer]
    async fn drain(_: u64) {}

    fluid::workers! {
        #[workers(grace = "1s")]
        pub(super) struct Shadowed(shared: u64) {
            poll: Poll { shared, owned: 1, config: 2 },
            take: Take,
            drain: Drain,
        }

        poll => take;
        take.even => drain;
        every("1h") => drop(shared);
        after_shutdown(exit) => drop(exit);
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_runs_beside_shadowed_names() {
    let running = at_run_time::Shadowed::new(1).startup().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    let exit = running.shutdown().await;
    assert_eq!(
        exit.worker("drain").unwrap().counts().unwrap().done,
        1,
        "{exit}"
    );
}
