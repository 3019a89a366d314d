//! The small examples as processes: their exit code and their output.

mod process;

use process::{Running, example};

/// Asserts that a text has these parts, in this order.
fn assert_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("`{part}` is missing, or comes too early:\n{text}");
        };
        rest = after;
    }
}

/// The output of an example that ends by itself with exit code 0.
fn output(name: &str) -> String {
    let ended = Running::start(&mut example(name)).wait();
    ended.assert_code(0);
    ended.stdout
}

#[test]
fn hello_greets_until_ctrl_c_stops_it() {
    let running = Running::start(&mut example("hello"));
    running.wait_for_line("a greeting", |line| line == "hello, world");
    running.signal("INT");
    running.wait().assert_code(0);
}

#[test]
fn dispatcher_calls_the_registered_handlers() {
    let parts = [
        "no handlers are registered",
        "`print` is registered",
        "  print: gold at",
        "`limit` is registered",
        "  limit: ",
        "from gold to tin",
        "  print: tin at",
        r#"registered now: {"gold": ["limit"], "tin": ["print"]}"#,
        "(exit code 0)",
    ];
    assert_in_order(&output("dispatcher"), &parts);
}

#[test]
fn dynamic_adds_and_removes_workers() {
    let parts = [
        "news from weather",
        "news from sports",
        "newsroom  running",
        "  watch-2 ",
        "  size ",
        "watch-2 are removed",
        "cause is: asked to stop",
        "watch is still running",
        "(exit code 0)",
    ];
    let text = output("dynamic");
    assert_in_order(&text, &parts);
    let (_, exit) = text.split_once("watch is still").expect("as above");
    assert!(
        !exit.contains("watch-2"),
        "a removed worker is in the exit:\n{text}"
    );
}

#[test]
fn crawler_visits_each_page_once_and_ends() {
    let parts = [
        "(exit code 0)",
        "  fetch   stopped  100 accepted, 100 done, 10 retried",
        "  follow  stopped  100 accepted, 100 done",
        "  report  stopped  0 accepted",
    ];
    assert_in_order(&output("crawler"), &parts);
}

#[test]
fn tenants_come_and_go_and_one_that_fails_does_no_harm_to_others() {
    let parts = [
        "two tenants",
        "globex leaves, after its jobs are done",
        "globex: stopped",
        "a job of acme fails",
        "`acme` failed: a job without work",
        "no worker `acme`",
        "acme comes back",
        "(exit code 0)",
        "bill  stopped  3 accepted, 3 done",
        "1 worker forgotten",
    ];
    assert_in_order(&output("tenants"), &parts);
}

#[test]
fn lifecycle_prints_every_state_and_hook() {
    let parts = [
        "on_startup",
        "running",
        "on_shutdown",
        "after_shutdown: asked to stop",
        "stopped",
        "beat 3 of run 1",
        "beat 1 of run 2",
        "1 restart",
        "running in the scope",
        "dawdling: force-stopped after ",
        "(exit code 1)",
        "dawdle  force-stopped",
    ];
    assert_in_order(&output("lifecycle"), &parts);
}
