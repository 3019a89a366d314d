//! The tracing span of a worker.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tracing::Span;

pin_project! {
    /// A future that is polled and dropped within a span. The span is boxed, because most programs disable spans.
    pub(crate) struct InSpan<F> {
        // `None` after the drop, which happens within the span.
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

impl<F: Future<Output = ()>> Future for InSpan<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let _entered = this.span.as_deref().map(Span::enter);
        match this.future.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Ready(()),
        }
    }
}
