//! PendingIo and lives of a member in every order of threads.

use super::*;
use crate::options::Options;
use crate::queue::block_on;
use crate::sync::thread;
use crate::sync::watched::explore;

fn node() -> Arc<Node> {
    let node = Node::new("test".into(), Kind::Worker, Options::new(), None, vec![]);
    node.advance(State::Running);
    node
}

#[test]
fn every_waiter_gets_the_first_exit() {
    explore(|| {
        let node = node();
        let waiter = {
            let node = Arc::clone(&node);
            thread::spawn(move || block_on(node.exited()).is_forced())
        };
        let gives_up = {
            let node = Arc::clone(&node);
            thread::spawn(move || node.finish(node.report(Cause::Stopped, true, true)))
        };
        node.finish(node.report(Cause::Stopped, false, false));
        gives_up.join().unwrap();
        let exit = node.exit().unwrap();
        assert_eq!(waiter.join().unwrap(), exit.is_forced());
        assert_eq!(node.state(), exit.state());
    });
}

#[test]
fn a_waiter_for_the_end_finds_an_exit() {
    explore(|| {
        let node = node();
        let waiter = {
            let node = Arc::clone(&node);
            thread::spawn(move || {
                block_on(node.reached(State::Stopped));
                assert!(node.exit().is_some());
            })
        };
        node.finish(node.report(Cause::Stopped, false, false));
        waiter.join().unwrap();
    });
}

#[test]
fn a_context_of_one_incarnation_sees_its_end_when_the_next_one_begins() {
    explore(|| {
        let node = node();
        let last = node.run_control();
        let holds = {
            let last = Arc::clone(&last);
            thread::spawn(move || block_on(last.stop_requested().raised()))
        };
        node.renew();
        holds.join().unwrap();
        assert!(!node.run_control().stop_requested().is_raised());
    });
}
