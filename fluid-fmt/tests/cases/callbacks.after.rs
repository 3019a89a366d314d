workers! {
    struct Called(db: Db) {
        idle: Idle,
    }

    every("30s", jitter = "5s") => report(&db).await;
    every(
        "30s",
        jitter = config.period * 2,
        name = "reports",
        on_error = "skip",
        backoff = "100ms..5s",
    ) => report(&db).await;
    after("5s") => {
        warm(&db).await?;
        Ok::<(), Error>(())
    };
    on_startup => report(
        &db,
        first_argument_with_a_name,
        second_argument_with_a_name,
        third_argument,
    )
    .await;
    on_shutdown => db.flush().await;
    on_stopping => match db.state() {
        State::Open => db.close().await,
        State::Closed => {}
    };
    on_signal("SIGHUP") => group.reload();
    after_shutdown(exit) => println!("{exit}");
    after_shutdown => println!(
        "a text that is too long for the line, so that rustfmt leaves it as it is {}",
        1
    );
    on_shutdown => if late { report(&db).await } else { Ok(()) };
    on_shutdown => (first, second);
    on_shutdown => (tuple,);
}
