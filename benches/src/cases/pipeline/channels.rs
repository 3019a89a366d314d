//! A task for each stage, and a channel between each two.

use tokio::sync::mpsc;

use super::course::Course;

pub async fn tokio(course: Course) {
    let (first, mut of_first) = mpsc::channel(1024);
    let (second, mut of_second) = mpsc::channel(1024);
    let (mut departures, mut arrivals) = (course.departures(), course.arrivals());
    let tasks = [
        tokio::spawn(async move {
            while let Some(message) = departures.next().await {
                first.send(message).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Some(message) = of_first.recv().await {
                course.handle();
                second.send(message).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Some(message) = of_second.recv().await {
                arrivals.arrive(message);
            }
        }),
    ];
    for task in tasks {
        task.await.expect("a stage");
    }
}

pub async fn crossfire(course: Course) {
    let (first, of_first) = crossfire::spsc::bounded_async(1024);
    let (second, of_second) = crossfire::spsc::bounded_async(1024);
    let (mut departures, mut arrivals) = (course.departures(), course.arrivals());
    let tasks = [
        tokio::spawn(async move {
            while let Some(message) = departures.next().await {
                first.send(message).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(message) = of_first.recv().await {
                course.handle();
                second.send(message).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(message) = of_second.recv().await {
                arrivals.arrive(message);
            }
        }),
    ];
    for task in tasks {
        task.await.expect("a stage");
    }
}

pub async fn kanal(course: Course) {
    let (first, of_first) = kanal::bounded_async(1024);
    let (second, of_second) = kanal::bounded_async(1024);
    let (mut departures, mut arrivals) = (course.departures(), course.arrivals());
    let tasks = [
        tokio::spawn(async move {
            while let Some(message) = departures.next().await {
                first.send(message).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(message) = of_first.recv().await {
                course.handle();
                second.send(message).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(message) = of_second.recv().await {
                arrivals.arrive(message);
            }
        }),
    ];
    for task in tasks {
        task.await.expect("a stage");
    }
}
