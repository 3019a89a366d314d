//! What the macros make of `workers.rs`.
/// Requests a sample. The group sets the heartbeat, from the command line.
pub async fn keep_time() -> Tick {
    Tick
}
/// Requests a sample. The group sets the heartbeat, from the command line.
#[allow(missing_debug_implementations)]
pub struct KeepTime;
impl ::fluid::__private::Function for KeepTime {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::core::option::Option<Tick>;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("keep_time")
        .docs(
            &["Requests a sample. The group sets the heartbeat, from the command line."],
        )
        .output("Tick");
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::emitted::<Tick>().is_no_result();
        ::fluid::__private::emits_one(keep_time())
    }
}
/// Takes a sample, on a thread of its own. Ticks that come faster are dropped and counted.
pub fn take_sample(_: Tick, sampler: &mut Sampler) -> Sample {
    sampler.sample()
}
/// Takes a sample, on a thread of its own. Ticks that come faster are dropped and counted.
#[allow(missing_debug_implementations)]
pub struct TakeSample {
    /// The state `sampler`.
    pub sampler: Sampler,
}
impl TakeSample {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::Yes,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::Yes,
            retry: ::fluid::rule::No,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for TakeSample {
    type Input = ::fluid::__private::PerMessage<Tick>;
    type Emission = ::core::option::Option<Sample>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .blocking()
        .capacity(1)
        .overflow(::fluid::__private::Overflow::DropNewest)
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("take_sample")
        .docs(
            &[
                "Takes a sample, on a thread of its own. Ticks that come faster are dropped and counted.",
            ],
        )
        .message("Tick")
        .output("Sample");
    async fn call(
        &mut self,
        message: Tick,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Sample>().is_no_result();
        ::core::result::Result::Ok(
            ::core::option::Option::Some(
                take_sample(message, ::fluid::rule::IsState::state(&mut self.sampler)),
            ),
        )
    }
}
/// Compares each sample with the one before it.
pub async fn rate(sample: Sample, book: &mut RateBook) -> Reading {
    let rates = book.fold(&sample);
    Reading { sample, rates }
}
/// Compares each sample with the one before it.
#[allow(missing_debug_implementations)]
pub struct Rate {
    /// The state `book`.
    pub book: RateBook,
}
impl Rate {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::No,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::Yes,
            retry: ::fluid::rule::No,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Rate {
    type Input = ::fluid::__private::PerMessage<Sample>;
    type Emission = ::core::option::Option<Reading>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("rate")
        .docs(&["Compares each sample with the one before it."])
        .message("Sample")
        .output("Reading");
    fn call(
        &mut self,
        message: Sample,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Reading>().is_no_result();
        ::fluid::__private::emits_one(
            rate(message, ::fluid::rule::IsState::state(&mut self.book)),
        )
    }
}
/// Adds each reading to the screen.
pub async fn show(reading: Reading, screen: &Screen) {
    screen.show(reading);
}
/// Adds each reading to the screen.
#[allow(missing_debug_implementations)]
pub struct Show {
    /// The shared resource `screen`.
    pub screen: ::fluid::__private::Arc<Screen>,
}
impl ::fluid::__private::Function for Show {
    type Input = ::fluid::__private::PerMessage<Reading>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("show")
        .docs(&["Adds each reading to the screen."])
        .message("Reading");
    fn call(
        &mut self,
        message: Reading,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_none(
            show(message, ::fluid::rule::IsResource::resource(&self.screen)),
        )
    }
}
/// Compares each reading with the thresholds.
pub async fn judge(
    reading: Reading,
    book: &mut AlertBook,
    thresholds: &Thresholds,
) -> Vec<Alert> {
    book.judge(&reading.rates, thresholds)
}
/// Compares each reading with the thresholds.
#[allow(missing_debug_implementations)]
pub struct Judge {
    /// The state `book`.
    pub book: AlertBook,
    /// The shared resource `thresholds`.
    pub thresholds: ::fluid::__private::Arc<Thresholds>,
}
impl Judge {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::No,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::Yes,
            retry: ::fluid::rule::No,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Judge {
    type Input = ::fluid::__private::PerMessage<Reading>;
    type Emission = ::fluid::__private::Vec<Alert>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("judge")
        .docs(&["Compares each reading with the thresholds."])
        .message("Reading")
        .output("Alert");
    fn call(
        &mut self,
        message: Reading,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Alert>().is_no_result();
        ::fluid::__private::emits_each(
            judge(
                message,
                ::fluid::rule::IsState::state(&mut self.book),
                ::fluid::rule::IsResource::resource(&self.thresholds),
            ),
        )
    }
}
/// Shows and stores each alert.
pub fn alarm(alert: Alert, screen: &Screen, db: &Database) -> rusqlite::Result<()> {
    screen.alarm(alert);
    db.write_alerts(&[alert])
}
/// Shows and stores each alert.
#[allow(missing_debug_implementations)]
pub struct Alarm {
    /// The shared resource `screen`.
    pub screen: ::fluid::__private::Arc<Screen>,
    /// The shared resource `db`.
    pub db: ::fluid::__private::Arc<Database>,
}
impl Alarm {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::Yes,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::No,
            retry: ::fluid::rule::No,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Alarm {
    type Input = ::fluid::__private::PerMessage<Alert>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .blocking();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("alarm")
        .docs(&["Shows and stores each alert."])
        .message("Alert");
    async fn call(
        &mut self,
        message: Alert,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        ::fluid::rule::IsMessage::message(&message);
        match alarm(
            message,
            ::fluid::rule::IsResource::resource(&self.screen),
            ::fluid::rule::IsResource::resource(&self.db),
        ) {
            ::core::result::Result::Ok(()) => {
                ::core::result::Result::Ok(::core::option::Option::None)
            }
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err(
                    <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried(error),
                )
            }
        }
    }
}
/// Stores readings in batches, on a thread of its own, because the disk may block it. A reading waits at most the
/// `linger` for its batch to fill.
pub fn store(readings: Vec<Reading>, db: &Database) -> rusqlite::Result<()> {
    db.write_samples(&readings)
}
/// Stores readings in batches, on a thread of its own, because the disk may block it. A reading waits at most the
/// `linger` for its batch to fill.
#[allow(missing_debug_implementations)]
pub struct Store {
    /// The shared resource `db`.
    pub db: ::fluid::__private::Arc<Database>,
}
impl Store {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::Yes,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::No,
            retry: ::fluid::rule::No,
            batches: ::fluid::rule::Yes,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Store {
    type Input = ::fluid::__private::PerBatch<Reading>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .blocking()
        .batch(100)
        .linger(::core::time::Duration::from_millis(500));
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("store")
        .docs(
            &[
                "Stores readings in batches, on a thread of its own, because the disk may block it. A reading waits at most the",
                "`linger` for its batch to fill.",
            ],
        )
        .message("Reading");
    async fn call(
        &mut self,
        message: Vec<Reading>,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        ::fluid::rule::IsMessage::message(&message);
        match store(message, ::fluid::rule::IsResource::resource(&self.db)) {
            ::core::result::Result::Ok(()) => {
                ::core::result::Result::Ok(::core::option::Option::None)
            }
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err(
                    <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried(error),
                )
            }
        }
    }
}
/// Prints at the stop that the monitor is ending.
pub async fn say_stopping(ctx: &Context) {
    ctx.stopping().await;
    eprintln!(
        "stopping: storing the measured samples (press Ctrl-C again to stop at once)"
    );
}
/// Prints at the stop that the monitor is ending.
#[allow(missing_debug_implementations)]
pub struct SayStopping;
impl ::fluid::__private::Function for SayStopping {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named(
            "say_stopping",
        )
        .docs(&["Prints at the stop that the monitor is ending."]);
    fn call(
        &mut self,
        (): (),
        ctx: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_none(say_stopping(ctx))
    }
}
