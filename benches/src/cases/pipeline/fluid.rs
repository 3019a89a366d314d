//! fluid, with queued edges.

use fluid::{Output, consumer, worker, workers};

use super::course::{Arrivals, Course, Message};

#[worker]
async fn source(course: &Course, messages: &Output<Message>) {
    let mut departures = course.departures();
    while let Some(message) = departures.next().await {
        let _ = messages.send(message).await;
    }
}

#[consumer]
async fn stage(message: Message, course: &Course) -> Message {
    course.handle();
    message
}

#[consumer]
async fn sink(message: Message, arrivals: &mut Arrivals) {
    arrivals.arrive(message);
}

workers! {
    struct Pipeline(course: Course) {
        source: Source { course },
        stage: Stage { course },
        sink: Sink { arrivals: course.arrivals() },
    }

    source.messages => stage => sink;
}

pub async fn group(course: Course) {
    let exit = Pipeline::new(course)
        .startup()
        .await
        .expect("a start")
        .wait_for_shutdown()
        .await;
    assert!(exit.is_success(), "{exit}");
}
