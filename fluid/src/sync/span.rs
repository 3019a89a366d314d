//! The tracing spans of workers: one for each worker, or for each lane of a consumer with several.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tracing::Span;

/// The span of a worker, or of one of its `lane`s.
///
/// It has no parent, so that a record names the worker once, wherever the span was made.
pub(crate) fn worker_span(path: &str, lane: Option<usize>) -> Span {
    tracing::info_span!(parent: None, "worker", name = path, lane)
}

pin_project! {
    /// A future that is polled and dropped within a span. The span is boxed, because most programs enable none.
    pub(crate) struct InSpan<F> {
        // `None` only while this is dropped.
        #[pin]
        future: Option<F>,
        span: Option<Box<Span>>,
    }

    impl<F> PinnedDrop for InSpan<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.span.as_deref().map(Span::enter);
            this.future.set(None);
        }
    }
}

impl<F> InSpan<F> {
    pub(crate) fn new(future: F, span: Span) -> Self {
        Self {
            future: Some(future),
            span: (!span.is_disabled()).then(|| Box::new(span)),
        }
    }
}

impl<F: Future> Future for InSpan<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.span.as_deref().map(Span::enter);
        match this.future.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Pending,
        }
    }
}
