//! The span of a worker's log records.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tracing::Span;

pin_project! {
    /// A part of a life within its span, which is in a box, since mostly nobody asks for spans.
    pub(crate) struct InSpan<F> {
        // Dropped within the span, too.
        #[pin]
        life: Option<F>,
        span: Option<Box<Span>>,
    }

    impl<F> PinnedDrop for InSpan<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.span.as_deref().map(Span::enter);
            this.life.set(None);
        }
    }
}

impl<F> InSpan<F> {
    pub(crate) fn new(life: F, span: Span) -> Self {
        Self {
            life: Some(life),
            span: (!span.is_disabled()).then(|| Box::new(span)),
        }
    }
}

impl<F: Future<Output = ()>> Future for InSpan<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let _entered = this.span.as_deref().map(Span::enter);
        match this.life.as_pin_mut() {
            Some(life) => life.poll(cx),
            None => Poll::Ready(()),
        }
    }
}
