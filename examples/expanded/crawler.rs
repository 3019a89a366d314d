//! What the macros make of `crawler.rs`.
/// Starts the crawl. Ends when no visit is left, and then the group ends too.
async fn seed(start: String, visits: &Output<Visit>, ctx: &Context) {
    let (open, mut all_done) = mpsc::channel(1);
    let first = Visit { path: start, open };
    if visits.send(first).await.is_ok() {
        tokio::select! {
            _ = all_done.recv() => {} () = ctx.stopping() => {}
        }
    }
}
/// Starts the crawl. Ends when no visit is left, and then the group ends too.
struct Seed {
    start: String,
}
impl Seed {
    /// The port `visits`.
    const fn visits() -> ::fluid::__private::Port<Self, Visit> {
        ::fluid::__private::Port::<Self, _>::new("visits", |ports| &mut ports.0)
    }
}
#[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
const _: () = {
    enum visits {}
    impl Seed {
        #[doc(hidden)]
        fn every_port_leads_somewhere<Edges>(_: Edges)
        where
            Edges: ::fluid::rule::Wires<Self, visits, 687549>,
        {}
    }
};
impl ::fluid::__private::Function for Seed {
    type Input = ::fluid::__private::PerBeat<(::fluid::__private::Output<Visit>,)>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("seed")
        .docs(
            &[
                "Starts the crawl. Ends when no visit is left, and then the group ends too.",
            ],
        )
        .ports(&[("visits", "Visit")]);
    fn call(
        &mut self,
        (): (),
        ctx: &::fluid::__private::Context,
        ports: &::fluid::__private::PortsOf<Self>,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_none(
            seed(
                ::fluid::rule::IsConfiguration::configuration(&self.start),
                &ports.0,
                ctx,
            ),
        )
    }
}
/// Fetches a page by HTTP. At most 200 requests begin in a second, and at most four are under way.
async fn fetch(visit: Visit, site: &str) -> io::Result<Page> {
    let mut stream = TcpStream::connect(site).await?;
    let Visit { path, .. } = &visit;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {site}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let status = text.split_whitespace().nth(1).unwrap_or("no status");
    if status != "200" {
        return Err(io::Error::other(format!("{path}: {status}")));
    }
    Ok(Page { text, visit })
}
/// Fetches a page by HTTP. At most 200 requests begin in a second, and at most four are under way.
struct Fetch {
    site: ::fluid::__private::Arc<str>,
}
impl Fetch {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::No,
            lanes: ::fluid::rule::Yes,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::No,
            retry: ::fluid::rule::Yes,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::Yes,
        }
    }
}
impl ::fluid::__private::Function for Fetch {
    type Input = ::fluid::__private::PerMessage<Visit>;
    type Emission = ::core::option::Option<Page>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .concurrency(4)
        .rate(200, ::core::time::Duration::from_secs(1))
        .timeout(::core::time::Duration::from_secs(10))
        .retry(3)
        .backoff(
            ::core::time::Duration::from_millis(50),
            ::core::time::Duration::from_secs(1),
        )
        .retry_in(::fluid::__private::RetryIn::Queue);
    const COPY: ::fluid::__private::Copying<Self> = ::core::option::Option::Some(
        <::fluid::rule::Rule as ::fluid::rule::CanBeTriedAgain<Visit>>::copied,
    );
    const BUILD_LANE: ::core::option::Option<fn(&Self) -> Self> = ::core::option::Option::Some(|
        worker|
    Self {
        site: ::fluid::__private::Arc::clone(&worker.site),
    });
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("fetch")
        .docs(
            &[
                "Fetches a page by HTTP. At most 200 requests begin in a second, and at most four are under way.",
            ],
        )
        .message("Visit")
        .output("Page");
    fn call(
        &mut self,
        message: Visit,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Page>().is_no_result();
        ::fluid::__private::tries_one(
            fetch(message, ::fluid::rule::IsResource::resource(&self.site)),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Emits a visit for each link to a page that was not seen before, up to the limit.
async fn follow(page: Page, limit: usize, seen: &mut HashSet<String>) -> Vec<Visit> {
    seen.insert(page.visit.path);
    let links = page.text.split("href=\"").skip(1);
    let links = links.filter_map(|rest| rest.split('"').next());
    let mut visits = Vec::new();
    for path in links.filter(|path| path.starts_with('/')) {
        if seen.len() < limit && seen.insert(path.to_owned()) {
            let (path, open) = (path.to_owned(), page.visit.open.clone());
            visits.push(Visit { path, open });
        }
    }
    visits
}
/// Emits a visit for each link to a page that was not seen before, up to the limit.
struct Follow {
    limit: usize,
    seen: HashSet<String>,
}
impl Follow {
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
impl ::fluid::__private::Function for Follow {
    type Input = ::fluid::__private::PerMessage<Page>;
    type Emission = ::fluid::__private::Vec<Visit>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("follow")
        .docs(
            &[
                "Emits a visit for each link to a page that was not seen before, up to the limit.",
            ],
        )
        .message("Page")
        .output("Visit");
    fn call(
        &mut self,
        message: Page,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Visit>().is_no_result();
        ::fluid::__private::emits_each(
            follow(
                message,
                ::fluid::rule::IsConfiguration::configuration(&self.limit),
                ::fluid::rule::IsState::state(&mut self.seen),
            ),
        )
    }
}
/// Reports a page that could not be fetched.
async fn report(failed: Failed<Visit>) {
    eprintln!("given up after {} attempts: {:#}", failed.attempts, failed.error);
}
/// Reports a page that could not be fetched.
struct Report;
impl ::fluid::__private::Function for Report {
    type Input = ::fluid::__private::PerMessage<Failed<Visit>>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("report")
        .docs(&["Reports a page that could not be fetched."])
        .message("Failed<Visit>");
    fn call(
        &mut self,
        message: Failed<Visit>,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_none(report(message))
    }
}
/// Crawls one site.
/**
 ```mermaid
 flowchart LR
     seed["<b>seed</b><br/>Seed"]
     fetch["<b>fetch</b><br/>Fetch"]
     follow["<b>follow</b><br/>Follow"]
     report["<b>report</b><br/>Report"]
     seed -->|"visits"| fetch
     fetch --> follow
     follow --> fetch
     fetch -->|"failed"| report
 ```*/
#[must_use = "a group does nothing until it is started"]
struct Crawler(::fluid::__private::Declared<CrawlerHandle>);
impl ::core::ops::Deref for Crawler {
    type Target = CrawlerHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Crawler {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    ///
    /// # Panics
    ///
    /// If the value of an option is wrong, such as a `capacity` of 0.
    #[allow(unused_imports, unused_mut)]
    fn new(
        site: impl ::core::convert::Into<::fluid::__private::Arc<str>>,
        start: impl ::core::convert::Into<::fluid::__private::Arc<String>>,
        limit: impl ::core::convert::Into<::fluid::__private::Arc<usize>>,
    ) -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let site = ::fluid::__private::resource::<str>(site);
        let start = ::fluid::__private::resource::<String>(start);
        let limit = ::fluid::__private::resource::<usize>(limit);
        let mut __workers = ::fluid::__private::Workers::new("crawler");
        let seed = <Seed as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from_with(
                &mut __workers,
                "seed",
                <Seed as ::fluid::rule::IsWorker<_>>::MEMBER
                    .options()
                    .on_exit(::fluid::__private::OnExit::Stop),
                &start,
                Self::__make_seed,
            );
        let fetch = <Fetch as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from_with(
                &mut __workers,
                "fetch",
                <Fetch as ::fluid::rule::IsWorker<_>>::MEMBER
                    .options()
                    .capacity(
                        ::fluid::__private::Given::new(
                                "worker `fetch`",
                                "capacity",
                                "a queue needs room for at least one message: write 1 or more",
                            )
                            .size(
                                {
                                    let limit = ::core::clone::Clone::clone(&limit);
                                    *limit
                                },
                                1,
                                ::core::primitive::usize::MAX,
                            ),
                    ),
                &site,
                Self::__make_fetch,
            );
        let follow = <Follow as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "follow", &limit, Self::__make_follow);
        let report = <Report as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "report", Self::__make_report);
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            seed.port(<Seed>::visits()),
            ::fluid::rule::EndsEdge::<Fetch, _>::end(fetch.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Fetch, _>::start(fetch.start_of_edge()),
            ::fluid::rule::EndsEdge::<Follow, _>::end(follow.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::feedback(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Follow, _>::start(follow.start_of_edge()),
            ::fluid::rule::EndsEdge::<Fetch, _>::end(fetch.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::CanBeTriedAgain::failed(
                ::fluid::rule::RULE,
                ::fluid::rule::HasFailed::<Fetch, _>::with_failed(fetch.end_of_edge()),
            ),
            ::fluid::rule::EndsEdge::<Report, _>::end(report.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            Seed,
            _,
        >::fed_by_nothing(seed.message_type(), seed.consumption());
        ::fluid::rule::NeedsNoEdge::<
            Seed,
            _,
        >::feeds_nothing(seed.output_type(), seed.emission());
        let () = {
            struct EdgesOfSeed<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 687549> for EdgesOfSeed<Ports> {}
            <Seed>::every_port_leads_somewhere(EdgesOfSeed((<Seed>::visits(),)))
        };
        <Fetch>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Follow>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Report,
            _,
        >::feeds_nothing(report.output_type(), report.emission());
        <Report>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        {
            #[allow(non_camel_case_types)]
            enum capacity {}
            ::fluid::rule::IsConsumer::<
                Fetch,
                capacity,
            >::of_a_consumer(fetch.consumption());
        }
        let __handle = CrawlerHandle {
            __group: __workers.handle(),
            seed: seed.worker_handle(),
            fetch: fetch.worker_handle(),
            follow: follow.worker_handle(),
            report: report.worker_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_seed(start: &::fluid::__private::Arc<String>) -> Seed {
        Seed {
            start: ::fluid::rule::Share::share(start),
        }
    }
    fn __make_fetch(site: &::fluid::__private::Arc<str>) -> Fetch {
        Fetch {
            site: ::fluid::rule::Share::share(site),
        }
    }
    fn __make_follow(limit: &::fluid::__private::Arc<usize>) -> Follow {
        Follow {
            limit: ::fluid::rule::Share::share(limit),
            seen: HashSet::new(),
        }
    }
    fn __make_report() -> Report {
        Report {}
    }
    ::fluid::__private::start_methods!(self -> CrawlerHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "crawler",
            "Crawler",
        )
        .docs(&["Crawls one site."])
        .resources(
            &[
                ::fluid::__private::GraphResource::new("site", "str"),
                ::fluid::__private::GraphResource::new("start", "String"),
                ::fluid::__private::GraphResource::new("limit", "usize"),
            ],
        )
        .workers(
            &[
                <Seed as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("seed", "Seed")
                    .options(
                        <Seed as ::fluid::rule::IsWorker<_>>::MEMBER
                            .options()
                            .on_exit(::fluid::__private::OnExit::Stop),
                    ),
                <Fetch as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("fetch", "Fetch")
                    .options(<Fetch as ::fluid::rule::IsWorker<_>>::MEMBER.options())
                    .at_run_time(&["capacity"]),
                <Follow as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("follow", "Follow"),
                <Report as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("report", "Report"),
            ],
        )
        .edges(
            &[
                ::fluid::__private::GraphEdge::new("seed", "fetch").port("visits"),
                ::fluid::__private::GraphEdge::new("fetch", "follow"),
                ::fluid::__private::GraphEdge::new("follow", "fetch")
                    .kind(::fluid::__private::EdgeKind::Feedback),
                ::fluid::__private::GraphEdge::new("fetch", "report").port("failed"),
            ],
        );
}
/// The handle of [`Crawler`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct CrawlerHandle {
    __group: ::fluid::__private::GroupHandle,
    seed: ::fluid::__private::WorkerHandle,
    fetch: ::fluid::__private::WorkerHandle,
    follow: ::fluid::__private::WorkerHandle,
    report: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code)]
impl CrawlerHandle {
    fn seed(&self) -> &::fluid::__private::WorkerHandle {
        &self.seed
    }
    fn fetch(&self) -> &::fluid::__private::WorkerHandle {
        &self.fetch
    }
    fn follow(&self) -> &::fluid::__private::WorkerHandle {
        &self.follow
    }
    fn report(&self) -> &::fluid::__private::WorkerHandle {
        &self.report
    }
}
impl ::core::fmt::Debug for CrawlerHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for CrawlerHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Crawler {
    type Slot = CrawlerHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<CrawlerHandle> {
        self.0
    }
}
