//! What the macros make of `dynamic.rs`.
/// Watches a feed until it is removed from the group.
async fn watch(feed: String, news: Sender<String>) {
    let _ = news.send(format!("news from {feed}")).await;
}
/// Watches a feed until it is removed from the group.
struct Watch {
    feed: String,
    news: Sender<String>,
}
impl ::fluid::__private::Function for Watch {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .heartbeat(::core::time::Duration::from_millis(40));
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("watch")
        .docs(&["Watches a feed until it is removed from the group."]);
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_none(
            watch(
                ::fluid::rule::IsConfiguration::configuration(&self.feed),
                ::fluid::rule::IsConfiguration::configuration(&self.news),
            ),
        )
    }
}
/// Counts the news.
async fn read(news: String, count: &mut u64) {
    *count += 1;
    println!("  {count}: {news}");
}
/// Counts the news.
struct Read {
    count: u64,
}
impl Read {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    const fn declared_properties() -> ::fluid::rule::Properties<
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
impl ::fluid::__private::Function for Read {
    type Input = ::fluid::__private::PerMessage<String>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("read")
        .docs(&["Counts the news."])
        .message("String");
    fn call(
        &mut self,
        message: String,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_none(
            read(message, ::fluid::rule::IsState::state(&mut self.count)),
        )
    }
}
