use std::collections::HashMap;

use fluid::{Reply, consumer, workers};

enum Question {
    Get(u64, Reply<Option<String>>),
    All(Reply<Vec<String>>),
}

#[consumer]
async fn table(question: Question, table: &mut HashMap<u64, String>) {
    match question {
        Question::Get(key, reply) => reply.send(table.get(&key).cloned()),
        Question::All(reply) => reply.send(table.values().cloned().collect()),
    };
}

#[consumer]
async fn tuples((a, b): (u64, [u8; 2])) {
    println!("{a} {b:?}");
}

#[consumer]
async fn functions(call: Box<dyn FnOnce() + Send>) {
    call();
}

#[consumer]
async fn units(_: ()) {}

workers! {
    struct Messages {
        pub table: Table { table: HashMap::new() },
        pub tuples: Tuples,
        pub functions: Functions,
        pub units: Units,
    }
}

#[test]
fn messages_of_every_kind_compile() {
    let messages = Messages::new();
    drop(messages.table().ask(Question::All));
    drop(messages.table().ask(|reply| Question::Get(1, reply)));
    messages.tuples().try_send((1, [2, 3])).unwrap();
    messages.functions().try_send(Box::new(|| ())).unwrap();
    messages.units().try_send(()).unwrap();
    assert_eq!(messages.table().queue_size(), 0);
}
