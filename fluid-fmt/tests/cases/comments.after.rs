workers! {
    // First.
    /* second */ // third
    #[workers(grace = "1s")] // of the attribute

    // Between.
    struct Commented(db: Db) {
        // behind the brace
        // Of a.
        a: A, // behind a
        /* before b */
        b: B { db } /* after b */, // behind b
        c: C {
            // behind its brace
            // Of the initialiser.
            x: 1, // behind x
            y: 2, // behind y
            // At the end.
        },

        /* A block
           of lines
             that moves. */
        d: /* odd */ D, /* one */ /* two */
        #[consumer(capacity = 1)] /* of the attribute */
        // Between the attribute and the worker.
        e: E, // without a comma
        // At the end of the workers.
    } // behind the head

    // Before the statements.
    a => b; // behind an edge

    // Alone.

    a => // odd
      c;
    a => b with /* odd */ f;
    a => b with |x| {
        x /* kept */
    };
    on_startup => {
        go(); // first
        // second
        stop()
    };
    every(
        "1s", /* odd */
    ) => x();
    every(
        "1s",
        // Why.
        jitter = "1s",
    ) => x();
    on_shutdown => f(1 /* one */, 2); /* last */ // of all
    // At the end.
}
